"""Classifiers of scikit-learn and a nearest neighbour, on descriptors: points of comparison.

Naive Bayes are the baselines of the paper, with scikit-learn's defaults, fitted on all pristine rows; the others are
fitted where they run, on the shipped descriptors of pristine structures. What they compute is in
`arise_zoo.models.baselines`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

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


@dataclass(frozen=True)
class RandomForestMethod(DescriptorMethod):
    """scikit-learn's random forest with its defaults; the confidence is the share of the trees' votes."""

    name: str = "random-forest"
    packages = ("scikit-learn", "numba")
    citation = "L. Breiman, Mach. Learn. 45, 5 (2001)"

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Mean over the trees, shape (n, 108)."""
        from ..models.baselines.pristine_vectors import fitted_random_forest

        probabilities: np.ndarray = fitted_random_forest().predict_proba(vectors)
        return probabilities


@dataclass(frozen=True)
class CosineMethod(DescriptorMethod):
    """The class of the pristine structure at the smallest angle; the confidence is the cosine, no probability."""

    name: str = "cosine"
    probabilistic = False
    packages = ("numba",)
    citation: ClassVar[str | None] = None

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """The cosine of each class, shape (n, 108), at most 1; rows do not sum to 1."""
        from ..models.baselines.pristine_vectors import class_similarities

        similarities: np.ndarray = np.clip(class_similarities(vectors), 0.0, 1.0)
        return similarities


def random_forest() -> RandomForestMethod:
    """Random forest."""
    return RandomForestMethod()


def cosine() -> CosineMethod:
    """Nearest pristine structure."""
    return CosineMethod()
