"""The page as a reader meets it: opened from a file in headless Chromium, read, sorted, filtered, by keyboard too."""

import csv
import http.server
import inspect
import io
import json
import re
import shutil
from functools import partial
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as pq
import pytest

from arise_zoo import evaluate
from arise_zoo.benchmark.tables import TABLES, table_conditions
from arise_zoo.benchmark.uncertainty.calibration import ProbabilitySummary, calibration
from arise_zoo.benchmark.uncertainty.detection import decisions, detection
from arise_zoo.benchmark.uncertainty.doubt import Doubt
from arise_zoo.common.seeds import rng_for
from arise_zoo.leaderboard.collect import collect
from arise_zoo.leaderboard.markdown import read_records
from arise_zoo.leaderboard.page import build_page
from arise_zoo.leaderboard.page.content import content
from arise_zoo.prototypes.near_duplicates import NEAR_DUPLICATES

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "leaderboard" / "records"
PAGE = ROOT / "leaderboard" / "index.html"

WIDTHS = (1280, 360)
SCHEMES = ("light", "dark")


def drawn(browser):
    """Wait until the data are unpacked and shown."""
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 60).until(lambda b: b.execute_script("return document.querySelector('#board tr') !== null"))


@pytest.fixture
def show(browser):
    """Open a page at a width and in a colour scheme; afterwards there must be nothing in the browser's log."""

    def opened(page=PAGE, width=1280, scheme="light", height=900, query=""):
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        wishes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in wishes.items()]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get(Path(page).as_uri() + query)
        drawn(browser)
        return browser

    yield opened
    assert browser.get_log("browser") == []


@pytest.fixture(scope="module")
def records():
    return {record["method"]: record for record in read_records(RECORDS)}


