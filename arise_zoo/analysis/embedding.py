"""Two-dimensional maps of vectors that keep neighbours together (UMAP), for the eye. Clusters are in `clustering`."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from .clustering import checked


class Embedding(TransformerMixin, BaseEstimator):
    """UMAP with the paper's parameters, seeded.

    Parameters
    ----------
    n_neighbors, min_dist : 500 and 0.9 for the four grains, 50 and 0.1 for nanoparticles (Leitherer et al., Nat.
        Commun. 12, 6234 (2021), Methods). More neighbours than there are vectors are cut to what there is.
    n_components : dimensions of the map.
    seed : of all random draws; the same on any machine with the same packages, on one thread.

    Attributes (after `fit`)
    ----------
    embedding_ : shape (n, n_components).
    """

    def __init__(self, n_neighbors: int = 500, min_dist: float = 0.9, n_components: int = 2, seed: int = 0):
        self.n_neighbors = n_neighbors
        self.min_dist = min_dist
        self.n_components = n_components
        self.seed = seed

    def fit(self, X: np.ndarray, y: object = None) -> Embedding:
        """Learn the map of vectors, shape (n, n_features); raises `AriseZooError` for fewer than 5 of them or NaN."""
        import umap

        X = checked(X, 5)
        self._umap = umap.UMAP(
            n_neighbors=min(self.n_neighbors, len(X) - 1),
            min_dist=self.min_dist,
            n_components=self.n_components,
            random_state=self.seed,
            n_jobs=1,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on seeds and threads, and of few vectors
            self.embedding_ = self._umap.fit_transform(X)
        return self

    def fit_transform(self, X: np.ndarray, y: object = None) -> np.ndarray:
        """The map of vectors, shape (n, n_components)."""
        return self.fit(X).embedding_

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Places of further vectors in the map, shape (n, n_components)."""
        return self._umap.transform(checked(X, 1))
