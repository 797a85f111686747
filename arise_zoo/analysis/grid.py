"""Where the boxes stand: the grid of their centres, chosen from the shape of a structure or by hand.

Which atoms are in a box is in `boxes`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms

from ..errors import AriseZooError, StructureError

AXES = "xyz"
_EXACT = 1e-9  # a range of three strides has four positions, whatever the rounding


class GridError(AriseZooError, ValueError):
    """A grid that cannot be laid over a structure."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Box centres `origin + i steps[0] + j steps[1] + k steps[2]`, the last index running fastest.

    Attributes
    ----------
    origin : array of shape (3,)
        First centre, in angstrom.
    steps : array of shape (3, 3)
        One row per axis, in angstrom.
    shape : tuple of int
        Positions along each axis.
    box : float
        Edge of the box or diameter of the sphere, in angstrom.
    """

    origin: np.ndarray
    steps: np.ndarray
    shape: tuple[int, int, int]
    box: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "origin", np.asarray(self.origin, float).reshape(3))
        object.__setattr__(self, "steps", np.asarray(self.steps, float).reshape(3, 3))
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise GridError(f"a grid has at least one position along each of three axes, not {self.shape}.")
        _check_lengths(self.box, 1.0)

    def __len__(self) -> int:
        return int(np.prod(self.shape))

    @property
    def axes(self) -> str:
        """The axes along which boxes move, such as "xy"; axis x is the first lattice vector where that is periodic."""
        return "".join(name for name, n in zip(AXES, self.shape, strict=True) if n > 1)

    def centres(self, begin: int = 0, end: int | None = None) -> np.ndarray:
        """Centres of the positions from number `begin` to `end`, shape (n, 3), angstrom."""
        numbers = np.arange(begin, len(self) if end is None else min(end, len(self)))
        centres: np.ndarray = self.origin + np.stack(np.unravel_index(numbers, self.shape), axis=1) @ self.steps
        return centres


def make_grid(
    atoms: Atoms, box: float = 12.0, stride: float = 1.0, padding: float = 0.5, dimensions: int | str | None = None
) -> Grid:
    """The grid of a structure (Leitherer et al. 2021, Methods).

    An axis along which the box moves has floor(range / stride) + 1 positions, and more if the last box does not reach
    the end; the excess is shared equally by both ends. Along a periodic axis, which is a lattice vector, the stride is
    shortened until it divides the period, and boxes reach into the neighbouring cells. Along the other axes the box is
    centred.

    Parameters
    ----------
    atoms : ase.Atoms
        The structure.
    box, stride : float
        Edge of the box, and distance between its positions, in angstrom.
    padding : float
        Number of boxes by which the range of the atoms is widened at either end of a non-periodic axis.
    dimensions : int or str, optional
        Number of axes along which the box moves, the longest ones, or their names, such as "xy". By default those along
        which the structure is longer than the box: three for a bulk, two for a slab.

    Raises
    ------
    GridError, StructureError
        For a grid or structure that is impossible.
    """
    _check_lengths(box, stride)
    if not padding >= 0 or not np.isfinite(padding):
        raise GridError(f"the padding must not be negative, but is {padding}.")
    if len(atoms) == 0:
        raise StructureError("the structure holds no atoms.")
    if not np.isfinite(atoms.positions).all():
        raise StructureError("positions must be finite numbers, but the structure has NaN or infinite ones.")
    frame, periods = _frame(atoms)
    coordinates = atoms.positions @ np.linalg.inv(frame)
    low, high = coordinates.min(axis=0), coordinates.max(axis=0)
    lengths = np.where(periods > 0, periods, high - low)
    moving = _moving_axes(lengths, box, dimensions)
    start, steps, shape = (low + high) / 2, np.zeros(3), [1, 1, 1]
    for axis in np.flatnonzero(moving):
        if periods[axis] > 0:
            shape[axis] = max(int(np.ceil(periods[axis] / stride - _EXACT)), 1)
            steps[axis], start[axis] = periods[axis] / shape[axis], 0.0
        else:
            shape[axis] = number_of_positions(lengths[axis] + 2 * padding * box, box, stride)
            steps[axis] = stride
            start[axis] -= 0.5 * stride * (shape[axis] - 1)
    nx, ny, nz = shape
    return Grid(start @ frame, steps[:, None] * frame, (nx, ny, nz), float(box))


def number_of_positions(length: float, box: float, stride: float) -> int:
    """Positions along an axis: floor(length / stride) + 1, and more until the boxes together cover the length."""
    n = int(np.floor(length / stride + _EXACT)) + 1
    return max(n, int(np.ceil((length - box) / stride - _EXACT)) + 1)


def _check_lengths(box: float, stride: float) -> None:
    for name, value in (("box", box), ("stride", stride)):
        if not (np.isfinite(value) and value > 0):
            raise GridError(f"the {name} must be a positive length in angstrom, not {value:g}.")


def _frame(atoms: Atoms) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors of the three axes, as rows, and the periods along them (0 where there is none)."""
    pbc = np.array(atoms.pbc)
    if not pbc.any():
        return np.eye(3), np.zeros(3)
    from ase.geometry import complete_cell

    cell = np.where(pbc[:, None], atoms.cell.array, 0.0)
    if not np.isfinite(cell).all() or np.linalg.matrix_rank(cell[pbc]) < pbc.sum():
        raise StructureError(
            "the structure is periodic, but has no periodic cell along each periodic direction; "
            "set the cell, or set pbc to False."
        )
    lengths = np.linalg.norm(cell, axis=1)
    along = np.where(pbc[:, None], cell / np.where(lengths > 0, lengths, 1.0)[:, None], np.eye(3))
    if not np.allclose(along, np.eye(3)):  # the other axes stand normal to the periodic ones
        along = complete_cell(cell)
        along /= np.linalg.norm(along, axis=1, keepdims=True)
    return along, np.where(pbc, lengths, 0.0)


def _moving_axes(lengths: np.ndarray, box: float, dimensions: int | str | None) -> np.ndarray:
    if (lengths <= box).all():
        size = " x ".join(f"{length:.4g}" for length in lengths)
        raise GridError(
            f"the box of {box:g} angstrom is larger than the structure ({size} angstrom); "
            "choose a smaller box, or classify the structure as a whole."
        )
    if dimensions is None:
        return lengths > box
    if isinstance(dimensions, str) and not dimensions.isdigit():
        if not dimensions or not set(dimensions) <= set(AXES) or len(set(dimensions)) < len(dimensions):
            raise GridError(f"the axes of the grid are some of x, y and z, not {dimensions!r}.")
        return np.array([name in dimensions for name in AXES])
    if int(dimensions) not in (1, 2, 3):
        raise GridError(f"a grid has 1, 2 or 3 dimensions, not {dimensions}.")
    moving = np.zeros(3, bool)
    moving[np.argsort(-lengths, kind="stable")[: int(dimensions)]] = True
    return moving
