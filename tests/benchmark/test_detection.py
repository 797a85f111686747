"""Detection of what is of no class: against scikit-learn and brute force, and through the harness by hand."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from arise_zoo import evaluate
from arise_zoo.benchmark.record import read_record
from arise_zoo.benchmark.scoring import structures_of_classes
from arise_zoo.benchmark.uncertainty.detection import (
    class_weights,
    decisions,
    detection,
    detection_by_class,
    distance,
    false_alarms,
    thresholds,
)
from arise_zoo.benchmark.uncertainty.doubt import Doubt
from arise_zoo.common.statistics import auroc
from arise_zoo.methods import Prediction
from arise_zoo.prototypes import class_ids
from tests.fake_methods import FakeMethod


def clustered(rng, n_clusters, per_cluster, mean, spread, grain):
    """Scores of clusters that differ from one another, in steps of `grain`, and the number of each one's cluster."""
    clusters = np.repeat(np.arange(n_clusters), per_cluster)
    scores = mean + spread * rng.normal(size=n_clusters)[clusters] + rng.normal(size=len(clusters))
    return np.round(scores / grain) * grain, clusters


@pytest.fixture(scope="module")
def doubts():
    """Scores of two unknown and two known conditions with many ties."""
    rng = np.random.default_rng(3)
    found = {}
    for name, first, mean in (("unknown", 200, 1), ("amorphous", 0, 2), ("pristine", 0, 0), ("missing-0.2", 0, 0.7)):
        scores, clusters = clustered(rng, 40, 6, mean, 1, 0.2)
        found[name] = Doubt(clusters + first, {"confidence": scores}, (scores > 2).astype(float))
    return found


def test_areas_and_false_alarms_are_those_of_scikit_learn_and_of_every_threshold_tried(doubts):
    entries = detection(doubts)
    assert [(entry["unknown"], entry["distance"], entry["n"]) for entry in entries] == [
        ("unknown", "near", 240),
        ("amorphous", "far", 240),
    ]
    for entry in entries:
        unknown = doubts[entry["unknown"]].scores["confidence"]
        highest = max(level for level in unknown if np.mean(unknown >= level) >= 0.95)
        for name, against in entry["against"].items():
            known = doubts[name].scores["confidence"]
            truth = np.repeat([1, 0], [len(unknown), len(known)])
            area = roc_auc_score(truth, np.concatenate([unknown, known]))
            assert against["auroc"]["value"] == pytest.approx(area, abs=1e-5)
            assert against["false_alarms"]["value"] == pytest.approx(np.mean(known >= highest), abs=1e-5)
            for estimate in (against["auroc"], against["false_alarms"]):
                low, high = estimate["ci95"]
                assert 0 <= low <= estimate["value"] <= high <= 1


def test_the_mean_over_classes_is_the_mean_area_with_near_and_far_counted_alike(doubts):
    every = {name: structures_of_classes(name, 10) for name in ("pristine", "missing-0.2")}
    shown = dict(zip(class_ids()[:40], range(40), strict=True))
    unknowns = {f"other{number}": number for number in range(40, 240)}
    every = {name: {c: 6 for c in shown} for name in every}  # as many as there are in the fixture
    by_class = detection_by_class(doubts, shown | unknowns, every)
    weights = class_weights(every)
    areas = [against["auroc"]["value"] for entry in detection(doubts) for against in entry["against"].values()]
    found = sum(weights[c] * by_class.get(c, 0.0) for c in weights) / sum(weights.values())
    assert found == pytest.approx(np.mean(areas), abs=2e-5)
    half = detection_by_class(doubts, shown | unknowns, {name: {c: 12 for c in shown} for name in every})
    assert half["fcc_cu"] == pytest.approx(by_class["fcc_cu"] / 2, abs=2e-5)  # what is not shown counts 0


def test_the_interval_of_an_area_covers_it_although_structures_of_a_class_are_alike():
    rng = np.random.default_rng(0)
    truth = 0.6914625  # P(N(1, 2) > N(0, 2)) = Phi(1 / 2)
    hits, hits_without = 0, 0
    for _ in range(300):
        (positive, first), (negative, second) = (clustered(rng, 30, 10, m, 1, 1e-9) for m in (1, 0))
        _, low, high = auroc(positive, negative, (first, second + 30))
        _, low_without, high_without = auroc(positive, negative)
        hits += low <= truth <= high
        hits_without += low_without <= truth <= high_without
    assert 0.92 <= hits / 300 <= 0.99
    assert hits_without / 300 < 0.7


def test_clusters_of_one_give_the_interval_of_delong():
    rng = np.random.default_rng(1)
    positive, negative = rng.normal(1, 1, 400), rng.normal(0, 1, 500)
    alone = np.arange(400), np.arange(400, 900)
    assert auroc(positive, negative, alone) == pytest.approx(auroc(positive, negative), abs=1e-3)


