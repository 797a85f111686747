"""Accuracy and its interval from counts per structure."""

from __future__ import annotations

import math

import numpy as np

_CONFIDENCE = 0.95


def accuracy(correct: np.ndarray, total: np.ndarray) -> float:
    """Share of right labels pooled over structures, in percent; `correct` and `total` of shape (n_structures,)."""
    return 100.0 * float(correct.sum()) / float(total.sum())


def interval(correct: np.ndarray, total: np.ndarray) -> tuple[float, float]:
    """95 % interval of the accuracy in percent, with structures as the units that were sampled.

    One label a structure: the Wilson score interval. Several (atoms): atoms of one structure are not independent,
    so the Wilson interval is taken at the effective sample size p (1 - p) / v, where v is the linearised variance
    of the ratio estimate over structures, with Student's t for the number of structures (Korn and Graubard, Surv.
    Methodol. 24, 193 (1998)). Where nothing varies, the number of structures is the sample size.
    """
    from scipy.stats import norm, t

    n_structures, n_labels = len(total), float(total.sum())
    p = float(correct.sum()) / n_labels
    if np.all(total == 1):
        return _wilson(p, n_structures, norm.ppf(0.5 + _CONFIDENCE / 2))
    if n_structures == 1:
        return 0.0, 100.0
    residuals = correct - p * total
    variance = n_structures / (n_structures - 1) * float(residuals @ residuals) / n_labels**2
    effective = p * (1 - p) / variance if variance > 0 else n_structures
    effective = min(max(effective, 1.0), n_labels)
    return _wilson(p, effective, t.ppf(0.5 + _CONFIDENCE / 2, n_structures - 1))


def _wilson(p: float, n: float, z: float) -> tuple[float, float]:
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # At p = 0 or 1 one end is p itself, but for rounding.
    low = 0.0 if p == 0 else max(0.0, centre - half)
    high = 1.0 if p == 1 else min(1.0, centre + half)
    return 100 * low, 100 * high
