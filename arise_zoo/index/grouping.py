"""Groups of vectors that do not differ, without comparing every pair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

LENGTH_TOLERANCE = 0.03
"""Relative difference of lengths up to which structures of the same elements are one."""

_LEADING = 8  # components in which near ones are looked for: no two vectors are nearer than their first components


def groups(
    vectors: np.ndarray, tolerance: float, keys: Sequence[str], lengths: np.ndarray | None = None
) -> Iterator[list[int]]:
    """Rows of the same thing, at least two, in the order of the first of each group.

    Parameters
    ----------
    vectors : ndarray, shape (n, d)
        What is compared.
    tolerance : float
        Largest distance between the first of a group and another of it.
    keys : sequence of str
        Rows of different keys are different things.
    lengths : ndarray, shape (n,), optional
        Rows whose lengths differ by more than `LENGTH_TOLERANCE` are different things.
    """
    found = []
    names, members = np.unique(np.asarray(keys), return_inverse=True)
    by_key = np.split(np.argsort(members, kind="stable"), np.cumsum(np.bincount(members, minlength=len(names)))[:-1])
    for rows in by_key:
        if len(rows) > 1:
            own = None if lengths is None else np.log(lengths[rows])
            found += [rows[group].tolist() for group in _groups_of(vectors[rows], tolerance, own)]
    yield from sorted(found)


def _groups_of(vectors: np.ndarray, tolerance: float, logarithms: np.ndarray | None) -> Iterator[np.ndarray]:
    from scipy.spatial import cKDTree

    vectors = vectors.astype(np.float64)
    leading = np.ascontiguousarray(vectors[:, :_LEADING])
    tree = cKDTree(leading)
    free = np.ones(len(vectors), dtype=bool)
    for row in range(len(vectors)):
        if not free[row]:
            continue
        near = np.array(sorted(tree.query_ball_point(leading[row], tolerance * (1 + 1e-9))))
        near = near[free[near]]
        same = np.linalg.norm(vectors[near] - vectors[row], axis=1) <= tolerance
        if logarithms is not None:
            same &= np.abs(logarithms[near] - logarithms[row]) <= LENGTH_TOLERANCE
        group = near[same]
        free[group] = False
        if len(group) > 1:
            yield group
