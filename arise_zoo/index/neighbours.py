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

_PROPOSED = 8  # candidates of the graph for each neighbour that is wanted
_LEAST_PROPOSED = 64
_ROUNDING = 32  # more than are wanted: single precision orders what is nearly as far by chance


class Neighbours:
    """Search among entries of several vectors each, shape (n, n_views, d), float32, of which the nearest counts.

    `graph`: a graph of usearch over all vectors, or None to compare all.
    """

    def __init__(self, vectors: np.ndarray, graph: Any = None):
        self.n_views = vectors.shape[1]
        self.vectors, self.graph = vectors.reshape(-1, vectors.shape[2]), graph
        self._halves = 0.5 * np.einsum("ij,ij->i", self.vectors, self.vectors)

    def nearest(self, query: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the k nearest entries, nearest first, and their Euclidean distances."""
        query = np.asarray(query, dtype=np.float32)
        wanted = (k + _ROUNDING) * self.n_views
        if self.graph is not None:
            chosen = self.graph.search(query, max(_PROPOSED * k, _LEAST_PROPOSED) * self.n_views).keys.astype(np.int64)
        elif wanted < len(self.vectors):
            chosen = np.argpartition(self._halves - self.vectors @ query, wanted)[:wanted]
        else:
            chosen = np.arange(len(self.vectors))
        distances = np.linalg.norm(self.vectors[chosen].astype(np.float64) - query, axis=1)
        order = np.lexsort((chosen, distances))
        rows, first = np.unique(chosen[order] // self.n_views, return_index=True)
        by_distance = np.argsort(first)[:k]
        return rows[by_distance], distances[order][first[by_distance]]


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
