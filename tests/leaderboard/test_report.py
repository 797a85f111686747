"""The README's numbers are those of the committed records."""

import json
import re
from pathlib import Path

import pytest

from arise_zoo.benchmark import RecordError
from arise_zoo.benchmark.tables import OWN_CONDITIONS
from arise_zoo.datasets.release_table import release_table
from arise_zoo.leaderboard.markdown import ReportError, all_tables, fill_page, read_records, summary_table
from arise_zoo.leaderboard.score_tables import leaderboard_tables

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "leaderboard" / "records"


def test_the_pages_show_the_numbers_of_the_committed_records():
    fill_page(ROOT / "README.md", summary_table(read_records(RECORDS)), check=True)
    page = leaderboard_tables(read_records(RECORDS), RECORDS)
    fill_page(ROOT / "leaderboard" / "README.md", page, check=True)


def test_the_page_of_the_data_sets_shows_the_rows_that_their_manifests_have():
    page = ROOT / "docs" / "datasets.md"
    fill_page(page, release_table(), check=True)
    rows = {}
    for path in (ROOT / "arise_zoo" / "datasets" / "releases").glob("*-v1.0.0.json"):
        for file in json.loads(path.read_text())["files"]:
            if "config" in file:
                rows[file["config"]] = rows.get(file["config"], 0) + file["rows"]
    for config, n in rows.items():
        name = "one for each of 24 conditions" if "-" in config else f"`{config}`"
        assert re.search(rf"\| {re.escape(name)}( \(default\))? \| {n:,} \|", page.read_text()), config


def test_committed_records_are_small():
    assert max(path.stat().st_size for path in RECORDS.iterdir()) < 500_000


def test_every_accuracy_shown_is_followed_by_interval_n_and_the_papers_value():
    table = summary_table(read_records(RECORDS))
    assert "| **66.14** [4.28, 98.84]<br>paper 66.14 |" in table
    assert "| 378, 21780, 17450, 15300 atoms of 3 classes |" in table
    for line in table.splitlines()[2:]:
        *cells, sizes = line.strip("| ").split(" | ")[1:]
        assert all(re.match(r"\*\*[\d.]+\*\* \[[\d.]+, [\d.]+\](<br>paper [\d.]+)?$", cell) for cell in cells if cell)
        assert len(re.findall(r"\d+(?=,| atoms| structures)", sizes)) == sum(bool(cell) for cell in cells)


def test_a_changed_number_is_noticed(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text((ROOT / "README.md").read_text().replace("66.14", "66.15", 1))
    with pytest.raises(ReportError, match="are not those of the records"):
        fill_page(readme, summary_table(read_records(RECORDS)), check=True)
    fill_page(readme, summary_table(read_records(RECORDS)))
    assert readme.read_text() == (ROOT / "README.md").read_text()


def test_records_of_different_versions_are_not_put_into_one_table(tmp_path):
    for name, version in (("cna", "1.0"), ("baa", "2.0")):
        record = json.loads((RECORDS / f"{name}.json").read_text())
        (tmp_path / f"{name}.json").write_text(json.dumps({**record, "protocol_version": version}))
    with pytest.raises(RecordError, match=r"differ in protocol version: 1\.0, 2\.0"):
        read_records(tmp_path)


def test_a_page_without_a_place_for_the_numbers_is_named(tmp_path):
    (tmp_path / "README.md").write_text("nothing here")
    with pytest.raises(ReportError, match="has no place for the numbers"):
        fill_page(tmp_path / "README.md", summary_table(read_records(RECORDS)))


@pytest.mark.parametrize("name", ["ptm", "cna", "a-cna", "baa"])
def test_every_cell_of_the_paper_is_met_within_one_point(name):
    (record,) = [r for r in read_records(RECORDS) if r["method"] == name]
    assert record["table"].startswith("2,S1,S2,S3")
    assert record["iterations"] == 10
    cells = [cell for cell in record["cells"] if cell["table"] not in OWN_CONDITIONS]
    assert len(cells) == 10 + 2 * (10 + 4 + 7)
    for cell in cells:
        assert abs(cell["accuracy"] - cell["paper"]) <= 1.0, cell


def test_the_network_trained_as_in_the_paper_falls_short_of_no_cell_by_more_than_0_15():
    (record,) = [r for r in read_records(RECORDS) if r["method"] == "arise-mlp"]
    published = [cell for cell in record["cells"] if cell["paper"] is not None]
    assert len(published) == 10 + 10 + 4 + 7 and not record["trained_on_defects"]
    assert min(cell["accuracy"] - cell["paper"] for cell in published) >= -0.15
    assert {c["accuracy"] for c in published if c["condition"] == "pristine"} == {100.0}


def test_cna_on_pristine_structures_is_exactly_the_papers():
    (record,) = [r for r in read_records(RECORDS) if r["method"] == "cna"]
    assert {f"{c['accuracy']:.2f}" for c in record["cells"] if c["table"] == "2" and c["condition"] == "pristine"} == {
        "66.14"
    }


def test_what_others_wrote_cannot_forge_rows_or_markers():
    record = read_records(RECORDS)[0]
    hostile = "x |\n| `forged` | **100.00** |\n<script>alert(1)</script><!-- end of numbers -->`"
    forged = {**record, "engine": hostile, "packages": {hostile: hostile}}
    honest, table = all_tables([record]), all_tables([forged])
    assert table.count("\n") == honest.count("\n") and table.count("|") == honest.count("|")
    assert "<script" not in table and "<!--" not in table and "`forged`" not in table
