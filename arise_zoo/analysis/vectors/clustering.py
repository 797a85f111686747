"""Clusters without labels: HDBSCAN on descriptors or on what a hidden layer of a network makes of them.

Embeddings are in `embedding`, similarities of vectors in `similarity`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClusterMixin

from ...errors import AriseZooError

OUTLIER = -1


class Clustering(ClusterMixin, BaseEstimator):
    """HDBSCAN as in the paper: hard, or soft with a membership threshold.

    Parameters
    ----------
    min_cluster_size : int, default 500
        Smallest number of points of a cluster: 500 for the four grains, 10 for nanoparticles (Leitherer et al., Nat.
        Commun. 12, 6234 (2021), Methods).
    min_samples : int, optional
        Number of neighbours that makes a point dense (default: `min_cluster_size`).
    membership_threshold : float, optional
        If given, clusters are soft: a point belongs to the cluster in which its membership is highest, provided that it
        reaches this probability (0.1 in the paper), even if hard clustering calls it an outlier.

    Attributes
    ----------
    labels_ : array of shape (n,)
        Cluster of each point, -1 for outliers. Available after `fit`.
    membership_ : array of shape (n, n_clusters)
        Probability of membership in each cluster, for soft clusters only. Available after `fit`.
    """

    def __init__(
        self, min_cluster_size: int = 500, min_samples: int | None = None, membership_threshold: float | None = None
    ):
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples
        self.membership_threshold = membership_threshold

    def fit(self, X: np.ndarray, y: object = None) -> Clustering:
        """Find clusters among vectors, shape (n, n_features); raises `AriseZooError` for too few or NaN."""
        import hdbscan

        X = checked(X, self.min_cluster_size)
        threshold = self.membership_threshold
        if threshold is not None and not 0 < threshold <= 1:
            raise AriseZooError(f"the membership threshold must lie in (0, 1], but is {threshold}.")
        model = hdbscan.HDBSCAN(
            min_cluster_size=self.min_cluster_size,
            min_samples=self.min_samples,
            prediction_data=threshold is not None,
            core_dist_n_jobs=1,  # more start processes of their own, for every call
        ).fit(X)
        self.labels_ = model.labels_.astype(np.int64)
        if threshold is not None:
            self.membership_ = self._membership(model, len(X))
            if self.membership_.shape[1]:
                best = self.membership_.argmax(axis=1)
                member = self.membership_.max(axis=1) >= threshold
                self.labels_ = np.where(member, best, OUTLIER)
        return self

    @staticmethod
    def _membership(model: Any, n: int) -> np.ndarray:
        import hdbscan

        n_clusters = int(model.labels_.max()) + 1
        if n_clusters == 0:
            return np.zeros((n, 0))
        return np.asarray(hdbscan.all_points_membership_vectors(model)).reshape(n, n_clusters)


def checked(X: np.ndarray, least: int = 2) -> np.ndarray:
    """The vectors as float64; raises `AriseZooError` unless they are a finite two-dimensional array of at least `least`
    rows."""
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or not np.isfinite(X).all():
        raise AriseZooError(f"vectors must be a table of finite numbers, not of the shape {X.shape} or with NaN.")
    if len(X) < least:
        raise AriseZooError(f"there are {len(X)} vectors, but at least {least} are needed; take smaller clusters.")
    return X