@pytest.fixture(scope="module")
def with_probabilities(records, tmp_path_factory):
    """A page of two records, one of them with the calibration and detection of made-up probabilities."""
    folder = tmp_path_factory.mktemp("probabilities")
    rng = rng_for("page with probabilities")

    def said(n, least):
        highest = rng.uniform(least, 1, n)
        return ProbabilitySummary(
            rng.random(n) < highest, highest, highest, highest**2, 1 - highest + rng.normal(0, 0.1, n)
        )

    def doubted(found, first):
        scores = {"mutual_information": found.uncertainty, "max_probability": 1 - found.highest}
        return Doubt(np.arange(len(found.highest)) // 10 + first, scores, (found.highest < 0.4).astype(float))

    entries = [calibration(said(500, 0.3), "pristine")]
    doubts = {"pristine": doubted(said(500, 0.3), 0), "unknown": doubted(said(200, 0.1), 100)}
    found = {"calibration": entries, "detection": detection(doubts), "decisions": decisions(doubts)}
    record = {**records["gnb"], **found}
    (folder / "gnb.json").write_text(json.dumps(record))
    (folder / "cna.json").write_text(json.dumps(records["cna"]))
    page = folder / "index.html"
    page.write_text(build_page(read_records(folder), folder))
    return page, record


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A page of two methods that were run, with what is stored beside their records."""
    results, folder = tmp_path_factory.mktemp("results"), tmp_path_factory.mktemp("collected")
    for method in ("cna", "cosine"):
        evaluate(method, "2", only=["pristine"], out=results)
    collect(results, folder)
    page = folder / "index.html"
    page.write_text(build_page(read_records(folder), folder))
    return page, pq.read_table(folder / "cosine.parquet").to_pandas()


def choose(browser, name, value):
    script = (
        "const s = document.getElementById(arguments[0]); s.value = arguments[1]; s.dispatchEvent(new Event('change'))"
    )
    browser.execute_script(script, name, value)


def board(browser):
    """Method -> column -> the lines of its field, in the order of the rows."""
    script = """
        const lines = (cell) => cell.innerText.split("\\n").map((line) => line.trim()).filter(Boolean);
        document.getElementById("board").classList.add("all");
        return [...document.querySelectorAll("#board tbody tr")].map((row) => [row.dataset.method,
            Object.fromEntries([...row.querySelectorAll("td")].map((cell) => [cell.dataset.column, lines(cell)]))]);
    """
    return dict(browser.execute_script(script))


def grouped(number):
    return f"{number:,}"


def accuracy_lines(cell):
    if cell is None:
        return ["–"]
    low, high = cell["ci95"]
    lines = [f"{cell['accuracy']:.2f}", f"[{low:.2f}, {high:.2f}]", f"n = {grouped(cell['n'])}"]
    if cell["paper"] is not None:
        difference = f"{round(cell['accuracy'] - cell['paper'], 2) + 0.0:+.2f}".replace("-", "−")
        lines.append(f"paper {cell['paper']:.2f} ({difference})")
    return lines


def cell_of(record, condition, scored_on):
    sets = ["all", "supported"] if scored_on == "all" and len(record["scored_on_supported"]) == 108 else [scored_on]
    for one in sets:
        for cell in record["cells"]:
            if (cell["condition"], cell["scored_on"]) == (condition, one):
                return cell
    return None


def estimate_lines(estimate, n):
    low, high = estimate["ci95"]
    return [f"{estimate['value']:.3f}", f"[{low:.3f}, {high:.3f}]", f"n = {n}"]


def test_every_number_in_the_table_is_that_of_the_record_under_every_condition(show, records):
    browser = show()
    conditions = dict.fromkeys(c for table in TABLES for c in table_conditions(table))
    shown = [c for c in conditions if any(cell_of(r, c, "supported") for r in records.values())]
    for scored_on in ("supported", "all"):
        choose(browser, "scored-on", scored_on)
        for condition in shown:
            choose(browser, "condition", condition)
            rows = board(browser)
            assert set(rows) == set(records)
            for name, record in records.items():
                row = rows[name]
                assert row["accuracy"] == accuracy_lines(cell_of(record, condition, scored_on)), (name, condition)
                assert row["coverage"] == [str(len(record["recognises"]))]
                assert row["defects"] == ["yes" if record["trained_on_defects"] else "no"]
                assert row["speed"][1] == f"n = {grouped(record['predictions']['rows'])}"
                speed = float(row["speed"][0].replace(",", ""))
                assert speed == pytest.approx(record["predictions"]["rows"] / record["wall_s"], rel=0.005)
                worst = [record["per_class"].get(condition, {}).get(c) for c in record["scored_on_supported"]]
                least = min((right / n for right, n in filter(None, worst)), default=None)
                assert row["worst"][0] == ("–" if least is None else f"{100 * least:.1f}")
                entries = {entry["condition"]: entry for entry in record.get("calibration", [])}
                for column in ("ece", "log_loss", "brier"):
                    entry = entries.get(condition)
                    wanted = estimate_lines(entry[column], grouped(entry["n"])) if entry else ["–"]
                    assert row[column] == wanted, (name, condition)


def test_ranks_and_scores_are_those_worked_out_from_the_counts(show, records):
    browser = show()
    methods = {method["method"]: method for method in content(list(records.values()), RECORDS)["methods"]}
    for group in ("all", "pristine", "displacement", "missing", "both"):
        choose(browser, "group", group)
        for name, row in board(browser).items():
            found = methods[name]["ranks"].get(group)
            if not found:
                assert row["score"] == ["–"]
                continue
            first, last = found["first"], found["last"]
            assert row["rank"][0] == (str(first) if first == last else f"{first}–{last}")
            assert row["score"][:2] == [found["score"], f"[{', '.join(found['ci95'])}]"]


def test_ranks_of_methods_that_were_run_are_on_the_page(show, collected):
    page, _ = collected
    browser = show(page)
    rows = board(browser)
    assert [(name, row["rank"]) for name, row in rows.items()] == [("cosine", ["1"]), ("cna", ["2"])]
    assert [row["score"][0] for row in rows.values()] == ["100.00", "0.51"]
    assert {row["score"][2] for row in rows.values()} == {"n = 396"}
    choose(browser, "group", "all")
    assert {row["rank"][0] for row in board(browser).values()} == {"–"}  # they lack most conditions


def test_what_near_duplicates_are_called_is_counted_from_the_labels(show, collected):
    page, counts = collected
    browser = show(page)
    script = """
        const lines = (cell) => cell.innerText.split("\\n").map((line) => line.trim()).filter(Boolean);
        return [...document.querySelectorAll("#near-cards tr[data-class]")].map((row) =>
            [row.dataset.class, [...row.querySelectorAll("td")].map(lines)]);
    """
    shown = dict(browser.execute_script(script))
    assert set(shown) == {c for group in NEAR_DUPLICATES for c in group}
    for group in NEAR_DUPLICATES:
        for class_id in group:
            labels = counts[counts["class"] == class_id]["label"]
            said = [sum(labels == c) for c in group]
            for cell, count in zip(shown[class_id], [*said, len(labels) - sum(said)], strict=True):
                assert cell[0] == f"{100 * count / len(labels):.1f}"
                assert cell[2] == f"{count} of {len(labels)}"


def test_calibration_and_detection_of_unknowns_are_those_of_the_record(show, with_probabilities):
    page, record = with_probabilities
    browser = show(page)
    row = board(browser)["gnb"]
    (entry,) = record["calibration"]
    assert row["ece"] == estimate_lines(entry["ece"], "500")
    near = {e["score"]: e["against"]["pristine"]["auroc"] | {"n": [200, 500]} for e in record["detection"]}
    for column, found in (("errors", entry["auroc_of_errors"]), ("unknown", near)):
        first, second = found["max_probability"], found["mutual_information"]
        n, m = first["n"]
        assert row[column][:3] == estimate_lines(first, f"{n}, {m}")
        assert row[column][3:5] == [f"MI {second['value']:.3f}", estimate_lines(second, 0)[1]]
    assert board(browser)["cna"]["ece"] == ["–"]
    script = """
        const rows = [...document.querySelectorAll("#reliability tbody tr")];
        return rows.map((row) => [...row.cells].map((cell) => cell.textContent));
    """
    bins = [b for b in zip(*(entry["bins"][key] for key in ("confidence", "right", "n")), strict=True) if b[2]]
    shown = browser.execute_script(script)
    assert len(shown) == len(bins)
    for (said, right, interval, n), (confidence, n_right, count) in zip(shown, bins, strict=True):
        assert (float(said), int(n)) == (pytest.approx(confidence, abs=0.00051), count)
        assert float(right) == pytest.approx(100 * n_right / count, abs=0.06)
        low, high = map(float, interval.strip("[]").split(", "))
        assert low <= float(right) <= high
    assert len(browser.execute_script("return [...document.querySelectorAll('#reliability .disc')]")) == len(bins)


UNKNOWNS = """
    const lines = (cell) => cell.innerText.split("\\n").map((line) => line.trim()).filter(Boolean);
    return [...document.querySelectorAll("#unknowns-board tr[data-method]")].map((row) =>
        [row.dataset.method, row.dataset.by, [...row.querySelectorAll("td")].slice(1).map(lines)]);
"""


def test_unknowns_are_told_from_those_under_the_chosen_condition_as_the_record_says(show, with_probabilities):
    page, record = with_probabilities
    rows = {by: fields for name, by, fields in show(page).execute_script(UNKNOWNS) if name == "gnb"}
    names = {"mutual_information": "own uncertainty", "max_probability": "1 − highest probability"}
    for entry in record["detection"]:
        area, alarms, *_, known = rows[names[entry["score"]]]
        against = entry["against"]["pristine"]
        assert area == estimate_lines(against["auroc"], 200)
        assert alarms == estimate_lines(against["false_alarms"], 0)[:2]
        assert known == ["n = 500"]
    detected, alarms, *_ = rows["its decision"]
    said = {entry["condition"]: entry["called_unknown"] for entry in record["decisions"]}
    assert (detected, alarms) == (estimate_lines(said["unknown"], 200), estimate_lines(said["pristine"], 0)[:2])


def test_unknowns_of_the_committed_records_are_shown_against_every_known_condition(show, records):
    browser = show()
    for condition in ("pristine", "both-0.3-0.1", "slab"):
        choose(browser, "condition", condition)
        shown = {(name, by) for name, by, _ in browser.execute_script(UNKNOWNS)}
        wanted = {
            name
            for name, record in records.items()
            if {condition, "unknown"} <= {entry["condition"] for entry in record["decisions"]}
        }
        assert {name for name, by in shown if by == "its decision"} == wanted
    choose(browser, "condition", "unknown")
    assert browser.execute_script(UNKNOWNS) == []


def test_the_overall_ranking_has_the_coverage_of_each_method(show, records):
    browser = show()
    script = """
        const lines = (cell) => cell.innerText.split("\\n").map((line) => line.trim()).filter(Boolean);
        return [...document.querySelectorAll("#overall-board tr[data-method]")].map((row) => [row.dataset.method,
            row.closest("tbody").dataset.complete,
            Object.fromEntries([...row.querySelectorAll("td")].map((cell) => [cell.dataset.column, lines(cell)]))]);
    """
    rows = browser.execute_script(script)
    overall = content(list(records.values()), RECORDS)["overall"]
    assert [name for name, _, _ in rows] == list(overall["places"])
    for name, complete, row in rows:
        place = overall["places"][name]
        assert complete == str(bool(place["complete"])).lower()
        assert row["score"] == [place["score"], f"[{', '.join(place['ci95'])}]"]
        assert row["coverage"] == [f"{len(place['groups'])} of {len(overall['groups'])}"]
        assert row["classes"] == [f"{len(records[name]['recognises'])} of 108"]
        for group in overall["groups"]:
            found = place["groups"].get(group)
            assert row[group] == ([found["score"], f"[{', '.join(found['ci95'])}]"] if found else ["–"])


def test_the_heat_map_has_the_counts_of_the_record(show, records):
    browser = show()
    choose(browser, "condition", "missing-0.2")
    script = """
        const read = (cell) => {
            cell.dispatchEvent(new Event("pointerover", { bubbles: true }));
            return document.getElementById("class-readout").textContent;
        };
        return [...document.querySelectorAll("#heat tr[data-class] td[data-method]")].map((cell) =>
            [cell.dataset.method, cell.parentElement.dataset.class, cell.textContent, read(cell)]);
    """
    cells = browser.execute_script(script)
    assert len(cells) == 108 * sum("missing-0.2" in record["per_class"] for record in records.values())
    for method, class_id, text, said in cells:
        counts = records[method]["per_class"]["missing-0.2"].get(class_id)
        assert text == (f"{100 * counts[0] / counts[1]:.1f}" if counts else "")
        wanted = f"{grouped(counts[0])} of {grouped(counts[1])} " if counts else "not shown to the method"
        assert wanted in said


def test_the_sections_of_methods_have_all_cells_versions_and_hashes(show, records):
    browser = show()
    script = """
        const read = (row) => [row.closest("[data-scored-on]").dataset.scoredOn, row.dataset.condition,
            ...[...row.cells].slice(1).map((cell) => cell.textContent)];
        return [...document.querySelectorAll("#all-methods > details")].map((section) => [section.dataset.method,
            section.textContent, [...section.querySelectorAll("[data-scored-on] tr[data-condition]")].map(read)]);
    """
    for name, text, rows in browser.execute_script(script):
        record = records[name]
        assert record["predictions"]["sha256"] in text
        assert all(f"{package} {version}" in text for package, version in record["packages"].items())
        assert (record["citation"] or "") in text
        cells = {(c["scored_on"], c["condition"]): c for c in record["cells"]}
        assert {(row[0], row[1]) for row in rows} == set(cells)
        for scored_on, condition, ours, interval, n, _, paper, difference in rows:
            value, ends, size, *beside = accuracy_lines(cells[scored_on, condition])
            assert [ours, interval, f"n = {n}"] == [value, ends, size]
            assert beside == ([] if paper == "–" else [f"paper {paper} ({difference})"])


def test_columns_sort_both_ways_and_what_has_no_value_stays_last(show, records):
    browser = show()
    choose(browser, "condition", "displacement-0.04")

    def sort_by(key):
        browser.execute_script(f"document.querySelector('#board [data-key={key}]').click()")
        sorted_heads = (
            "return [...document.querySelectorAll('#board th[aria-sort]')].map((h) => h.getAttribute('aria-sort'))"
        )
        return browser.execute_script(sorted_heads), list(board(browser))

    def accuracies(names):
        """In order; methods without a record of the condition must come last."""
        cells = [cell_of(records[name], "displacement-0.04", "supported") for name in names]
        has = [cell is not None for cell in cells]
        assert has == sorted(has, reverse=True) and not all(has)
        return [cell["accuracy"] for cell in cells if cell]

    said, names = sort_by("accuracy")
    assert said == ["descending"]
    assert accuracies(names) == sorted(accuracies(names), reverse=True)
    said, names = sort_by("accuracy")
    assert said == ["ascending"]
    assert accuracies(names) == sorted(accuracies(names))
    assert sort_by("name")[1] == sorted(records)
    for _ in range(2):
        _, names = sort_by("ece")
        has = ["calibration" in records[name] for name in names]
        assert has == sorted(has, reverse=True)


def test_filters_leave_the_methods_asked_for(show, records):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    browser = show()
    browser.find_element(By.CSS_SELECTOR, "#filter summary").click()
    find = browser.find_element(By.ID, "find")
    find.send_keys("matid")
    assert list(board(browser)) == ["matid-sbc"]
    assert browser.find_element(By.ID, "count").text == f"1 of {len(records)} methods"
    find.send_keys(Keys.CONTROL, "a")
    find.send_keys(Keys.DELETE)
    browser.find_element(By.ID, "complete").click()
    assert set(board(browser)) == {name for name, r in records.items() if len(r["recognises"]) == 108}
    browser.find_element(By.ID, "complete").click()
    browser.find_element(By.ID, "level").send_keys("of atoms")
    assert set(board(browser)) == {name for name, r in records.items() if r["level"] == "atom"}


def test_everything_can_be_done_by_keyboard_with_the_focus_in_sight(show):
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    browser = show()

    def press(*keys):
        ActionChains(browser).send_keys(*keys).perform()

    def focused(expression):
        return browser.execute_script(f"const e = document.activeElement; return {expression}")

    press(Keys.TAB)
    assert focused("e.textContent") == "Skip to the table"
    browser.execute_script("document.getElementById('filter').open = true")
    browser.execute_script("document.getElementById('complete').focus()")
    press(Keys.TAB)  # the table can be scrolled by keyboard
    assert focused("e.getAttribute('role')") == "region"
    press(Keys.TAB, Keys.TAB, Keys.TAB)
    assert focused("e.dataset.key") == "score"
    assert focused("getComputedStyle(e).outlineStyle") == "solid"
    press(Keys.ENTER)
    assert focused("e.dataset.key + e.closest('th').getAttribute('aria-sort')") == "scoredescending"
    browser.execute_script("document.querySelector('#panels svg').focus()")
    press(Keys.ARROW_RIGHT)
    assert "displacement 0.1 %" in browser.execute_script(
        "return document.querySelector('.tip:not([hidden])').innerText"
    )
    browser.execute_script("document.querySelector('#heat td[tabindex=\"0\"]').focus()")
    before = browser.execute_script("return document.getElementById('class-readout').textContent")
    press(Keys.ARROW_DOWN)
    assert browser.execute_script("return document.getElementById('class-readout').textContent") != before
    assert focused("e.tagName + e.tabIndex") == "TD0"
    names = "return [...document.querySelectorAll('select, input')].filter((e) => !e.labels.length).length"
    assert browser.execute_script(names) == 0


def test_the_reading_of_a_curve_has_the_numbers_of_the_records(show, records):
    browser = show()
    browser.execute_script("[...document.querySelectorAll('.plain')].find((b) => b.textContent === 'all').click()")
    script = """
        const drawing = document.querySelectorAll("#panels svg[tabindex]")[1];
        drawing.focus();
        drawing.dispatchEvent(new KeyboardEvent("keydown", { key: "End" }));
        return [...document.querySelectorAll(".tip:not([hidden]) tr")].map((row) =>
            [row.dataset.method, [...row.cells].slice(2).map((cell) => cell.textContent).filter(Boolean)]);
    """
    read = dict(browser.execute_script(script))
    assert set(read) == {name for name, record in records.items() if cell_of(record, "missing-0.3", "supported")}
    for name, texts in read.items():
        *wanted, last = accuracy_lines(cell_of(records[name], "missing-0.3", "supported"))
        assert texts == [*wanted, re.sub(r" \(.*", "", last)]


def test_accuracy_against_temperature_is_read_for_all_lattices_and_for_the_chosen_one(show, records):
    measured = json.loads((ROOT / "experiments" / "dynamics.json").read_text())["methods"]
    browser = show()
    browser.execute_script("[...document.querySelectorAll('.plain')].find((b) => b.textContent === 'all').click()")
    script = """
        return [...document.querySelectorAll("#temperature-panels figure")].map((figure) => {
            const drawing = figure.querySelector("svg[tabindex]");
            drawing.focus();
            drawing.dispatchEvent(new KeyboardEvent("keydown", { key: "End" }));
            const rows = [...figure.querySelectorAll(".tip tr")];
            const texts = (row) => [...row.cells].slice(2, 4).map((cell) => cell.textContent);
            return [figure.querySelector("h3").textContent, rows.map((row) => [row.dataset.method, texts(row)])];
        });
    """
    choose(browser, "lattice", "bcc")
    (overall, read), (title, of_lattice) = browser.execute_script(script)
    assert (overall, title) == ("Molecular dynamics: all lattices", "Molecular dynamics: bcc")
    wanted = {name: cell_of(record, "md-1", "supported") for name, record in records.items()}
    assert dict(read) == {name: accuracy_lines(cell)[:2] for name, cell in wanted.items() if cell}
    shares = {entry["method"]: entry["cells"]["bcc"].get("md-1") for entry in measured}
    assert dict(of_lattice) == {
        name: [f"{share[0]:.2f}", f"[{share[1]:.2f}, {share[2]:.2f}]"] for name, share in shares.items() if share
    }
    choose(browser, "lattice", "each")
    assert len(browser.execute_script(script)) == 1 + len(measured[0]["cells"])


IN_SIGHT = """
    const board = document.getElementById("board");
    const rows = [...board.querySelectorAll("tbody tr")].filter((row) => {
        const { top, bottom } = row.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
    });
    const cut = ["board", "overall-board"].filter((id) => {
        const region = document.getElementById(id).parentElement;
        return region.scrollWidth > region.clientWidth;
    });
    return [scrollY, rows.length, document.getElementById("condition").value, cut];
"""


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_the_first_screen_is_the_ranking_under_the_hardest_condition_with_no_column_cut_off(show, records, size):
    browser = show(width=size[0], height=size[1])
    scrolled, rows, condition, cut = browser.execute_script(IN_SIGHT)
    assert (scrolled, condition, cut) == (0, content(list(records.values()), RECORDS)["hardest"], [])
    assert rows >= 5


def test_the_address_holds_what_was_chosen_and_brings_it_back(show):
    browser = show()
    assert browser.execute_script("return location.search") == ""
    choose(browser, "condition", "missing-0.3")
    choose(browser, "scored-on", "all")
    choose(browser, "group", "missing")
    choose(browser, "level", "structure")
    browser.execute_script("document.querySelector('#board [data-key=accuracy]').click()")
    browser.execute_script("document.getElementById('table-S1-all').open = true")
    browser.execute_script("[...document.querySelectorAll('.plain')].find((b) => b.textContent === 'none').click()")
    shown = list(board(browser).items())
    query = browser.execute_script("return new Promise((done) => setTimeout(() => done(location.search), 100))")
    wanted = {"condition": "missing-0.3", "scored-on": "all", "group": "missing", "level": "structure"}
    assert dict(parse_qsl(query[1:])) == wanted | {"sort": "-accuracy", "open": "table-S1-all", "methods": "none"}
    again = show(query=query)
    assert list(board(again).items()) == shown
    said = """return [...document.querySelectorAll("select")].map((s) => [s.id, s.value])"""
    assert wanted.items() <= dict(again.execute_script(said)).items()
    assert again.execute_script("return document.getElementById('table-S1-all').open") is True
    assert again.execute_script("return document.querySelectorAll('#panels .line').length") == 0
    other = show(query="?condition=nonsense&group=nonsense&level=nonsense&sort=nonsense")
    assert list(board(other).items()) == list(board(show()).items())


SAVED = """
    const saved = [];
    URL.createObjectURL = (blob) => { saved.push(blob); return "data:,"; };
    const names = [];
    HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
    document.querySelectorAll("[data-save]").forEach((button) => button.click());
    return Promise.all(saved.map((blob) => blob.text())).then((texts) => names.map((name, i) => [name, texts[i]]));
"""


def test_every_table_is_saved_as_csv_and_every_picture_as_svg(show, records):
    browser = show()
    lacking = """
        const saves = (element, kind) => element?.matches(`[data-save=${kind}]`);
        const tables = [...document.querySelectorAll("main .scroll > table")].filter((table) =>
            !saves(table.parentElement.nextElementSibling, "csv"));
        const drawings = [...document.querySelectorAll("main svg[viewBox][role]")].filter((drawing) =>
            !saves(drawing.nextElementSibling, "svg") && !saves(drawing.parentElement.nextElementSibling, "svg"));
        return [...tables, ...drawings].map((element) => element.outerHTML.slice(0, 100));
    """
    assert browser.execute_script(lacking) == []
    rows = board(browser)
    condition = browser.execute_script("return document.getElementById('condition').value")
    saved = browser.execute_script(SAVED)
    files = dict(saved)
    pictures = [ElementTree.fromstring(text) for name, text in saved if name.endswith(".svg")]
    assert len(pictures) > 10
    assert {picture.tag for picture in pictures} == {"{http://www.w3.org/2000/svg}svg"}
    assert all("var(" not in text for name, text in saved if name.endswith(".svg"))
    lines = list(csv.reader(io.StringIO(files["ranking.csv"])))
    assert [len(line) for line in lines] == [len(lines[0])] * (len(records) + 1)
    assert [line[0] for line in lines[1:]] == list(rows)
    accuracy = next(i for i, title in enumerate(lines[0]) if title.startswith("Accuracy"))
    assert [title.split()[-1] for title in lines[0][accuracy + 1 : accuracy + 4]] == ["low", "high", "n"]
    for line in lines[1:]:
        cell = cell_of(records[line[0]], condition, "supported")
        texts = [f"{value:.2f}" for value in (cell["accuracy"], *cell["ci95"])] if cell else ["", "", ""]
        assert line[accuracy : accuracy + 4] == [*texts, str(cell["n"]) if cell else ""]
    table = list(csv.DictReader(io.StringIO(files["classes.csv"])))
    assert len(table) == 108


OVERFLOW = """
    document.querySelectorAll("details").forEach((d) => { d.open = true; });
    document.querySelectorAll(".panels svg[tabindex]").forEach((s) => s.dispatchEvent(new Event("focus")));
    return [document.documentElement.scrollWidth, document.documentElement.clientWidth];
"""

CONTRAST = """
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const part = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    const behind = (element) => {
        for (let e = element; e; e = e.parentElement) {
            const colour = channels(getComputedStyle(e).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const ratio = (a, b) => {
        const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
        return (high + 0.05) / (low + 0.05);
    };
    let n = 0;
    const poor = [];
    for (const element of document.querySelectorAll("body *")) {
        const style = getComputedStyle(element);
        const ink = element instanceof SVGElement ? style.fill : style.color;
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || ["SCRIPT", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue;
        if (!element.getClientRects().length) continue;
        n += 1;
        const found = ratio(channels(ink), behind(element));
        if (found < 4.5) poor.push([element.outerHTML.slice(0, 120), found]);
    }
    const panel = channels(getComputedStyle(document.querySelector(".panel")).backgroundColor);
    for (const path of document.querySelectorAll(".panel path[fill]:not(.published), .panel .line, .panel .whisker")) {
        const style = getComputedStyle(path);
        const found = ratio(channels(style.fill === "none" ? style.stroke : style.fill), panel);
        if (found < 3) poor.push([path.outerHTML.slice(0, 120), found]);
    }
    return [n, poor];
"""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_fits_its_width_and_can_be_read_in_both_colour_schemes(show, tmp_path, width, scheme):
    browser = show(width=width, scheme=scheme)
    choose(browser, "condition", "displacement-0.04")
    browser.save_screenshot(str(tmp_path / f"page-{width}-{scheme}.png"))
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (np.mean(list(map(int, re.findall(r"\d+", background)[:3]))) < 128) == (scheme == "dark")
    browser.execute_script("[...document.querySelectorAll('.plain')].find((b) => b.textContent === 'all').click()")
    full, visible = browser.execute_script(OVERFLOW)
    assert full <= visible
    assert visible > width - 20  # a scroll bar may take some
    n, poor = browser.execute_script(CONTRAST)
    assert n > 2000
    assert poor == []
    assert (tmp_path / f"page-{width}-{scheme}.png").stat().st_size > 20_000


def test_panels_are_drawn_at_the_width_they_have_so_that_letters_keep_their_size(show):
    scales = """
        return [...document.querySelectorAll(".panels svg[tabindex]")].map((drawing) =>
            drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width);
    """
    for width in (360, 1280, 700, 1600):
        browser = show(width=width)
        found = browser.execute_script(scales)
        assert len(found) >= 3 and found == pytest.approx([1.0] * len(found), abs=0.13), width
    size = {"width": 500, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    drawn = "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
    browser.execute_script(drawn)
    found = browser.execute_script(scales)
    assert found == pytest.approx([1.0] * len(found), abs=0.13)


def test_the_page_asks_for_nothing_but_itself(show):
    browser = show()
    browser.get_log("performance")
    browser.get(PAGE.as_uri())
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    assert {url for url in asked if not url.startswith("data:")} == {PAGE.as_uri()}


def test_the_scripts_are_modules_that_need_no_more_than_they_import(show, browser, tmp_path):
    page = PAGE.read_text()
    page = re.sub(r"<script>.*?</script>", '<script type="module" src="start.js"></script>', page, flags=re.S)
    shutil.copytree(Path(inspect.getfile(build_page)).parent / "scripts", tmp_path / "page")
    (tmp_path / "page" / "index.html").write_text(page.replace("'unsafe-inline'; img", "'self'; img"))
    shown = list(board(show()))
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path / "page")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        browser.get(f"http://127.0.0.1:{server.server_port}/index.html")
        drawn(browser)
        assert list(board(browser)) == shown
        server.shutdown()


def test_a_link_to_a_method_opens_its_section(show):
    browser = show()
    browser.execute_script("document.querySelector('#board tr[data-method=baa] a').click()")
    assert browser.execute_script("return document.getElementById('method-baa').open") is True
    assert browser.execute_script("return document.getElementById('method-baa').getBoundingClientRect().top") < 900
