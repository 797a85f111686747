"""The page's data are those of the records, whatever part of the benchmark they hold."""

import base64
import gzip
import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from arise_zoo.benchmark.tables import OWN_CONDITIONS, TABLES, published_rows
from arise_zoo.cli.bench import main
from arise_zoo.leaderboard.condition_names import condition_meaning
from arise_zoo.leaderboard.cost_plot import read_speeds
from arise_zoo.leaderboard.markdown import ReportError, read_records, write_page
from arise_zoo.leaderboard.page import build_page, data_of, packed, same_page
from arise_zoo.models import list_models
from arise_zoo.prototypes import class_ids

ROOT = Path(__file__).parents[2]
RECORDS = ROOT / "leaderboard" / "records"
SCRIPTS = sorted((Path(inspect.getfile(build_page)).parent / "scripts").glob("*.js"))


def cells_in(data, table):
    """Method -> condition -> cell, of the methods that are in a table of the page."""
    methods = {method["method"]: method for method in data["methods"]}
    return {name: methods[name]["cells"][table["scored_on"]] for name in table["rows"]}


def put(folder, record, without=(), **changes):
    changed = {key: value for key, value in {**record, **changes}.items() if key not in without}
    (folder / f"{record['method']}.json").write_text(json.dumps(changed))


@pytest.fixture(scope="module")
def records():
    return {record["method"]: record for record in read_records(RECORDS)}


@pytest.fixture(scope="module")
def page(records):
    return build_page(list(records.values()), RECORDS, read_speeds(ROOT / "experiments" / "cost.json"))


@pytest.fixture(scope="module")
def data(page):
    return data_of(page)


def test_the_committed_page_is_made_of_the_committed_records(page):
    write_page(ROOT / "leaderboard" / "index.html", page, check=True, same=same_page)


def test_the_page_needs_nothing_but_itself_and_is_small(page):
    assert len(page.encode()) < 1_500_000
    assert "default-src 'none'" in page
    code = re.sub(r'(?<=id="data">)[^<]*', "", page)
    assert set(re.findall(r"https?://[^\"' )]+", code)) == {
        "https://doi.org/10.1038/s41467-021-26511-5",
        "http://www.w3.org/2000/svg",
    }
    assert not re.search(r"<link[^>]+href=\"(?!data:)|\bsrc=|@import|\burl\(|\bfetch\(", code)


def test_every_cell_of_every_record_is_in_the_tables_of_the_page(records, data):
    tables = {(t["table"], t["scored_on"]): t for t in data["tables"]}
    for record in records.values():
        for cell in record["cells"]:
            table = tables[cell["table"], cell["scored_on"]]
            assert cell["condition"] in table["conditions"]
            shown = cells_in(data, table)[record["method"]][cell["condition"]]
            paper = shown["paper"]
            assert [shown["accuracy"], *shown["ci95"]] == [
                f"{value:.2f}" for value in (cell["accuracy"], *cell["ci95"])
            ]
            assert (shown["n"], shown["n_structures"]) == (cell["n"], cell["n_structures"])
            assert (paper is None) == (cell["paper"] is None)
            if paper:
                assert float(paper) == cell["paper"]
                assert float(shown["difference"]) == pytest.approx(cell["accuracy"] - cell["paper"], abs=0.005001)


def test_every_row_of_the_paper_is_there_beside_ours_or_alone(data):
    for table in data["tables"]:
        if table["table"] in OWN_CONDITIONS:
            continue
        ours = cells_in(data, table).values()
        rows = [[row[c]["paper"] for c in table["conditions"] if c in row] for row in ours]
        rows += [[row[c] for c in table["conditions"]] for row in table["paper_only"].values()]
        for published in published_rows(table["table"], table["scored_on"]).values():
            assert [f"{published[c]:.2f}" for c in table["conditions"]] in rows


def test_a_record_of_one_condition_makes_a_page(records, tmp_path):
    gnb = records["gnb"]
    cells = [c for c in gnb["cells"] if (c["table"], c["condition"]) == ("2", "missing-0.2")]
    per_class = {"missing-0.2": gnb["per_class"]["missing-0.2"]}
    put(tmp_path, gnb, ("calibration", "detection"), cells=cells, per_class=per_class, table="2")
    data = data_of(build_page(read_records(tmp_path), tmp_path))
    assert [c["id"] for c in data["conditions"]] == ["missing-0.2"]
    (method,) = data["methods"]
    assert method["ranks"] == {}
    assert method["differences"]["n"] == 1
    assert method["cells"]["all"] == {}


