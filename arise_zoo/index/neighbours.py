"""The nearest of many vectors: exactly, or above some number by the graph of usearch.

The graph only proposes; distances are always those of the vectors themselves.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ..common.storage import replacing

EXACT_BELOW = 300_000
"""Vectors up to which all are compared."""

_PROPOSED = 8  # candidates for each neighbour that is wanted, where not all vectors are compared
_LEAST_PROPOSED = 64
_ALL_BELOW = 40_000  # vectors up to which none are left out of the first look
_ROUNDING = 32  # more than are wanted: single precision orders what is nearly as far by chance


class Neighbours:
    """Search among entries of several vectors each, shape (n, n_views, d), float32, of which the nearest counts.

    `n_first`: of many entries, only the first vectors are looked at, and all vectors of the nearest in these. `graph`:
    a graph of usearch over the first vectors, or None to compare all of them.
    """

    def __init__(self, vectors: np.ndarray, n_first: int | None = None, graph: Any = None):
        self.vectors, self.graph = vectors, graph
        few = n_first is None or (graph is None and vectors.shape[0] * vectors.shape[1] <= _ALL_BELOW)
        self._exact = few and graph is None
        self._per_entry = vectors.shape[1] if few or n_first is None else n_first
        self._first = first_vectors(vectors[:0] if graph is not None else vectors, self._per_entry)
        self._halves = 0.5 * np.einsum("ij,ij->i", self._first, self._first)

    def nearest(self, query: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the k nearest entries, nearest first, and their Euclidean distances."""
        query = np.asarray(query, dtype=np.float32)
        wanted = (k + _ROUNDING if self._exact else max(_PROPOSED * k, _LEAST_PROPOSED)) * self._per_entry
        if self.graph is not None:
            chosen = self.graph.search(query, wanted).keys.astype(np.int64)
        elif wanted < len(self._first):
            chosen = np.argpartition(self._halves - self._first @ query, wanted)[:wanted]
        else:
            chosen = np.arange(len(self._first))
        rows = np.unique(chosen // self._per_entry)
        distances = np.linalg.norm(self.vectors[rows].astype(np.float64) - query, axis=2).min(axis=1)
        order = np.lexsort((rows, distances))[:k]
        return rows[order], distances[order]


def first_vectors(vectors: np.ndarray, n_first: int | None = None) -> np.ndarray:
    """The first vectors of all entries, shape (n x n_first, d), one entry after the other."""
    return np.ascontiguousarray(vectors[:, :n_first]).reshape(-1, vectors.shape[2])


def has_library() -> bool:
    """Whether usearch is installed."""
    return find_spec("usearch") is not None


def write_graph(path: Path, vectors: np.ndarray) -> None:
    """Make the graph of usearch over vectors, shape (n, d), and write it, as a whole."""
    graph = _empty(vectors.shape[1])
    graph.add(np.arange(len(vectors)), vectors, threads=1)  # so that the same vectors give the same file
    with replacing(path) as temporary:
        graph.save(str(temporary))


def read_graph(path: Path, dimensions: int) -> Any:
    """The graph in a file, which is read as it is needed, not as a whole."""
    graph = _empty(dimensions)
    graph.view(str(path))
    return graph


def _empty(dimensions: int) -> Any:
    from usearch.index import Index

    return Index(ndim=dimensions, metric="l2sq", dtype="f32")
