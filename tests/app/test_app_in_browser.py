"""The page as a visitor meets it: a file is chosen in headless Chromium, its structure turned, its frames shown."""

import json

import pytest
from ase.build import bulk
from ase.io import write

import arise_zoo
from arise_zoo.models.verdicts import name_of


@pytest.fixture
def open_page(browser, page):
    """Open the page at a width; afterwards it must have complained of nothing, and asked nobody else for anything."""
    browser.get_log("performance")

    def opened(width=1280):
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get(page)
        wait_for(browser, "'ready' in document.body.dataset")
        return browser

    yield opened
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
    assert asked and [url for url in asked if not url.startswith((f"{page}/", "data:"))] == []


def wait_for(browser, condition):
    from selenium.webdriver.support.wait import WebDriverWait

    return WebDriverWait(browser, 120, poll_frequency=0.05).until(lambda b: b.execute_script(f"return {condition}"))


def picture(browser):
    """What the canvas shows, once it has been drawn."""
    script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(%s)))"
    return browser.execute_async_script(script % "document.getElementById('structure').toDataURL()")


def legend(browser):
    return [item.text for item in browser.find_elements("css selector", "#legend li")]


def choose(browser, by):
    script = "const s = document.getElementById('by'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))"
    browser.execute_script(script, by)


def test_a_chosen_file_is_seen_turned_coloured_and_gone_through(open_page, tmp_path, local_checkpoint):
    from selenium.webdriver import ActionChains, Keys

    salt = bulk("NaCl", "rocksalt", a=5.6, cubic=True).repeat(2)
    frames = [salt, salt.copy()]
    frames[1].rattle(1.2, seed=3)
    write(tmp_path / "salt.extxyz", frames)
    browser = open_page()
    browser.find_element("id", "file").send_keys(str(tmp_path / "salt.extxyz"))
    wait_for(browser, "document.getElementById('status').textContent === 'salt.extxyz, 2 frames'")

    first, second = arise_zoo.classify(frames)
    assert browser.find_element("id", "verdict").text == first.verdict
    rows = [row.text.splitlines() for row in browser.find_elements("css selector", "#ranked tr")]
    assert [row[0] for row in rows] == [name_of(label) for label in first.labels]
    assert rows[0][-1].endswith(f"{100 * first.probability:.2f} %")
    near = [row.text for row in browser.find_elements("css selector", "#near tbody th b")]
    assert near == [hit.prototype for hit in arise_zoo.StructureIndex.load().search(salt, 5)]

    atoms = arise_zoo.classify_atoms(salt, local_checkpoint)
    shares = {name_of(label): count / len(salt) for label, count in atoms.counts().items()}
    assert legend(browser) == [f"{label} {100 * share:.1f} %" for label, share in shares.items()]
    pictures = [picture(browser)]
    for by in ("uncertainty", "species"):
        choose(browser, by)
        pictures.append(picture(browser))
    assert legend(browser) == ["Na", "Cl"]
    canvas = browser.find_element("id", "structure")
    ActionChains(browser, duration=50).drag_and_drop_by_offset(canvas, 80, 30).perform()
    pictures.append(picture(browser))
    canvas.send_keys(Keys.ARROW_LEFT, "+")
    pictures.append(picture(browser))
    browser.find_element("id", "frame").send_keys(Keys.ARROW_RIGHT)
    assert browser.find_element("id", "verdict").text == second.verdict
    assert browser.find_element("id", "which").text == "frame 1"
    pictures.append(picture(browser))
    assert len(set(pictures)) == len(pictures)


def test_a_phone_shows_an_example_without_scrolling_sideways(open_page):
    browser = open_page(width=390)
    browser.find_element("css selector", "[data-example='copper.extxyz']").click()
    wait_for(browser, "document.getElementById('verdict') !== null")
    assert browser.find_element("id", "verdict").text == "fcc, sure"
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390
    assert not browser.find_element("id", "frames").is_displayed()


def test_a_file_that_is_too_large_or_no_structure_gets_a_sentence(open_page, tmp_path):
    (tmp_path / "large.xyz").write_bytes(bytes(600_000))
    (tmp_path / "empty.cif").write_text("")
    browser = open_page()
    for name, sentence in (("large.xyz", "larger than the 0.5 MB"), ("empty.cif", "empty.cif is empty")):
        browser.find_element("id", "file").send_keys(str(tmp_path / name))
        wait_for(browser, f"document.getElementById('problem').textContent.includes({sentence!r})")
        assert not browser.find_element("id", "result").is_displayed()
