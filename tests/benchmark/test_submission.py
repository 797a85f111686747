"""Submissions: packed by the command, scored again from their predictions, refused when anything is not as it says."""

import json
import shutil
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arise_zoo import evaluate
from arise_zoo.benchmark.submission import Declaration, SubmissionError, pack, validate
from arise_zoo.cli.bench import main
from arise_zoo.common.storage import sha256
from arise_zoo.errors import AriseZooError

SAID = Declaration("the 396 pristine structures", "none", "MIT", "A. Author, J. Test. Cases 1, 1 (2026)")
LINK = "https://example.org/method"
DECLARED = ["--trained-on", SAID.trained_on, "--seeds", "none", "--licence", "MIT", "--citation", SAID.citation]
DECLARED += ["--links", LINK, "--parameters", "12"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results of a method of structures with all tables begun, and of a method of atoms."""
    out = tmp_path_factory.mktemp("results")
    evaluate("cosine", "2", only=["pristine"], out=out)
    evaluate("gnb", "2", only=["pristine"], out=out)
    evaluate("cna", "2,S1", only=["pristine", "missing-0.05"], out=out)
    return out


@pytest.mark.parametrize("name", ["cosine", "gnb", "cna"])
def test_what_is_packed_fits_and_carries_record_environment_and_declaration(results, tmp_path, capsys, name):
    file = tmp_path / "mine.arise.zip"
    assert main(["submit", str(results / name), *DECLARED, "--out", str(file)]) == 0
    assert main(["validate", str(file), "--json", str(tmp_path / "checked.json")]) == 0
    assert "follow from its predictions" in capsys.readouterr().out
    checked = json.loads((tmp_path / "checked.json").read_text())
    declared = checked.pop("declaration")
    assert (declared["licence"], declared["links"], declared["parameters"]) == ("MIT", LINK, "12")
    assert checked == json.loads((results / name / "record.json").read_text())
    with zipfile.ZipFile(file) as archive:
        assert "numpy" in json.loads(archive.read("environment.json"))["packages"]


def repacked(results, tmp_path, change):
    """A submission of cosine's results after `change(folder)`, with hash and record made to agree again."""
    folder = tmp_path / "cosine"
    shutil.copytree(results / "cosine", folder)
    change(folder)
    return folder


def edit_record(**values):
    def change(folder):
        record = json.loads((folder / "record.json").read_text())
        (folder / "record.json").write_text(json.dumps({**record, **values}))

    return change


def edit_predictions(edit):
    def change(folder):
        path = folder / "predictions.parquet"
        table = edit(pq.read_table(path))
        pq.write_table(table, path)
        record = json.loads((folder / "record.json").read_text())
        record["predictions"]["sha256"] = sha256(path)
        (folder / "record.json").write_text(json.dumps(record))

    return change


def better(folder):
    record = json.loads((folder / "record.json").read_text())
    record["cells"][0]["accuracy"] = 99.5
    (folder / "record.json").write_text(json.dumps(record))


def with_label(label):
    def edit(table):
        labels = table["labels"].to_pylist()
        labels[0] = [label]
        return table.set_column(table.schema.get_field_index("labels"), table.schema.field("labels"), [labels])

    return edit


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (better, "accuracy of table 2, supported classes, pristine is 99.5 in the record, but 100.0 when scored"),
        (edit_record(decisions=[]), "the record's decisions does not follow from predictions"),
        (edit_record(detection_by_class={"nacl": 1.0}), "the record's detection by class does not follow"),
        (edit_record(protocol_version="0.1"), "was made with protocol version 0.1, but this package has"),
        (edit_record(data_sha256="0" * 64), "was made with data sha256 000"),
        (edit_record(iterations=3), "was made with iterations 3"),
        (edit_record(seed=11), "was made with seed 11"),
        (edit_record(level="atom"), "another number of labels than the structures"),
        (edit_record(wall_s="long"), "is no valid record: at"),
        (edit_predictions(lambda table: table.slice(1)), "are not of the benchmark's structures"),
        (edit_predictions(with_label("fcc_cuu")), "hold the label 'fcc_cuu', which does not exist"),
        (edit_predictions(with_label("nacl")), "in the record, but 99.7475 when scored"),
        (edit_predictions(lambda table: table.replace_schema_metadata(None)), "is no file of predictions"),
        (
            lambda folder: (folder / "predictions.parquet").write_bytes(b"PAR1"),
            "are not those that the record was made",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence_and_nothing_is_written(results, tmp_path, change, sentence):
    folder = repacked(results, tmp_path, change)
    with pytest.raises(AriseZooError) as error:
        pack(folder, SAID, tmp_path / "out.arise.zip")
    assert sentence in str(error.value) and "\n" not in str(error.value)
    assert not list(tmp_path.glob("*out.arise.zip*"))


def test_a_declaration_must_be_whole_and_must_not_name_the_benchmarks_seed(results, tmp_path):
    for said, sentence in (
        (Declaration("", "none", "MIT", "x"), "leaves trained on open"),
        (Declaration("defects", "1, 10", "MIT", "x"), "names 10 among the seeds"),
        (Declaration("nothing", "none", "MIT", "x", "javascript:alert(1)"), "which is no web address"),
        (Declaration("nothing", "none", "MIT", "x", "", "1e6"), "counts '1e6' parameters; give a whole number"),
    ):
        with pytest.raises(SubmissionError, match=sentence):
            pack(results / "cosine", said, tmp_path / "out.arise.zip")


def test_files_that_are_no_submissions_end_the_command_with_2_and_a_sentence(tmp_path, capsys):
    (tmp_path / "text.zip").write_text("hello")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("../escape.txt", "out")
    for name, sentence in (
        ("text.zip", "is damaged or no submission"),
        ("other.zip", "holds other files than a submission does"),
        ("missing.zip", "there is no file"),
    ):
        assert main(["validate", str(tmp_path / name)]) == 2
        assert sentence in capsys.readouterr().err
    assert main(["submit", str(tmp_path), *DECLARED]) == 2
    assert "holds no record.json" in capsys.readouterr().err


def test_the_same_results_are_the_same_file(results, tmp_path):
    files = [pack(results / "cosine", SAID, tmp_path / f"{n}.arise.zip") for n in (1, 2)]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_predictions_that_a_stranger_pads_are_refused(results, tmp_path):
    folder = repacked(results, tmp_path, edit_predictions(lambda t: pa.concat_tables([t, t.slice(0, 1)])))
    with pytest.raises(SubmissionError, match=r"are not of the benchmark's structures|is damaged"):
        pack(folder, SAID, tmp_path / "out.arise.zip")


def set_column(name, edit):
    def change(table):
        place = table.schema.get_field_index(name)
        values = edit(table[name].to_pylist())
        return table.set_column(place, table.schema.field(name), pa.array(values, table.schema.field(name).type))

    return edit_predictions(change)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (set_column("condition", lambda v: ["unknown"] * len(v)), "name another condition than their structures have"),
        (set_column("supercell", lambda v: [9] * len(v)), "name another supercell than"),
        (set_column("periodic", lambda v: [not x for x in v]), "name another periodic than"),
        (set_column("iteration", lambda v: [x + 1 for x in v]), "name another iteration than"),
        (set_column("probability_of_truth", lambda v: [1.0] * len(v)), "probabilities that no distribution has"),
        (set_column("sum_of_squares", lambda v: [0.0] * len(v)), "probabilities that no distribution has"),
        (set_column("confidence", lambda v: [[2.0]] * len(v)), "probabilities that no distribution has"),
        (edit_record(wall_s=float("nan")), "is torn or no JSON"),
        (edit_record(wall_s=-1), "is no valid record"),
        (edit_record(method="../../x"), "is no valid record"),
        (edit_record(table="2," * 100_000 + "2"), "is no valid record"),
    ],
)
def test_what_can_be_derived_cannot_be_forged(results, tmp_path, change, sentence):
    folder = tmp_path / "gnb"
    shutil.copytree(results / "gnb", folder)
    change(folder)
    with pytest.raises(AriseZooError) as error:
        pack(folder, SAID, tmp_path / "out.arise.zip")
    assert sentence in str(error.value) and len(str(error.value)) < 600


