"""The documentation becomes a site whose links all lead somewhere, without a network."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import arise_zoo

ROOT = Path(__file__).parents[1]
PAGES = sorted(path.stem for path in (ROOT / "docs").glob("*.md"))
NOTEBOOKS = sorted(path.stem for path in (ROOT / "docs" / "tutorials").glob("*.ipynb"))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    for package in ("sphinx", "furo", "myst_nb"):
        pytest.importorskip(package)
    out = tmp_path_factory.mktemp("site")
    trees = ["-d", str(out / "doctrees")]
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-c", "docs", *trees, ".", str(out)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return out


def test_every_page_is_in_the_table_of_contents_and_becomes_a_page_of_the_site(site):
    index = (site / "docs" / "index.html").read_text(encoding="utf-8")
    assert {page for page in PAGES if page != "index" and f'href="{page}.html"' not in index} == set()
    assert all((site / "docs" / f"{page}.html").is_file() for page in PAGES)
    assert {page for page in NOTEBOOKS if f'href="tutorials/{page}.html"' not in index} == set()
    assert "docs/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_no_page_was_forgotten_in_the_table_of_contents():
    listed = set((ROOT / "docs" / "index.md").read_text(encoding="utf-8").split())
    assert {page for page in PAGES if page != "index"} - listed == set()
    assert {f"tutorials/{page}" for page in NOTEBOOKS} - listed == set()


def test_notebooks_show_what_they_showed_when_they_were_run(site):
    pages = {page: (site / "docs" / "tutorials" / f"{page}.html").read_text(encoding="utf-8") for page in NOTEBOOKS}
    assert {page for page, text in pages.items() if "cell_output" not in text} == set()


def test_the_reference_has_every_public_name(site):
    reference = (site / "docs" / "api.html").read_text(encoding="utf-8")
    names = [name for name in arise_zoo.__all__ if not name.startswith("_")]
    assert {name for name in names if f'id="arise_zoo.{name}"' not in reference} == set()


def test_pages_load_nothing_from_elsewhere(site):
    pattern = re.compile(r'<(?:script|img|link rel="(?:stylesheet|preload)")[^>]*(?:src|href)="(?:https?:)?//')
    assert {path.name for path in site.rglob("*.html") if pattern.search(path.read_text(encoding="utf-8"))} == set()
