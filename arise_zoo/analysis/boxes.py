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

    Periodic images count as separate atoms; there are few of them if the centres are near each other.
    """
    margin = 0.5 * box * (1 + 1e-9) + 1e-9
    lower, upper = centres.min(axis=0) - margin, centres.max(axis=0) + margin
    positions, found, numbers = _wrapped(atoms), [], []
    for shift in translations(atoms, lower - positions.max(axis=0), upper - positions.min(axis=0)):
        moved = positions + shift
        inside = ((moved >= lower) & (moved <= upper)).all(axis=1)
        found.append(moved[inside])
        numbers.append(atoms.numbers[inside])
    return np.concatenate(found), np.concatenate(numbers)


def translations(atoms: Atoms, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """The lattice translations between two corners, and a few more, shape (n, 3); (0, 0, 0) alone if none is periodic.

    "Lattice" are the periodic directions only; those that are not periodic add nothing.
    """
    pbc = np.array(atoms.pbc)
    if not pbc.any():
        return np.zeros((1, 3))
    cell, to_fractional = _cell(atoms)
    corners = np.array(list(product(*zip(lower, upper, strict=True)))) @ to_fractional
    first, last = np.floor(corners.min(axis=0) + 1e-9), np.ceil(corners.max(axis=0) - 1e-9)
    ranges = (np.arange(first[k], last[k] + 1) if pbc[k] else (0,) for k in range(3))
    shifts: np.ndarray = np.array(list(product(*ranges))) @ cell
    return shifts


def _wrapped(atoms: Atoms) -> np.ndarray:
    """Positions moved into the cell along the periodic directions."""
    positions: np.ndarray = atoms.positions
    if np.any(atoms.pbc):
        cell, to_fractional = _cell(atoms)
        positions = positions - np.where(atoms.pbc, np.floor(positions @ to_fractional), 0.0) @ cell
    return positions


def _cell(atoms: Atoms) -> tuple[np.ndarray, np.ndarray]:
    from ase.geometry import complete_cell

    cell = complete_cell(np.where(np.array(atoms.pbc)[:, None], atoms.cell.array, 0.0))
    return cell, np.linalg.inv(cell)


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