def test_the_interval_of_false_alarms_covers_them_although_structures_of_a_class_are_alike():
    rng = np.random.default_rng(2)
    truth = np.mean(rng.normal(0, 2**0.5, 10**6) >= 2 - 1.6448536 * 2**0.5)
    hits = 0
    for _ in range(200):
        (positive, first), (negative, second) = (clustered(rng, 30, 10, m, 1, 1e-9) for m in (2, 0))
        low, high = false_alarms(thresholds(positive, first), negative, second)["ci95"]
        hits += low <= truth <= high
    assert 0.9 <= hits / 200 <= 0.99


def test_the_interval_of_a_decision_takes_classes_as_what_was_sampled():
    clusters = np.repeat(np.arange(20), 50)
    found = {"pristine": Doubt(clusters, {}, (clusters < 5).astype(float))}
    (entry,) = decisions(found)
    assert entry["called_unknown"]["value"] == 0.25
    low, high = entry["called_unknown"]["ci95"]
    assert low < 0.12 and high > 0.45  # 5 of 20, not 250 of 1000


class OneSpecies(FakeMethod):
    """Calls fcc whatever has one species, and the rest unknown."""

    name, recognises = "one-species", ("bcc_w", "fcc_cu", "nacl")

    def predict(self, atoms):
        return "fcc_cu" if len(set(atoms.numbers)) == 1 else "unknown"


def test_a_method_that_only_decides_has_what_it_decides_and_no_score():
    record = evaluate(OneSpecies(), "2,D", only=["pristine", "unknown", "amorphous"])
    said = {entry["condition"]: entry for entry in record["decisions"]}
    assert record["detection"] == []
    assert (said["pristine"]["n"], said["pristine"]["called_unknown"]["value"]) == (12, pytest.approx(1 / 3, abs=1e-5))
    (cell,) = [c for c in record["cells"] if c["condition"] == "unknown"]
    assert said["unknown"]["called_unknown"]["value"] == pytest.approx(cell["accuracy"] / 100, abs=1e-5)
    # amorphous: nacl alone has two species, so that one in three structures is detected
    assert said["amorphous"]["called_unknown"]["value"] == pytest.approx(1 / 3, abs=1e-5)
    detected = (cell["accuracy"] / 100 + 1 / 3) / 2
    assert record["detection_by_class"]["fcc_cu"] == pytest.approx((1 + detected) / 2, abs=1e-4)
    assert record["detection_by_class"]["nacl"] == pytest.approx(detected / 2, abs=1e-4)


class HalfOfTheAtoms(FakeMethod):
    """Leaves every second atom unknown, and is not sure of the others in structures of more than one species."""

    name, level, finite = "half", "atom", False
    recognises = ("bcc_w", "fcc_cu")

    def predict(self, atoms):
        labels = np.where(np.arange(len(atoms)) % 2, "fcc_cu", "unknown")
        sure = 1.0 if len(set(atoms.numbers)) == 1 else 0.4
        return Prediction(labels, np.where(labels == "unknown", 0.0, sure))


def test_of_a_method_of_atoms_the_mean_over_the_atoms_counts():
    record = evaluate(HalfOfTheAtoms(), "2,D", only=["displacement-0.01", "unknown"])
    known, unknown = record["decisions"]
    assert known["called_unknown"]["value"] == pytest.approx(0.5, abs=0.01) == unknown["called_unknown"]["value"]
    by_confidence, by_share = record["detection"]
    assert (by_confidence["score"], by_share["score"]) == ("confidence", "unknown_atoms")
    assert by_confidence["against"]["displacement-0.01"]["n"] == 60
    assert by_confidence["against"]["displacement-0.01"]["auroc"]["value"] > 0.8


def test_crystals_outside_the_classes_are_near_and_what_has_no_lattice_is_far():
    assert (distance("unknown"), distance("amorphous")) == ("near", "far")


def test_without_known_or_without_unknown_structures_there_is_no_detection():
    for only in (["unknown"], ["rotated"]):
        record = evaluate(FakeMethod(), "D", only=only)
        assert "detection" not in record and "detection_by_class" not in record
        assert len(record["decisions"]) == 1


def test_a_record_of_version_0_1_gets_its_detection_without_asking_the_method_again(tmp_path):
    record = evaluate(HalfOfTheAtoms(), "2,D", only=["pristine", "unknown"], out=tmp_path)
    path = tmp_path / "half" / "record.json"
    old = {"condition": "unknown", "auroc": {"max_probability": None}}
    path.write_text(json.dumps({**json.loads(path.read_text()), "detection": [old]}))
    assert "detection" not in read_record(path)
    again = HalfOfTheAtoms()
    again.predict = None
    found = evaluate(again, "2,D", only=["pristine", "unknown"], out=tmp_path)
    assert found["detection"] == record["detection"]