def test_worst_class_and_counts_are_those_of_the_record(records, data):
    for method in data["methods"]:
        record = records[method["method"]]
        for condition, runs in method["classes"].items():
            found = [place for place, times in zip(runs[::2], runs[1::2], strict=True) for _ in range(times)]
            assert {c for c, place in zip(class_ids(), found, strict=True) if place is not None} == set(
                record["per_class"][condition]
            )
            for class_id, place in zip(class_ids(), found, strict=True):
                if place is None:
                    continue
                assert data["shares"][place][1:3] == record["per_class"][condition][class_id]
        for condition, worst in method["worst"].items():
            counts = {c: record["per_class"][condition].get(c) for c in record["scored_on_supported"]}
            least = min(right / n for right, n in filter(None, counts.values())) if worst else None
            if worst:
                percent, right, n, *_ = data["shares"][worst["share"]]
                assert right / n == least and percent == f"{100 * least:.1f}"
                assert all(counts[c][0] / counts[c][1] == least for c in map(class_ids().__getitem__, worst["classes"]))


def test_text_in_a_record_cannot_end_the_data(records, tmp_path):
    put(tmp_path, records["cna"], citation="</script><script>alert(1)</script>")
    page = build_page(read_records(tmp_path), tmp_path)
    assert page.count("<script>") == 1 and "alert" not in page
    assert data_of(page)["methods"][0]["citation"] == "</script><script>alert(1)</script>"


def test_a_page_that_is_not_that_of_the_records_is_refused(page, tmp_path, capsys):
    other = tmp_path / "index.html"
    data = data_of(page)
    cell = next(m for m in data["methods"] if m["method"] == "cna")["cells"]["supported"]["pristine"]
    cell["accuracy"] = "66.15"
    other.write_text(re.sub(r'(?<=id="data">)[^<]*', packed(data), page))
    with pytest.raises(ReportError, match="not what the records give"):
        write_page(other, page, check=True, same=same_page)
    options = ["--records", RECORDS, "--readme", ROOT / "README.md", "--tables", ROOT / "leaderboard" / "README.md"]
    assert main(["report", "--check", *map(str, options), "--page", str(other)]) == 2
    assert "run `arise-bench report`" in capsys.readouterr().err
    assert main(["report", *map(str, options), "--page", str(other)]) == 0
    assert other.read_text() == page


def test_the_same_data_compressed_otherwise_is_the_same_page(page):
    stored = base64.b64encode(gzip.compress(json.dumps(data_of(page)).encode(), 0)).decode()
    assert same_page(page, re.sub(r'(?<=id="data">)[^<]*', stored, page))
    assert not same_page(page, page.replace("</html>", "<p>more</p></html>"))
    assert not same_page(page, re.sub(r'(?<=id="data">)[^<]*', "no data", page))


def test_the_condition_shown_first_is_the_one_with_the_lowest_mean_score(data):
    known = [c["id"] for c in data["conditions"] if any(c["id"] in method["ranks"] for method in data["methods"])]
    everywhere = [method for method in data["methods"] if all(c in method["ranks"] for c in ["all", *known])]
    assert len(everywhere) > 5
    means = {c: sum(float(method["ranks"][c]["score"]) for method in everywhere) for c in known}
    assert data["hardest"] == min(means, key=means.get)


def test_scores_under_one_condition_are_those_of_the_record_where_all_classes_are_named(records, data):
    for method in data["methods"]:
        record = records[method["method"]]
        if len(record["scored_on_supported"]) != 108 or record["level"] != "structure":
            continue
        for condition in ("pristine", "missing-0.2", "mixed-strong", "variant-far"):
            counts = record["per_class"][condition].values()
            share = 100 * sum(right for right, _ in counts) / sum(n for _, n in counts)
            assert float(method["ranks"][condition]["score"]) == pytest.approx(share, abs=0.0051)


