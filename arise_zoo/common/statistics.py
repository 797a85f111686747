"""Shares, means and areas under ROC curves, each with its 95 % interval."""

from __future__ import annotations

import math

import numpy as np

_CONFIDENCE = 0.95
_NORMAL = 1.959963984540054  # 97.5 % quantile of the normal distribution


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


def share_interval(right: int, n: int) -> tuple[float, float]:
    """95 % interval in percent of the share of `right` in `n` structures with one label each."""
    return interval(np.repeat([1.0, 0.0], [right, n - right]), np.ones(n))


def mean_interval(values: np.ndarray) -> tuple[float, float, float]:
    """The mean of values and the ends of its 95 % interval, by the normal distribution."""
    value, half = float(values.mean()), _NORMAL * float(values.std() / np.sqrt(len(values)))
    return value, value - half, value + half


def percentile_interval(resampled: np.ndarray | list[float], axis: int = 0) -> np.ndarray:
    """The ends of the 95 % interval that resampled values span, shape (2, ...)."""
    ends: np.ndarray = np.percentile(resampled, [2.5, 97.5], axis=axis)
    return ends


def superiority(high: np.ndarray, low: np.ndarray) -> float:
    """Probability that a value of the first sample exceeds one of the second, ties by half."""
    from scipy.stats import rankdata

    n, m = len(high), len(low)
    return float((rankdata(np.concatenate([high, low]))[:n].sum() - n * (n + 1) / 2) / (n * m))


def student_half_interval(values: np.ndarray) -> np.ndarray:
    """Half the width of the 95 % interval of the mean over the first axis, by Student's t."""
    from scipy.stats import t

    n = len(values)
    half: np.ndarray = t.ppf(0.5 + _CONFIDENCE / 2, n - 1) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return half


def placements(positive: np.ndarray, negative: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share of negatives below each positive, and share of positives above each negative, ties by half."""
    from scipy.stats import rankdata

    m, n = len(positive), len(negative)
    ranks = rankdata(np.concatenate([positive, negative]))
    above: np.ndarray = (ranks[:m] - rankdata(positive)) / n
    below: np.ndarray = 1.0 - (ranks[m:] - rankdata(negative)) / m
    return above, below


def auroc(
    positive: np.ndarray, negative: np.ndarray, clusters: tuple[np.ndarray, np.ndarray] | None = None
) -> tuple[float, float, float] | None:
    """Probability that a positive scores higher than a negative, ties by half, and the ends of its 95 % interval.

    None without both. Variance as E. R. DeLong et al., Biometrics 44, 837 (1988); where it is zero, as if one pair of
    the smaller sample were in doubt. `clusters`: a number for each positive and each negative; those of one number were
    not drawn independently, so that numbers take the place of samples (N. A. Obuchowski, Biometrics 53, 567 (1997)),
    with Student's t for the smaller number of them.
    """
    m, n = len(positive), len(negative)
    if not m or not n:
        return None
    above, below = placements(positive, negative)
    value = superiority(positive, negative)
    if clusters is None:
        variance = (above.var(ddof=1) / m if m > 1 else 0.25) + (below.var(ddof=1) / n if n > 1 else 0.25)
        half = _NORMAL * max(float(np.sqrt(variance)), 0.5 / min(m, n))
    else:
        half = _clustered_half_interval(above - value, below - value, clusters)
    return value, max(0.0, value - half), min(1.0, value + half)


def _clustered_half_interval(above: np.ndarray, below: np.ndarray, clusters: tuple[np.ndarray, np.ndarray]) -> float:
    """Half an interval from the deviations of placements; clusters may hold both positives and negatives."""
    from scipy.stats import t

    size = 1 + max(int(numbers.max()) for numbers in clusters)
    sums, single, fewest = np.zeros(size), 0.0, size
    for deviations, numbers in zip((above, below), clusters, strict=True):
        k = len(np.unique(numbers))
        fewest = min(fewest, k)
        if k > 1:
            sums += np.bincount(numbers, deviations, size) / len(numbers) * math.sqrt(k / (k - 1))
        else:
            single += 0.25
    error = max(math.sqrt(float(sums @ sums) + single), 0.5 / fewest)
    return float(t.ppf(0.5 + _CONFIDENCE / 2, max(fewest - 1, 1))) * error


def _wilson(p: float, n: float, z: float) -> tuple[float, float]:
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # At p = 0 or 1 one end is p itself, but for rounding.
    low = 0.0 if p == 0 else max(0.0, centre - half)
    high = 1.0 if p == 1 else min(1.0, centre + half)
    return 100 * low, 100 * high
