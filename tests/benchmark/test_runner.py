"""The runner: the same predictions on any number of workers, nothing lost or mixed, clear sentences."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from arise_zoo import evaluate
from arise_zoo.benchmark import VOLATILE_FIELDS, RecordError, identity, read_record, validate_record
from arise_zoo.errors import AriseZooError, UnknownNameError
from arise_zoo.methods import MethodError, Prediction
from arise_zoo.structures import StructureSpec
from tests.fake_methods import FakeMethod

pytestmark = pytest.mark.usefixtures("use_outside_package")

SMALL = {"table": "2,S3", "iterations": 1}


def stable(record):
    """A record without the fields that say when and where it was made."""
    return {key: value for key, value in record.items() if key not in VOLATILE_FIELDS}


class Fake(FakeMethod):
    """A method of four small classes whose answer a test chooses."""

    finite = False
    recognises = ("fcc_cu", "bcc_w", "alpha_po", "diamond_c")


class PerAtom(Fake):
    name, level = "per-atom", "atom"


@pytest.fixture(scope="module")
def finished(tmp_path_factory, outside_package):
    """A finished run of the outside package's method."""
    sys.path.insert(0, str(outside_package))
    try:
        out = tmp_path_factory.mktemp("finished")
        evaluate("coordination", "2", iterations=1, out=out)
    finally:
        sys.path.remove(str(outside_package))
    return out


def test_a_method_of_an_outside_package_is_benchmarked_by_name():
    record = evaluate("coordination", "2", only=["pristine", "missing-0.05"], iterations=2)
    accuracy = {cell["condition"]: cell["accuracy"] for cell in record["cells"]}
    assert accuracy["pristine"] == 100.0
    assert accuracy["missing-0.05"] > 90.0
    assert {cell["n"] for cell in record["cells"]} == {4, 24}


def test_the_rows_of_all_classes_can_be_left_out_and_added_later(tmp_path):
    options = {"table": "S1", "only": ["pristine"], "out": tmp_path}
    first = evaluate("cna", supported_only=True, **options)
    assert [cell["scored_on"] for cell in first["cells"]] == ["supported"]
    assert [cell["scored_on"] for cell in evaluate("cna", **options)["cells"]] == ["supported", "all"]


def test_predictions_are_the_same_on_one_worker_two_and_a_dask_cluster(tmp_path):
    distributed = pytest.importorskip("distributed", reason="Dask is in the extra 'dask'")
    options = {"table": "2,S1", "only": ("pristine", "missing-0.1"), "iterations": 1}
    records = [evaluate("ptm", n_jobs=n, out=tmp_path / f"jobs{n}", **options) for n in (1, 2)]
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        records.append(evaluate("ptm", scheduler=address, out=tmp_path / "dask", **options))
    assert stable(records[0]) == stable(records[1]) == stable(records[2])
    files = [tmp_path / name / "ptm" / "predictions.parquet" for name in ("jobs1", "jobs2", "dask")]
    assert len({path.read_bytes() for path in files}) == 1


def test_a_method_is_packed_once_for_a_cluster(tmp_path):
    distributed = pytest.importorskip("distributed", reason="Dask is in the extra 'dask'")
    packed = []

    class Heavy(Fake):
        def __reduce__(self):
            packed.append(self)
            return Fake, ("fcc_cu",)

    where = {"processes": False, "protocol": "tcp://", "host": "127.0.0.1"}  # in this process, but by messages
    with distributed.LocalCluster(n_workers=1, dashboard_address=None, **where) as cluster:
        record = evaluate(Heavy(), "2", only=["pristine"], scheduler=cluster.scheduler_address)
    assert len(packed) == 1 and record["cells"][0]["accuracy"] == 25.0


def test_a_run_killed_half_way_ends_as_an_unbroken_one(tmp_path, outside_package):
    command = [sys.executable, "-m", "arise_zoo.cli.bench", "--method", "coordination", "--table", "2,S1,S2,S3"]
    command += ["--iterations", "1", "--jobs", "1"]
    environment = {**os.environ, "PYTHONPATH": str(outside_package) + os.pathsep + os.environ.get("PYTHONPATH", "")}
    broken, unbroken = tmp_path / "broken", tmp_path / "unbroken"
    process = subprocess.Popen([*command, "--out", str(broken)], env=environment, stderr=subprocess.DEVNULL)
    units = broken / "coordination" / "units"
    while process.poll() is None and len(list(units.glob("[!.]*.parquet"))) < 3:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (broken / "coordination" / "record.json").exists()

    asked = evaluate("coordination", "2,S1,S2,S3", iterations=1, out=broken)
    evaluate("coordination", "2,S1,S2,S3", iterations=1, out=unbroken)
    assert stable(asked) == stable(read_record(unbroken / "coordination" / "record.json"))
    predictions = [out / "coordination" / "predictions.parquet" for out in (broken, unbroken)]
    assert predictions[0].read_bytes() == predictions[1].read_bytes()
    assert not units.exists()