def test_every_condition_is_explained_in_a_phrase(data):
    assert [c["id"] for c in data["conditions"] if not c["meaning"]] == []
    assert condition_meaning("both-0.2-0.04").startswith("20 % of the atoms missing, the others displaced")
    assert condition_meaning("of-another-time") == ""


def test_what_is_linked_is_there_and_every_method_has_record_code_and_licence(records, data):
    for method in data["methods"]:
        kinds = {what for what, _, _ in method["links"]}
        assert {"Record", "Code", "Licence"} <= kinds
        assert ("Paper" in kinds) == bool(records[method["method"]]["citation"]), method["method"]
        for _, text, address in method["links"]:
            if not address.startswith("https://"):
                assert (ROOT / "leaderboard" / address).exists(), (method["method"], text)
    checkpoints = {m["method"] for m in data["methods"] if any(what == "Checkpoint" for what, _, _ in m["links"])}
    assert {model.name for model in list_models()} & set(records) <= checkpoints


def test_a_method_of_another_package_shows_what_its_submitter_declared(records, tmp_path):
    citation = "A. Author, J. Test. Cases 1, 1 (2026), doi:10.1000/182"
    said = {"trained_on": "the 396 pristine structures", "seeds": "none", "licence": "MIT", "citation": citation}
    said |= {"links": "https://example.org/code", "parameters": "12"}
    put(tmp_path, records["cna"] | {"method": "mine"}, citation=citation, declaration=said)
    (method,) = data_of(build_page(read_records(tmp_path), tmp_path))["methods"]
    assert method["declared"] == said
    assert method["links"] == [
        ["Record", "mine.json", "records/mine.json"],
        ["Licence", "MIT", None],
        ["Links, as declared", "https://example.org/code", "https://example.org/code"],
        ["Paper", "doi:10.1000/182", "https://doi.org/10.1000/182"],
    ]


def test_the_tables_that_can_be_shown_are_all_tables(data):
    assert [(t["table"], t["scored_on"]) for t in data["tables"]] == [(t, s) for t in TABLES for s in TABLES[t]]


def test_the_page_has_the_shares_of_each_lattice_that_the_experiment_on_dynamics_has(data):
    found, measured = data["lattices"], json.loads((ROOT / "experiments" / "dynamics.json").read_text())
    with_cells = [entry for entry in measured["methods"] if any(entry["cells"].values())]
    assert set(found["methods"]) == {entry["method"] for entry in with_cells}
    for entry in with_cells:
        for family, places in zip(found["names"], found["methods"][entry["method"]], strict=True):
            wanted = entry["cells"][family]
            assert (places is None) == (not wanted)
            for condition, place in zip(found["conditions"], places or (), strict=False):
                shown = found["shares"][place][:3] if place is not None else None
                assert shown == ([f"{v:.2f}" for v in wanted[condition]] if condition in wanted else None)


def test_the_labels_of_a_method_of_all_classes_add_up_over_the_lattices(data):
    methods, found = {m["method"]: m for m in data["methods"]}, data["lattices"]
    for i, condition in enumerate(found["conditions"]):
        rows = [places for places in found["methods"]["arise-mlp"] if places and places[i] is not None]
        n = sum(found["shares"][places[i]][3] for places in rows)
        assert n == methods["arise-mlp"]["cells"]["supported"][condition]["n"]


def test_the_command_that_makes_the_leaderboard_again_names_every_table():
    (tables,) = re.findall(r"--method all --table (\S+)", (ROOT / "leaderboard" / "README.md").read_text())
    assert tables.split(",") == list(TABLES)


def test_a_script_imports_only_what_another_exports():
    texts = {path.stem: path.read_text() for path in SCRIPTS}
    exported = {
        name: set(re.findall(r"^export (?:const|let|function) (\w+)", text, re.M)) for name, text in texts.items()
    }
    for text in texts.values():
        for names, source in re.findall(r'^import (?:\{([^}]*)\} from )?"\./(\w+)\.js";$', text, re.M):
            assert {name.strip() for name in names.split(",")} - {""} <= exported[source]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_an_ecmascript_module(path, tmp_path):
    if not (node := shutil.which("node")):
        pytest.skip("Node.js is not installed")
    module = shutil.copy(path, tmp_path / f"{path.stem}.mjs")
    subprocess.run([node, "--check", module], check=True)
