"""How far a method's probabilities can be trusted, and whether it notices that it is wrong.

All of it follows from four numbers per structure, which the predictions file keeps: the highest probability, that of
the truth, the sum of the squared probabilities, and the method's own uncertainty. Accuracy is in `common.statistics`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...common.seeds import rng_for
from ...common.statistics import auroc, mean_interval, percentile_interval
from ..record import Auroc, Calibration, Estimate

if TYPE_CHECKING:
    import pyarrow as pa

N_BINS = 15
"""Equal bins of the highest probability, of the reliability diagram and the expected calibration error."""

SMALLEST = 1e-15
"""A probability of the truth below this counts as this in the log loss, which one zero would make infinite."""

_RESAMPLES = 200


class ProbabilitySummary(NamedTuple):
    """Answers for the structures of one condition, arrays of shape (n_structures,).

    `right`: whether the label was the truth; `highest`: the highest probability; `truth`: that of the truth; `squares`:
    sum of the squared probabilities; `uncertainty`: the method's own, higher is less sure, NaN where it has none.
    """

    right: np.ndarray
    highest: np.ndarray
    truth: np.ndarray
    squares: np.ndarray
    uncertainty: np.ndarray


def probability_summary(table: pa.Table) -> ProbabilitySummary:
    """From rows of a predictions file with one label a structure and with probabilities."""
    labels = table["labels"].combine_chunks().flatten().to_pylist()
    columns = (table[name].to_numpy() for name in ("probability_of_truth", "sum_of_squares", "uncertainty"))
    truth, squares, uncertainty = (np.asarray(column, float) for column in columns)
    highest = table["confidence"].combine_chunks().flatten().to_numpy(zero_copy_only=False).astype(float)
    right = np.array([a == b for a, b in zip(labels, table["class"].to_pylist(), strict=True)])
    return ProbabilitySummary(right, highest, truth, squares, uncertainty)


def calibration(found: ProbabilitySummary, condition: str) -> Calibration:
    """The entry of a record: log loss (nats), Brier score, expected calibration error, all with 95 % intervals; AUROC
    of two uncertainties for telling wrong labels from right ones (None where there are not both); and the bins.

    The Brier score is the sum over classes, between 0 and 2 (G. W. Brier, Mon. Weather Rev. 78, 1 (1950)); the
    calibration error as C. Guo et al., ICML 2017, its interval by bootstrap over structures.
    """
    n = len(found.right)
    counts, confidence, right = _bins(found.highest, found.right)
    error = _calibration_error(counts, confidence, right)
    errors = []
    for number in range(_RESAMPLES):
        drawn = rng_for(0, "calibration error", condition, number).integers(0, n, n)
        errors.append(_calibration_error(*_bins(found.highest[drawn], found.right[drawn])))
    low, high = percentile_interval(errors)
    return {
        "condition": condition,
        "n": n,
        "log_loss": _mean(-np.log(np.maximum(found.truth, SMALLEST))),
        "brier": _mean(1.0 - 2.0 * found.truth + found.squares),
        "ece": rounded(error, min(low, error), max(high, error)),
        "auroc_of_errors": {
            name: _auroc(score[~found.right], score[found.right]) for name, score in uncertainties(found).items()
        },
        "bins": {
            "n": counts.astype(int).tolist(),
            "right": right.astype(int).tolist(),
            "confidence": [round(c / k, 4) if k else None for c, k in zip(confidence, counts, strict=True)],
        },
    }


def uncertainties(found: ProbabilitySummary) -> dict[str, np.ndarray]:
    """Scores of how unsure a method is: 1 - highest probability and, if it has one, its own uncertainty."""
    scores = {"max_probability": 1.0 - found.highest}
    if not np.isnan(found.uncertainty).any():
        scores["mutual_information"] = found.uncertainty
    return scores


def _auroc(positive: np.ndarray, negative: np.ndarray) -> Auroc | None:
    found = auroc(positive, negative)
    return None if found is None else {**rounded(*found), "n": [len(positive), len(negative)]}


def _bins(highest: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    which = np.clip(np.ceil(highest * N_BINS).astype(int) - 1, 0, N_BINS - 1)
    counts, confidence, hits = (np.bincount(which, w, N_BINS) for w in (np.ones(len(which)), highest, right))
    return counts, confidence, hits


def _calibration_error(counts: np.ndarray, confidence: np.ndarray, right: np.ndarray) -> float:
    return float(np.abs(confidence - right).sum() / counts.sum())


def _mean(values: np.ndarray) -> Estimate:
    value, low, high = mean_interval(values)
    return rounded(value, max(0.0, low), high)


def rounded(value: float, low: float, high: float) -> Estimate:
    """A number and the ends of its interval, as records have them."""
    return {"value": round(value, 5), "ci95": [round(float(low), 5), round(float(high), 5)]}