def twice(folder):
    record = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps({**record, "cells": [*record["cells"], record["cells"][0]]}))


def another_paper(folder):
    record = json.loads((folder / "record.json").read_text())
    record["cells"][0]["paper"] = 1.0
    (folder / "record.json").write_text(json.dumps(record))


def more_rows(folder):
    record = json.loads((folder / "record.json").read_text())
    record["predictions"]["rows"] = 10**12
    (folder / "record.json").write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [(twice, "has a cell twice"), (another_paper, "paper of table 2"), (more_rows, "counts 1000000000000 predictions")],
)
def test_cells_published_values_and_counts_are_worked_out_again(results, tmp_path, change, sentence):
    folder = repacked(results, tmp_path, change)
    with pytest.raises(AriseZooError, match=sentence):
        pack(folder, SAID, tmp_path / "out.arise.zip")


@pytest.mark.parametrize("seeds", ["10", "0xa", "0b1010", "10.", "1;10", "1e1", "seeds 3,10", "0o12"])
def test_the_benchmarks_seed_is_found_however_it_is_written(results, tmp_path, seeds):
    with pytest.raises(SubmissionError, match="names 10 among the seeds"):
        pack(results / "cosine", Declaration("defects", seeds, "MIT", "x"), tmp_path / "out.arise.zip")


@pytest.mark.parametrize(
    ("trained_on", "seeds"),
    [("defective structures, seed 11", "none"), ("pristine structures", "11"), ("vacancies", "none")],
)
def test_a_declaration_cannot_contradict_the_record(results, tmp_path, trained_on, seeds):
    with pytest.raises(SubmissionError, match="trained_on_defects false"):
        pack(results / "cosine", Declaration(trained_on, seeds, "MIT", "x"), tmp_path / "out.arise.zip")
    pack(results / "cosine", Declaration("pristine, no defects", "none", "MIT", "x"), tmp_path / "in.arise.zip")


def test_an_archive_that_unpacks_to_much_is_refused_before_it_is(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("record.json", "predictions.parquet", "environment.json", "declaration.json"):
            archive.writestr(name, b" " * (100 << 20 if name == "record.json" else 1))
    with pytest.raises(SubmissionError, match=r"would unpack record.json to more than 64 MiB"):
        validate(tmp_path / "bomb.zip")


def test_json_that_never_ends_is_refused(results, tmp_path):
    folder = repacked(results, tmp_path, lambda f: (f / "record.json").write_text("[" * 100_000))
    with pytest.raises(AriseZooError, match="is torn or no JSON"):
        pack(folder, SAID, tmp_path / "out.arise.zip")
