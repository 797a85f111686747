"""Pairs of atoms near each other in small structures, of which there are many to make."""

from __future__ import annotations

from itertools import product

import numpy as np
from ase import Atoms
from ase.geometry import complete_cell


def near_pairs(atoms: Atoms, reach: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of both atoms of each pair nearer than `reach`, images included and either way round; vectors, distances.

    What ASE's `neighbor_list` finds, in another order; for some hundred atoms in a tenth of its time.
    """
    from scipy.spatial import cKDTree

    pbc, cell = np.array(atoms.pbc), complete_cell(atoms.cell.array)
    inverse = np.linalg.inv(cell)
    fractional = atoms.positions @ inverse
    fractional[:, pbc] %= 1.0
    positions = fractional @ cell
    counts = np.where(pbc, np.ceil(reach * np.linalg.norm(inverse, axis=0)), 0).astype(int)
    shifts = np.array(list(product(*(range(-c, c + 1) for c in counts)))) @ cell
    images = (positions[None] + shifts[:, None]).reshape(-1, 3)
    lower, upper = positions.min(axis=0) - reach, positions.max(axis=0) + reach
    near = np.flatnonzero(((images >= lower) & (images <= upper)).all(axis=1))
    found = cKDTree(positions).sparse_distance_matrix(cKDTree(images[near]), reach, output_type="ndarray")
    i, image = found["i"], near[found["j"]]
    others = image != i + len(shifts) // 2 * len(atoms)  # not the atom itself, which is not shifted
    i, image = i[others], image[others]
    return i, image % len(atoms), images[image] - positions[i], found["v"][others]


def closest(atoms: Atoms, reach: float) -> float:
    """The shortest distance between two atoms, images included, or `reach` where none is shorter."""
    *_, distances = near_pairs(atoms, reach)
    return float(distances.min(initial=reach))
