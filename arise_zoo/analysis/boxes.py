"""Which atoms are in which box, and cutting them out. Where the boxes stand is in `grid`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
from ase import Atoms

from ..errors import UnknownNameError

_ROUNDING = 1e-9  # of lengths and of steps

SHAPES = {"box": np.inf, "sphere": 2}
"""Shape of a box -> the p of the distance by which an atom is inside."""


def atoms_around(atoms: Atoms, centres: np.ndarray, box: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions (n, 3), in angstrom, and numbers (n,) of all atoms that boxes at these centres can hold.

    Periodic images count as separate atoms; there are few of them if the centres are near each other.
    """
    margin = 0.5 * box * (1 + 1e-9) + 1e-9
    lower, upper = centres.min(axis=0) - margin, centres.max(axis=0) + margin
    positions, found, which = _wrapped(atoms), [], []
    for shift in translations(atoms, lower - positions.max(axis=0), upper - positions.min(axis=0)):
        moved = positions + shift
        inside = ((moved >= lower) & (moved <= upper)).all(axis=1)
        found.append(moved[inside])
        which.append(np.flatnonzero(inside))
    return np.concatenate(found), np.concatenate(which)


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


def spans(
    positions: np.ndarray, centres: np.ndarray, begins: np.ndarray, box: float, shape: str = "box"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """From which centre to which a box that moves along rows holds each position, as `members` tells it.

    `begins`: numbers of the centres at which rows begin, in each of which the steps are equal. Returns numbers of
    positions and of first and last centres, each of shape (n,); a position has one of each for every row that holds it.
    """
    half, found = 0.5 * box, [np.empty((3, 0), np.int64)]
    for begin, end in pairwise([*begins.tolist(), len(centres)]):
        row, reach = centres[begin:end], half * (1 + _ROUNDING) + _ROUNDING
        near = ((positions >= row.min(axis=0) - reach) & (positions <= row.max(axis=0) + reach)).all(axis=1)
        which = np.flatnonzero(near)
        low, high = _held_between(positions[which] - row[0], row[min(1, len(row) - 1)] - row[0], half, shape)
        first = np.ceil(np.clip(low - _ROUNDING, 0, len(row))).astype(np.int64)
        last = np.floor(np.clip(high + _ROUNDING, -1, len(row) - 1)).astype(np.int64)
        which, first, last = np.stack([which, first, last])[:, first <= last]
        first, last = (  # one step less where rounding has let in what is not held
            first + ~_holds(positions[which] - row[first], half, shape),
            last - ~_holds(positions[which] - row[last], half, shape),
        )
        found.append(np.stack([which, begin + first, begin + last])[:, first <= last])
    which, first, last = np.concatenate(found, axis=1)
    return which, first, last


def _held_between(away: np.ndarray, step: np.ndarray, half: float, shape: str) -> tuple[np.ndarray, np.ndarray]:
    """After how many steps, from and to, a box holds positions that are `away` (n, 3) from its centre at first.

    They are real numbers, and infinite where a step does not matter; for a position that is never held, the first is
    the larger one.
    """
    if shape == "sphere" and step.any():
        nearest = away @ step / (step @ step)
        chord = half**2 - ((away - nearest[:, None] * step) ** 2).sum(axis=1)
        reach = np.sqrt(np.maximum(chord, 0.0) / (step @ step))
        return nearest - reach, np.where(chord < -_ROUNDING * half**2, -np.inf, nearest + reach)
    low, high = np.full(len(away), -np.inf), np.full(len(away), np.inf)
    for axis in np.flatnonzero(step):
        ends = (away[:, axis, None] + (-half, half)) / step[axis]
        low, high = np.maximum(low, ends.min(axis=1)), np.minimum(high, ends.max(axis=1))
    return low, high


def _holds(away: np.ndarray, half: float, shape: str) -> np.ndarray:
    """Whether a box holds positions that are `away` (n, 3) from its centre."""
    held: np.ndarray = np.linalg.norm(away, ord=SHAPES[shape], axis=1) <= half
    return held


def check_shape(shape: str) -> None:
    """Raise `UnknownNameError` for a shape that does not exist."""
    if shape not in SHAPES:
        raise UnknownNameError("shape of the box", shape, SHAPES)
