"""Calibration: against scikit-learn, and through the harness with a method that says what it is told to."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from arise_zoo import evaluate
from arise_zoo.benchmark.uncertainty.calibration import ProbabilitySummary, calibration
from arise_zoo.common.statistics import auroc
from arise_zoo.errors import AriseZooError
from arise_zoo.methods import Prediction
from arise_zoo.prototypes import class_ids
from tests.fake_methods import FakeMethod

LABELS = np.arange(10)


@pytest.fixture(scope="module")
def answers():
    """Probabilities, shape (3000, 10), and classes drawn from them: a method that is calibrated by construction."""
    rng = np.random.default_rng(7)
    probabilities = rng.dirichlet(np.full(len(LABELS), 0.2), size=3000)
    return probabilities, np.array([rng.choice(LABELS, p=row) for row in probabilities])


def said_of(probabilities, classes):
    rows = np.arange(len(classes))
    entropy = -np.sum(probabilities * np.log(np.maximum(probabilities, 1e-300)), axis=1)
    right = probabilities.argmax(axis=1) == classes
    return ProbabilitySummary(
        right, probabilities.max(axis=1), probabilities[rows, classes], np.sum(probabilities**2, axis=1), entropy
    )


def test_log_loss_brier_score_and_auroc_are_those_of_scikit_learn(answers):
    probabilities, classes = answers
    found = said_of(probabilities, classes)
    entry = calibration(found, "pristine")
    assert entry["log_loss"]["value"] == pytest.approx(log_loss(classes, probabilities, labels=LABELS), abs=1e-4)
    expected = brier_score_loss(classes, probabilities, labels=LABELS, scale_by_half=False)
    assert entry["brier"]["value"] == pytest.approx(expected, abs=1e-5)
    for name, score in (("max_probability", -found.highest), ("mutual_information", found.uncertainty)):
        assert entry["auroc_of_errors"][name]["value"] == pytest.approx(roc_auc_score(~found.right, score), abs=1e-5)


def test_a_calibrated_method_has_almost_no_calibration_error_and_an_overconfident_one_has(answers):
    probabilities, classes = answers
    sharpened = probabilities**4 / np.sum(probabilities**4, axis=1, keepdims=True)
    calibrated, overconfident = (calibration(said_of(p, classes), "pristine") for p in (probabilities, sharpened))
    assert calibrated["ece"]["value"] < 0.03 < 0.08 < overconfident["ece"]["value"]
    assert sum(calibrated["bins"]["n"]) == len(classes)


def test_the_interval_of_an_auroc_covers_it_as_often_as_it_says():
    rng = np.random.default_rng(0)
    truth = 0.7602  # P(N(1, 1) > N(0, 1)) = Phi(1 / sqrt(2))
    hits = 0
    for _ in range(400):
        _, low, high = auroc(rng.normal(1, 1, 40), rng.normal(0, 1, 60))
        hits += low <= truth <= high
    assert 0.92 <= hits / 400 <= 0.98


def test_an_auroc_needs_both_kinds():
    assert auroc(np.array([]), np.ones(3)) is None
    assert auroc(np.ones(3), np.ones(4))[0] == 0.5


class Certain(FakeMethod):
    """Says fcc of everything, with a probability that it is told."""

    name, probabilistic = "certain", True
    recognises = class_ids()

    def __init__(self, probability, uncertainty=None):
        self.row = np.full(108, (1 - probability) / 107)
        self.row[class_ids().index("fcc_cu")] = probability
        self.uncertainty = uncertainty

    def predict(self, atoms):
        return Prediction("fcc_cu", self.row.max(), self.row, self.uncertainty)


def test_the_record_holds_the_calibration_of_what_was_said(tmp_path):
    record = evaluate(Certain(0.5), "2", only=["pristine"], out=tmp_path)
    (entry,) = record["calibration"]
    right = record["cells"][0]["accuracy"] / 100
    assert entry["n"] == 396
    expected = -right * np.log(0.5) - (1 - right) * np.log(0.5 / 107)
    assert entry["log_loss"]["value"] == pytest.approx(expected, abs=1e-4)
    assert entry["ece"]["value"] == pytest.approx(0.5 - right, abs=1e-4)
    assert list(entry["auroc_of_errors"]) == ["max_probability"]
    assert entry["auroc_of_errors"]["max_probability"]["value"] == 0.5
    assert evaluate(Certain(0.5), "2", only=["pristine"], out=tmp_path)["calibration"] == record["calibration"]


def test_a_method_without_probabilities_has_no_calibration():
    assert "calibration" not in evaluate("cosine", "2", only=["pristine"])


@pytest.mark.parametrize("row", [np.full(108, 0.5), np.full(107, 1 / 107), np.full(108, np.nan)])
def test_probabilities_that_are_none_are_refused(row):
    method = Certain(0.5)
    method.row = row
    with pytest.raises(AriseZooError, match=r"gave probabilities .*bcc_w/k1"):
        evaluate(method, "2", only=["pristine"])