@pytest.mark.parametrize("seconds", [0.0, 3600.0])
def test_a_run_that_breaks_off_within_a_condition_goes_on_from_there(tmp_path, monkeypatch, seconds):
    monkeypatch.setattr("arise_zoo.benchmark.runner.SECONDS_BETWEEN_PARTS", seconds)
    options = {"only": ["missing-0.1"], "iterations": 2}
    asked = []

    def answer(atoms):
        asked.append(len(atoms))
        if len(asked) == 16:
            raise KeyboardInterrupt
        return Prediction("fcc_cu", 0.5)

    with pytest.raises(KeyboardInterrupt):
        evaluate(Fake(answer), out=tmp_path / "broken", **options)
    evaluate(Fake(answer), out=tmp_path / "broken", **options)
    assert len(asked) == 24 + 1  # the structure that it broke off in is asked about again
    evaluate(Fake(lambda _: Prediction("fcc_cu", 0.5)), out=tmp_path / "whole", **options)
    broken, whole = (tmp_path / name / "fake" / "predictions.parquet" for name in ("broken", "whole"))
    assert broken.read_bytes() == whole.read_bytes()
    assert not (tmp_path / "broken" / "fake" / "units").exists()


def test_what_is_complete_is_not_asked_again(tmp_path):
    evaluate(Fake(), out=tmp_path, **SMALL)

    def refuse(atoms):
        raise AssertionError("asked again")

    again = evaluate(Fake(refuse), out=tmp_path, **SMALL)
    assert {cell["table"] for cell in again["cells"]} == {"2", "S3"}


def test_a_second_table_joins_the_first_in_one_record(tmp_path):
    evaluate(Fake(), "2", iterations=1, out=tmp_path)
    record = evaluate(Fake(), "S2", iterations=1, out=tmp_path)
    assert record["table"] == "2,S2"
    assert stable(record) == stable(evaluate(Fake(), "2,S2", iterations=1))


def test_predictions_hold_every_structure_with_its_labels_and_confidence(tmp_path):
    method = PerAtom(lambda atoms: Prediction(np.full(len(atoms), "bcc_w"), np.linspace(0, 1, len(atoms))))
    evaluate(method, "2", only=["missing-0.2"], iterations=2, out=tmp_path)
    table = pq.read_table(tmp_path / "per-atom" / "predictions.parquet")
    assert table.num_rows == 4 * 3 * 2
    for row in table.to_pylist():
        spec = StructureSpec(row["class"], row["supercell"], row["periodic"], row["condition"], row["iteration"])
        assert row["structure"] == spec.id
        assert row["labels"] == ["bcc_w"] * spec.n_atoms
        assert len(row["confidence"]) == spec.n_atoms


def test_a_method_with_fit_is_fitted_on_the_pristine_structures_of_its_classes():
    class Fitted(Fake):
        def fit(self, structures, labels):
            self.seen = sorted(zip(labels, map(len, structures), strict=True))

        def predict_many(self, structures):
            assert self.seen[:4] == [("alpha_po", 1), ("alpha_po", 125), ("alpha_po", 216), ("alpha_po", 343)]
            return ["alpha_po"] * len(structures)

    record = evaluate(Fitted(), "S2", iterations=1)
    assert {cell["accuracy"] for cell in record["cells"] if cell["scored_on"] == "supported"} == {25.0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 1}, "holds results of seed 10, but this run has 1"),
        ({"iterations": 2}, "holds results of iterations 1, but this run has 2"),
    ],
)
def test_results_of_another_seed_or_size_are_not_mixed_in(finished, tmp_path, change, message):
    shutil.copytree(finished, tmp_path / "out")
    with pytest.raises(RecordError, match=message):
        evaluate("coordination", "2", out=tmp_path / "out", **{"iterations": 1, **change})
    untouched(finished, tmp_path / "out")


