"""Collected results: the same counts as the record's, small, and only of whole results."""

import json
import shutil

import pyarrow.parquet as pq
import pytest

from arise_zoo import evaluate
from arise_zoo.benchmark.record import read_record
from arise_zoo.benchmark.submission import SubmissionError
from arise_zoo.cli.bench import main
from arise_zoo.leaderboard.collect import CollectError, collect, read_counts


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("results")
    for method in ("cna", "cosine"):
        evaluate(method, "2", only=["pristine"], out=out)
    return out


def test_collected_counts_add_up_to_those_of_the_record(results, tmp_path):
    assert collect(results, tmp_path) == ["cna", "cosine"]
    for name in ("cna", "cosine"):
        record = evaluate(name, "2", only=["pristine"], out=results)
        table = pq.read_table(tmp_path / f"{name}.parquet").to_pandas()
        counts = table.groupby("class")[["right", "total"]].sum()
        assert {c: row.tolist() for c, row in counts.iterrows()} == {
            c: list(v) for c, v in record["per_class"]["pristine"].items()
        }
        assert (table["label"].notna()).all() == (name == "cosine")


def test_predictions_of_another_run_are_not_collected(results, tmp_path):
    folder = tmp_path / "cna"
    folder.mkdir()
    (folder / "record.json").write_bytes((results / "cna" / "record.json").read_bytes())
    (folder / "predictions.parquet").write_bytes((results / "cosine" / "predictions.parquet").read_bytes())
    with pytest.raises(CollectError, match="not the file that its record was made from"):
        collect(tmp_path, tmp_path / "records")
    assert not (tmp_path / "records").exists()


def test_what_a_submitter_declares_is_collected_unless_it_contradicts_the_record(results, tmp_path):
    folder = shutil.copytree(results / "cosine", tmp_path / "results" / "cosine")
    said = {"trained_on": "pristine structures", "seeds": "none", "licence": "MIT", "citation": "x"}
    (folder / "declaration.json").write_text(json.dumps(said))
    collect(tmp_path / "results", tmp_path / "records")
    declared = read_record(tmp_path / "records" / "cosine.json")["declaration"]
    assert declared == {**said, "links": "", "parameters": ""}
    (folder / "declaration.json").write_text(json.dumps({**said, "trained_on": "defective structures"}))
    with pytest.raises(SubmissionError, match="declares training on defects, but its record"):
        collect(tmp_path / "results", tmp_path / "others")
    assert not (tmp_path / "others").exists()


def test_a_folder_without_results_is_one_sentence(tmp_path, capsys):
    assert main(["collect", str(tmp_path)]) == 2
    assert "there are no results in" in capsys.readouterr().err


def test_counts_of_other_results_than_the_record_are_refused(results, tmp_path):
    collect(results, tmp_path)
    record = evaluate("cna", "2", only=["pristine"], out=results)
    assert read_counts(tmp_path / "cna.parquet", record).num_rows == 3
    with pytest.raises(CollectError, match="not of the results of its record"):
        read_counts(tmp_path / "cosine.parquet", record)
    (tmp_path / "cna.parquet").write_bytes(b"torn")
    with pytest.raises(CollectError, match="is damaged"):
        read_counts(tmp_path / "cna.parquet", record)
