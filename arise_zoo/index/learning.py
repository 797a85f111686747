"""How the metric of indexes and the meaning of its distances are learnt. Nothing here is needed to use them.

The projection is linear discriminant analysis: R. A. Fisher, Ann. Eugen. 7, 179 (1936), with the covariance of noise
made regular as in O. Ledoit and M. Wolf, J. Multivar. Anal. 88, 365 (2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..common.seeds import rng_for
from .answers import NONE, SAME, SIMILAR
from .calibration import Calibration

FOLDS = 3
UNKNOWN_SAME, UNKNOWN_NEAR = 0.006, 0.04
"""Shares of structures of prototypes that are not in a library that may be taken for one that is, and that may be
called like one that is or more: a little below 1 % and 5 %, which then hold for prototypes that were not fitted to."""

_SHARE = 0.001  # of the mean eigenvalue of the noise's covariance, which is added to all


def noise_of(rows: np.ndarray, views: np.ndarray) -> np.ndarray:
    """What structures of one entry, shape (n, d), have besides the nearest of its views, shape (n_views, d)."""
    from scipy.spatial.distance import cdist

    noise: np.ndarray = rows - views[cdist(rows, views).argmin(axis=1)]
    return noise


def projection(noise: np.ndarray, views: np.ndarray, dimensions: int) -> np.ndarray:
    """A matrix, shape (d, dimensions), that divides noise, shape (n, d), out of what it is multiplied with, and keeps
    the directions in which views of all entries, shape (m, d), differ most."""
    noise = noise.astype(float)
    values, axes = np.linalg.eigh(noise.T @ noise / len(noise))
    whitened = axes / np.sqrt(np.maximum(values, 0.0) + _SHARE * values.mean())
    apart = views @ whitened
    apart -= apart.mean(axis=0)
    _, directions = np.linalg.eigh(apart.T @ apart)
    found: np.ndarray = whitened @ directions[:, ::-1][:, :dimensions]
    return found


def folds_of(groups: np.ndarray, seed: str) -> np.ndarray:
    """The third, 0 to 2, to which each of these groups (numbers, repeated at will) belongs; drawn from the seed."""
    names, places = np.unique(groups, return_inverse=True)
    folds: np.ndarray = rng_for(seed, "folds").permutation(np.arange(len(names)) % FOLDS)[places]
    return folds


def distances_to(queries: np.ndarray, views: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Distances, shape (n, m), of queries, shape (n, d), to the nearest views of entries, shape (m, n_views, d)."""
    own, theirs = queries @ matrix, views.reshape(-1, views.shape[2]) @ matrix
    squares = np.square(own).sum(axis=1)[:, None] + np.square(theirs).sum(axis=1) - 2.0 * own @ theirs.T
    least = squares.reshape(len(own), *views.shape[:2]).min(axis=2)
    found: np.ndarray = np.sqrt(np.maximum(least, 0.0))
    return found


@dataclass(frozen=True)
class Asked:
    """Queries that were asked of a library, arrays of shape (n,).

    Attributes
    ----------
    nearest, other : ndarray of float
        As of `Calibration.probabilities`.
    right, unknown : ndarray of bool
        Whether the nearest entry is of the query's group, and whether the group was left out of the library.
    query : ndarray of int
        Number of the query.
    """

    nearest: np.ndarray
    other: np.ndarray
    right: np.ndarray
    unknown: np.ndarray
    query: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Asked:
        return Asked(**{name: column[chosen] for name, column in self._columns().items()})

    def __add__(self, other: Asked) -> Asked:
        more = other._columns()
        return Asked(**{name: np.concatenate([column, more[name]]) for name, column in self._columns().items()})

    def _columns(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def asked_of(distances: np.ndarray, entries: np.ndarray, groups: np.ndarray, unknown: np.ndarray) -> Asked:
    """The answers of a library, from distances, shape (n, m), and the groups of entries, shape (m,), and queries."""
    places = np.arange(len(distances))
    best = distances.argmin(axis=1)
    answer = entries[best]
    other = np.where(entries == answer[:, None], np.inf, distances).min(axis=1)
    return Asked(distances[places, best], other, answer == groups, unknown, places)


def calibrated(asked: Asked, weights: np.ndarray, identical: float) -> Calibration:
    """The calibration that fits these answers, of which each has a weight."""
    from sklearn.linear_model import LogisticRegression

    features = Calibration.features(asked.nearest, asked.other, identical)
    fitted = LogisticRegression(C=100.0, max_iter=1000).fit(features, asked.right, weights)
    own = [round(w, 4) for w in (float(fitted.intercept_[0]), *map(float, fitted.coef_[0]))]
    probabilities = Calibration(own, 0.0, 0.0, identical).probabilities(asked.nearest, asked.other)
    strangers, weight = probabilities[asked.unknown], weights[asked.unknown]
    order = np.argsort(-strangers)
    share = np.cumsum(weight[order]) / weight.sum()
    same, similar = (
        round(float(strangers[order][np.searchsorted(share, most)]) + 1e-4, 4) for most in (UNKNOWN_SAME, UNKNOWN_NEAR)
    )
    return Calibration(own, same, similar, identical)


def judged(asked: Asked, weights: np.ndarray, folds: np.ndarray, identical: float) -> tuple[np.ndarray, np.ndarray]:
    """What each query is told, and with which probability, by a calibration that was fitted without all of its fold."""
    said, probabilities = np.full(len(folds), NONE, dtype=object), np.zeros(len(folds))
    for fold in range(FOLDS):
        rest, own = folds != fold, folds == fold
        calibration = calibrated(asked[rest], weights[rest], identical)
        probabilities[own] = calibration.probabilities(asked.nearest[own], asked.other[own])
        said[own] = [calibration.meaning(p) for p in probabilities[own]]
    return said, probabilities


def share(said: np.ndarray, meaning: str, weights: np.ndarray) -> float:
    """Weighted share of those that are told this, or what says more."""
    more = {SAME: (SAME,), SIMILAR: (SAME, SIMILAR), NONE: (NONE,)}[meaning]
    return float(np.average(np.isin(said, more), weights=weights))
