"""From distances to a probability that the nearest entry is right, and to what a distance means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .answers import NONE, SAME, SIMILAR

PERIODIC, FINITE = "periodic", "finite"
KINDS = (PERIODIC, FINITE)
"""Structures are judged apart by whether they are periodic: pieces of crystals lie farther from them."""

_FARTHEST = 20.0  # times as far as the nearest entry: beyond, it makes no difference where the next one is


@dataclass(frozen=True)
class Calibration:
    """Logistic regression on the logarithms of two distances, and the limits of what they mean.

    Distances have a unit within which lies one in twenty structures of prototypes that are not in a library.

    Attributes
    ----------
    weights : sequence of float
        Constant, weight of the logarithm of the distance to the nearest entry, and of the logarithm of the ratio by
        which the next other one is farther.
    same : float
        Probability from which a structure is taken to be of the prototype of its nearest entry.
    similar : float
        Probability from which it may be.
    identical : float
        Distance up to which two structures do not differ on average over their atoms.
    """

    weights: Sequence[float]
    same: float
    similar: float
    identical: float

    @staticmethod
    def features(nearest: ArrayLike, other: ArrayLike, identical: float) -> np.ndarray:
        """The two logarithms, shape (n, 2)."""
        least = np.maximum(nearest, identical)
        ratio = np.clip(np.asarray(other) / least, 1.0, _FARTHEST)
        logarithms: np.ndarray = np.log(np.stack([least, ratio], axis=-1))
        return logarithms

    def probabilities(self, nearest: ArrayLike, other: ArrayLike) -> np.ndarray:
        """Probabilities that structures are of the prototype of their nearest entry, from the distances to it and to
        the nearest entry that is something else (infinite if there is none), shape (n,) both."""
        constant, *weights = self.weights
        x = constant + self.features(nearest, other, self.identical) @ np.array(weights)
        found: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(x, -500.0, 500.0)))
        return found

    def meaning(self, probability: float) -> str:
        """What it means to be of the prototype of the nearest entry with this probability."""
        if probability >= self.same:
            return SAME
        return SIMILAR if probability >= self.similar else NONE
