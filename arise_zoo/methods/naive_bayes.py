"""Naive Bayes on descriptors, the baselines of the paper: scikit-learn's defaults, fitted on all pristine rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .descriptor_based import DescriptorMethod


@dataclass(frozen=True)
class NaiveBayesMethod(DescriptorMethod):
    """A classifier of `arise_zoo.models.baselines.naive_bayes`: `gnb` or `bnb`."""

    name: str
    packages = ("scikit-learn", "numba")

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Probabilities, shape (n, 108)."""
        from ..models.baselines.naive_bayes import load_naive_bayes

        probabilities: np.ndarray = load_naive_bayes(self.name).predict_proba(vectors)
        return probabilities


def gnb() -> NaiveBayesMethod:
    """Gaussian naive Bayes."""
    return NaiveBayesMethod("gnb")


def bnb() -> NaiveBayesMethod:
    """Bernoulli naive Bayes: only the signs of the descriptor's components count."""
    return NaiveBayesMethod("bnb")
