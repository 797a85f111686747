"""Two-dimensional maps of vectors that keep neighbours together (UMAP), for plots. Clusters are in `clustering`."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from ...common.progress import Progress
from ...common.quiet import import_quietly
from .clustering import checked


class _Epochs:
    """What UMAP writes its own bar to, "epoch total"."""

    def __init__(self, bar: Progress):
        self.bar = bar

    def write(self, text: str) -> None:
        numbers = [int(word) for word in text.split() if word.isdigit()]
        if len(numbers) == 2:
            self.bar.expect(numbers[1])
            if numbers[0] > self.bar.done:
                self.bar.advance(numbers[0] - self.bar.done)

    def flush(self) -> None:
        pass


class Embedding(TransformerMixin, BaseEstimator):
    """UMAP with the paper's parameters, seeded.

    Parameters
    ----------
    n_neighbors : int, default 500
        500 for the four grains, 50 for nanoparticles (Leitherer et al., Nat. Commun. 12, 6234 (2021), Methods). Reduced
        to the number of vectors if there are fewer.
    min_dist : float, default 0.9
        0.9 for the four grains, 0.1 for nanoparticles.
    n_components : int, default 2
        Dimensions of the map.
    seed : int, default 0
        Seed of all random draws. With the same packages the result is the same on any machine, on one thread.
    progress : bool, default False
        Show progress on standard error.

    Attributes
    ----------
    embedding_ : array of shape (n, n_components)
        The map. Available after `fit`.
    """

    def __init__(
        self,
        n_neighbors: int = 500,
        min_dist: float = 0.9,
        n_components: int = 2,
        seed: int = 0,
        progress: bool = False,
    ):
        self.n_neighbors = n_neighbors
        self.min_dist = min_dist
        self.n_components = n_components
        self.seed = seed
        self.progress = progress

    def fit(self, X: np.ndarray, y: object = None) -> Embedding:
        """Learn the map of vectors, shape (n, n_features); raises `AriseZooError` for fewer than 5 of them or NaN."""
        import_quietly("umap")  # which imports TensorFlow where it is installed
        import umap

        X = checked(X, 5)
        bar = Progress(1, "embedding, epochs", show=self.progress, warm_up=1)
        self._umap = umap.UMAP(
            n_neighbors=min(self.n_neighbors, len(X) - 1),
            min_dist=self.min_dist,
            n_components=self.n_components,
            random_state=self.seed,
            n_jobs=1,
            tqdm_kwds={"file": _Epochs(bar), "bar_format": "{n} {total}", "disable": not self.progress, "leave": False},
        )
        with bar, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on seeds and threads, and of few vectors
            self.embedding_ = self._umap.fit_transform(X)
        return self

    def fit_transform(self, X: np.ndarray, y: object = None) -> np.ndarray:
        """The map of vectors, shape (n, n_components)."""
        places: np.ndarray = self.fit(X).embedding_
        return places

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Positions of further vectors in the map, shape (n, n_components)."""
        places: np.ndarray = self._umap.transform(checked(X, 1))
        return places
