"""Table D in the harness: who is asked what, what is right where nothing is known, and descriptors that are kept."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from arise_zoo import evaluate, get_method
from arise_zoo.benchmark.plan import Plan, Sampling
from arise_zoo.benchmark.vectors import cached_vectors
from arise_zoo.common.storage import StorageError
from arise_zoo.descriptors.settings import CENTRAL
from arise_zoo.methods import Prediction, resolve
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import benchmark_structures
from tests.fake_methods import FakeMethod


class Sceptic(FakeMethod):
    """Calls fcc whatever has one species, and doubts the rest."""

    name, finite, probabilistic = "sceptic", False, True
    recognises = ("bcc_w", "fcc_cu")

    def predict(self, atoms):
        if len(set(atoms.numbers)) > 1:
            return Prediction("unknown", 0.5, np.array([0.5, 0.5]), 1.0)
        return Prediction("fcc_cu", 0.9, np.array([0.1, 0.9]), 0.1)


def test_where_nothing_is_known_unknown_is_right(tmp_path):
    record = evaluate(Sceptic(), "2,D", only=["pristine", "unknown"], out=tmp_path)
    predictions = pq.read_table(tmp_path / "sceptic" / "predictions.parquet").to_pandas()
    unknown = predictions[predictions.condition == "unknown"]
    (cell,) = [c for c in record["cells"] if c["table"] == "D"]
    assert cell["n"] == len(unknown) == 120
    assert cell["accuracy"] == pytest.approx(100 * np.mean([labels[0] == "unknown" for labels in unknown.labels]))
    assert cell["paper"] is None


def test_detection_is_the_auroc_of_doubt_against_the_pristine_structures():
    record = evaluate(Sceptic(), "2,D", only=["pristine", "unknown"])
    share = next(c["accuracy"] for c in record["cells"] if c["table"] == "D") / 100
    assert {entry["score"] for entry in record["detection"]} == {"max_probability", "mutual_information"}
    for entry in record["detection"]:
        assert (entry["unknown"], entry["distance"], entry["n"]) == ("unknown", "near", 120)
        (against,) = entry["against"].values()
        assert against["auroc"]["value"] == pytest.approx(share + (1 - share) / 2, abs=1e-4)
        assert against["n"] == 2
    assert [c["condition"] for c in record["calibration"]] == ["pristine"]


@pytest.mark.parametrize(
    ("method", "asked", "not_asked"),
    [
        ("ptm", ("slab", "unknown", "amorphous", "added-0.05"), ("rotated", "cluster-40")),
        ("spglib-loose", ("added-0.05", "expanded-0.05"), ("slab", "unknown", "amorphous", "rotated")),
        ("gnb", ("slab", "unknown", "amorphous", "rotated", "cluster-40"), ()),
    ],
)
def test_methods_are_asked_what_they_can_be_asked(method, asked, not_asked):
    plan = Plan(resolve(get_method(method)).facts, Sampling())
    assert all(plan.is_asked(name) for name in asked)
    assert not any(plan.is_asked(name) for name in not_asked)


def test_a_rotation_changes_no_label_of_a_network():
    specs = list(benchmark_structures("rotated", classes=class_ids()[::9], iterations=1))
    method = get_method("arise-mlp")
    turned = method.predict_many([spec.build() for spec in specs])
    assert [answer.labels for answer in turned] == [spec.class_id for spec in specs]


def test_kept_descriptors_give_the_same_record_and_are_written_once(tmp_path):
    options = {"table": "D", "only": ["cluster-40"], "iterations": 1}
    plain = evaluate("cosine", out=tmp_path / "plain", **options)
    kept = evaluate("cosine", out=tmp_path / "kept", descriptors=tmp_path / "vectors", **options)
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "vectors").rglob("*.npy")}
    assert kept["cells"] == plain["cells"] and files
    again = evaluate("gnb", descriptors=tmp_path / "vectors", **options)
    assert again["cells"][0]["n"] == plain["cells"][0]["n"]
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "vectors").rglob("*.npy")} == files


def test_a_damaged_file_of_kept_descriptors_is_one_sentence(tmp_path):
    specs = list(benchmark_structures("cluster-40", classes=["nacl"], iterations=1))
    cached_vectors(tmp_path, specs, CENTRAL)
    (path,) = tmp_path.rglob("*.npy")
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(StorageError, match="is damaged"):
        cached_vectors(tmp_path, specs, CENTRAL)


def test_kept_descriptors_of_other_parameters_are_other_files(tmp_path):
    specs = list(benchmark_structures("cluster-40", classes=["nacl"], iterations=2))
    first = cached_vectors(tmp_path, specs, CENTRAL)
    second = cached_vectors(tmp_path, specs, {**CENTRAL, "sigma": 0.12})
    assert first.shape == second.shape == (2, 316) and not np.allclose(first, second)
    assert len(list(tmp_path.rglob("*.npy"))) == 2