@pytest.mark.parametrize(("name", "what"), [("PROTOCOL_VERSION", "protocol version"), ("DATA_VERSION", "data version")])
def test_results_of_another_version_are_not_mixed_in(finished, tmp_path, monkeypatch, name, what):
    shutil.copytree(finished, tmp_path / "out")
    monkeypatch.setattr(identity, name, "99")
    with pytest.raises(RecordError, match=f"holds results of {what} .*, but this run has 99"):
        evaluate("coordination", "2", iterations=1, out=tmp_path / "out")
    untouched(finished, tmp_path / "out")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("record.json", '{"method": "coor', "record.json is torn or no JSON"),
        ("record.json", '{"method": "coordination"}', "record.json is no valid record"),
        ("run.json", "{", "run.json is damaged"),
        ("predictions.parquet", "PAR1", "predictions.parquet is not the file that"),
    ],
)
def test_a_torn_file_is_named_and_left(finished, tmp_path, file, content, message):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    (out / "coordination" / file).write_text(content)
    with pytest.raises(AriseZooError, match=message):
        evaluate("coordination", "2", iterations=1, out=out)
    assert (out / "coordination" / file).read_text() == content


def untouched(before: Path, after: Path):
    for path in before.rglob("*"):
        if path.is_file() and path.name != ".lock":
            assert (after / path.relative_to(before)).read_bytes() == path.read_bytes()


def raises(atoms):
    raise ZeroDivisionError("one by nought")


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (Fake(raises), "method 'fake' failed on \\w+/k\\d/periodic/pristine/0 .*one by nought"),
        (Fake("fcc_co"), "unknown label 'fcc_co' for \\w+/k\\d/periodic/pristine/0; did it mean 'fcc_cu'"),
        (Fake(["fcc_cu", "bcc_w"]), r"labels of shape \(2,\) .* must give one label"),
        (PerAtom("fcc_cu"), "must give one label for each of its 12[58] atoms"),
        (PerAtom(lambda atoms: ["fcc_cu"] * (len(atoms) - 1)), "must give one label for each of its 12[58] atoms"),
    ],
)
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_method_that_breaks_the_protocol_is_named_with_the_structure(method, message, n_jobs, tmp_path):
    with pytest.raises(MethodError, match=message):
        evaluate(method, "2", iterations=1, n_jobs=n_jobs, out=tmp_path)
    assert not (tmp_path / method.name / "record.json").exists()


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("level", "molecule", "level='molecule'; it must be one of atom, structure"),
        ("recognises", (), "recognises no class"),
        ("recognises", ("fcc_co",), "unknown class 'fcc_co'; did you mean 'fcc_cu'"),
        ("scored_on", ("nacl",), "scored on 'nacl', which it does not recognise"),
        ("recognises", ("cnt_3_3",), "treats periodic structures only"),
    ],
)
def test_attributes_that_break_the_protocol_are_named(attribute, value, message):
    method = Fake()
    setattr(method, attribute, value)
    with pytest.raises(AriseZooError, match=message):
        evaluate(method, "2", iterations=1)


def test_a_method_without_an_attribute_is_named():
    class Bare:
        name = "bare"

    with pytest.raises(MethodError, match="method 'bare' has no attribute 'level'"):
        evaluate(Bare())


def test_unknown_names_name_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'ptm'"):
        evaluate("ptn")
    with pytest.raises(UnknownNameError, match="unknown table '3'"):
        evaluate(Fake(), "3")
    with pytest.raises(UnknownNameError, match=r"did you mean 'missing-0\.01' or 'missing-0\.1' or 'missing-0\.15'\?"):
        evaluate(Fake(), "2", only=["missing-0.11"])
    with pytest.raises(AriseZooError, match=r"'missing-0\.3' is not in table 2"):
        evaluate(Fake(), "2", only=["missing-0.3"])


def test_a_scheduler_that_does_not_answer_is_one_sentence(monkeypatch):
    pytest.importorskip("distributed", reason="Dask is in the extra 'dask'")
    monkeypatch.setattr("arise_zoo.common.parallel._CONNECT_TIMEOUT", "1s")
    with pytest.raises(AriseZooError, match="no Dask scheduler answers at tcp://127"):
        evaluate(Fake(), "2", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(AriseZooError, match="is not the address of a Dask scheduler"):
        evaluate(Fake(), "2", scheduler="localhost")


def test_two_runs_do_not_write_into_one_folder(tmp_path):
    from filelock import FileLock

    (tmp_path / "fake").mkdir()
    with FileLock(tmp_path / "fake" / ".lock"), pytest.raises(AriseZooError, match="another run is writing into"):
        evaluate(Fake(), "2", iterations=1, out=tmp_path)


def test_a_record_that_does_not_fit_the_schema_is_refused():
    record = evaluate(Fake(), "2", iterations=1)
    validate_record(json.loads(json.dumps(record)), "here")
    record["cells"][0]["accuracy"] = 101
    with pytest.raises(RecordError, match=r"here is no valid record: at \$.cells\[0\].accuracy"):
        validate_record(record, "here")
