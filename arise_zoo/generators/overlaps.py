"""Removing atoms that are too close to each other where two crystals meet."""

from __future__ import annotations

import numpy as np
from ase import Atoms


def without_overlaps(atoms: Atoms, distance: float) -> Atoms:
    """The structure without one atom of each pair closer than `distance` (angstrom), across periodic boundaries too.

    Pairs are treated from the closest on; the later atom of a pair is removed, unless the earlier one already was.
    """
    from ase.neighborlist import neighbor_list

    first, second, apart = neighbor_list("ijd", atoms, distance)
    keep = np.ones(len(atoms), bool)
    for pair in np.lexsort((second, first, np.round(apart, 9))):
        i, j = first[pair], second[pair]
        if i < j and keep[i] and keep[j]:
            keep[j] = False
    return atoms[keep]


def nearest_distance(atoms: Atoms) -> float:
    """Shortest distance between two atoms (angstrom), periodic images included."""
    from ase.neighborlist import neighbor_list

    radius = 1.0
    while True:
        apart = neighbor_list("d", atoms, radius)
        if len(apart):
            return float(apart.min())
        radius *= 1.5
