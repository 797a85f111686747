"""The package as a whole: what importing it loads, what the wheel holds, what its metadata say."""

import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from scripts.fill_citation import filled

ROOT = Path(__file__).parents[1]
HEAVY = ("tensorflow", "keras", "ovito", "matplotlib", "pandas", "datasets", "sklearn", "numba")


def loaded_after(code):
    script = f"{code}\nimport sys\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return ran.stdout.splitlines()[-1].split()


def test_importing_the_package_loads_no_heavy_library():
    assert loaded_after("import arise_zoo") == []


def test_listing_methods_loads_no_heavy_library():
    assert loaded_after("from arise_zoo.cli.bench import main; main(['--list'])") == []


@pytest.mark.parametrize("code", ["import arise_zoo", "from arise_zoo.cli.bench import main; main(['--list'])"])
def test_importing_and_listing_take_less_than_a_second(code):
    def seconds(code):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        return time.perf_counter() - started

    assert min(seconds(code) for _ in range(3)) < 1.0


def test_every_public_name_can_be_imported():
    import arise_zoo

    for name in arise_zoo.__all__:
        assert getattr(arise_zoo, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        arise_zoo.nonsense  # noqa: B018


def test_the_wheel_holds_every_file_of_the_package_and_works_where_it_is_installed(tmp_path):
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    tracked = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "arise_zoo").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        assert tracked <= set(archive.namelist())
    target = tmp_path / "installed"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(pip, check=True)
    script = (
        "import arise_zoo, arise_zoo.benchmark as b;"
        f"assert arise_zoo.__file__.startswith({str(target)!r}), arise_zoo.__file__;"
        "print(len(arise_zoo.load_prototypes()), b.published_accuracy('2', 'cna', 'supported', 'pristine'),"
        " b.record_schema()['title'])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(target)}, cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.stdout.split("\n")[0] == "108 66.14 arise-bench record", ran.stderr


def test_the_citation_file_is_valid():
    yaml = pytest.importorskip("yaml")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()
    dois = {reference["doi"] for reference in citation["references"]}
    assert dois == {"10.1038/s41467-021-26511-5", "10.5281/zenodo.5526927"}


def test_a_release_fills_the_placeholders_of_the_citation():
    yaml = pytest.importorskip("yaml")
    text = (ROOT / "CITATION.cff").read_text()
    once = filled(text, "https://example.org/code", "2026-01-02", [], "9.8.7")
    people = ["Carberry, Josiah, 0000-0002-1825-0097", "Leitherer, Andreas, https://orcid.org/0000-0002-1694-233X"]
    twice = yaml.safe_load(filled(once, "https://example.org/other", "2026-01-03", people, "9.8.8"))
    assert yaml.safe_load(once)["authors"] == yaml.safe_load(text)["authors"]
    assert yaml.safe_load(once)["repository-code"] == "https://example.org/code"
    assert (twice["repository-code"], str(twice["date-released"])) == ("https://example.org/other", "2026-01-03")
    assert (twice["version"], twice["references"]) == ("9.8.8", yaml.safe_load(text)["references"])
    assert twice["authors"][1] == {
        "family-names": "Leitherer",
        "given-names": "Andreas",
        "orcid": "https://orcid.org/0000-0002-1694-233X",
    }
    with pytest.raises(ValueError, match="check digit"):
        filled(text, "https://example.org", "2026-01-02", ["Carberry, Josiah, 0000-0002-1825-0098"], "1")
