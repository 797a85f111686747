"""Which atoms are in which box, and cutting them out. Where the boxes stand is in `grid`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from ase import Atoms

from ..errors import UnknownNameError

SHAPES = {"box": np.inf, "sphere": 2}
"""Shape of a box -> the p of the distance by which an atom is inside."""


def atoms_around(atoms: Atoms, centres: np.ndarray, box: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions (n, 3), in angstrom, and atomic numbers (n,) of all atoms that boxes at these centres can hold.

    Periodic images are atoms of their own here. They are few where the centres are near to each other.
    """
    margin = 0.5 * box * (1 + 1e-9) + 1e-9
    lower, upper = centres.min(axis=0) - margin, centres.max(axis=0) + margin
    pbc = np.array(atoms.pbc)
    ranges = [range(1)] * 3
    positions = atoms.positions
    if pbc.any():
        from ase.geometry import complete_cell

        cell = complete_cell(np.where(pbc[:, None], atoms.cell.array, 0.0))
        to_fractional = np.linalg.inv(cell)
        fractional = positions @ to_fractional
        positions = positions - np.where(pbc, np.floor(fractional), 0.0) @ cell
        corners = np.array(list(product(*zip(lower, upper, strict=True)))) @ to_fractional
        first, last = np.floor(corners.min(axis=0)).astype(int), np.floor(corners.max(axis=0)).astype(int)
        ranges = [range(first[k], last[k] + 1) if pbc[k] else range(1) for k in range(3)]
    found, numbers = [], []
    for shift in product(*ranges):
        moved = positions + np.array(shift) @ cell if any(shift) else positions
        inside = ((moved >= lower) & (moved <= upper)).all(axis=1)
        found.append(moved[inside])
        numbers.append(atoms.numbers[inside])
    return np.concatenate(found), np.concatenate(numbers)


def members(positions: np.ndarray, centres: np.ndarray, box: float, shape: str = "box") -> Iterator[np.ndarray]:
    """For each centre, the numbers (ascending) of the positions in its box: at most box / 2 away along each axis.

    In a sphere, they are at most box / 2 away from the centre.
    """
    from scipy.spatial import cKDTree

    if len(positions) == 0:
        yield from (np.empty(0, int) for _ in centres)
        return
    for found in cKDTree(positions).query_ball_point(centres, 0.5 * box, p=SHAPES[shape], return_sorted=True):
        yield np.array(found, dtype=int)


def check_shape(shape: str) -> None:
    """Raise `UnknownNameError` for a shape that does not exist."""
    if shape not in SHAPES:
        raise UnknownNameError("shape of the box", shape, SHAPES)
