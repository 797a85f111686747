"""Collected results: the same counts as the record's, small, and only of whole results."""

import pyarrow.parquet as pq
import pytest

from arise_zoo import evaluate
from arise_zoo.cli.bench import main
from arise_zoo.leaderboard.collect import CollectError, collect, declaration_of, read_counts
from arise_zoo.leaderboard.markdown import read_records


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


def test_what_a_submitter_declared_stays_beside_the_record(results, tmp_path):
    for name in ("record.json", "predictions.parquet"):
        (tmp_path / "cna").mkdir(exist_ok=True)
        (tmp_path / "cna" / name).write_bytes((results / "cna" / name).read_bytes())
    (tmp_path / "cna" / "declaration.json").write_text('{"licence": "MIT"}')
    assert collect(tmp_path, tmp_path / "records") == ["cna"]
    (record,) = read_records(tmp_path / "records")
    assert declaration_of(record, tmp_path / "records") == {"licence": "MIT"}


def test_predictions_of_another_run_are_not_collected(results, tmp_path):
    folder = tmp_path / "cna"
    folder.mkdir()
    (folder / "record.json").write_bytes((results / "cna" / "record.json").read_bytes())
    (folder / "predictions.parquet").write_bytes((results / "cosine" / "predictions.parquet").read_bytes())
    with pytest.raises(CollectError, match="not the file that its record was made from"):
        collect(tmp_path, tmp_path / "records")
    assert not (tmp_path / "records").exists()


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
