"""Accuracies and intervals against SciPy and against what intervals promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from arise_zoo.common.statistics import accuracy, interval


@given(st.integers(1, 5000), st.floats(0, 1))
def test_one_label_a_structure_gives_scipys_wilson_interval(n, share):
    k = round(share * n)
    correct = np.r_[np.ones(k), np.zeros(n - k)]
    reference = binomtest(k, n).proportion_ci(method="wilson")
    assert interval(correct, np.ones(n)) == pytest.approx((100 * reference.low, 100 * reference.high), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=40))
def test_the_interval_lies_in_0_to_100_and_holds_the_accuracy(pairs):
    correct = np.array([min(c, n) for c, n in pairs], dtype=float)
    total = np.array([n for _, n in pairs], dtype=float)
    low, high = interval(correct, total)
    assert 0 <= low <= accuracy(correct, total) + 1e-9
    assert accuracy(correct, total) - 1e-9 <= high <= 100


def test_the_interval_of_clustered_labels_covers_the_truth_in_95_of_100_samples():
    rng = np.random.default_rng(7)
    share, covered, samples = 0.3, 0, 2000
    for _ in range(samples):
        total = rng.integers(50, 400, 40)
        correct = rng.binomial(total, rng.beta(3 * share, 3 * (1 - share), 40))  # strong likeness within a structure
        low, high = interval(correct.astype(float), total.astype(float))
        covered += low <= 100 * share <= high
    assert 0.93 < covered / samples < 0.975


def test_atoms_of_few_structures_are_no_large_sample():
    correct, total = np.array([125.0, 0.0, 125.0]), np.array([125.0, 128.0, 125.0])
    low, high = interval(correct, total)
    assert high - low > 50
    assert accuracy(correct, total) == pytest.approx(66.1376, abs=1e-4)
