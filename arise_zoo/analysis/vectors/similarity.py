"""Similarity of vectors: matrices of cosine similarity, of descriptors or of activations of a hidden layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .clustering import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def cosine_similarity_matrix(X: np.ndarray, Y: np.ndarray | None = None) -> np.ndarray:
    """Cosine of the angle between each vector of X, shape (n, n_features), and each of Y (default: X): (n, m)."""
    from sklearn.metrics.pairwise import cosine_similarity

    cosines: np.ndarray = cosine_similarity(checked(X, 1), None if Y is None else checked(Y, 1))
    return cosines


def mean_similarity(X: np.ndarray, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Names of the groups, shape (k,), and the mean cosine similarity between members of each two, shape (k, k).

    Made from sums of normalised vectors, so that no n x n matrix is needed; a vector's similarity to itself is counted.
    """
    X = checked(X, 1)
    unit = X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), np.finfo(float).tiny)
    names, member = np.unique(groups, return_inverse=True)
    means = np.stack([unit[member == i].mean(axis=0) for i in range(len(names))])
    return names, means @ means.T


def plot_similarity(matrix: np.ndarray, names: Sequence[str]) -> Figure:
    """A picture of a similarity matrix between named groups."""
    import matplotlib.pyplot as plt

    edge = 1.8 + 0.45 * len(names)
    figure, ax = plt.subplots(figsize=(edge + 1, edge), layout="constrained")
    image = ax.imshow(matrix, cmap="cividis")
    ax.set_xticks(range(len(names)), names, rotation=90)
    ax.set_yticks(range(len(names)), names)
    figure.colorbar(image, label="mean cosine similarity", shrink=0.8)
    return figure
