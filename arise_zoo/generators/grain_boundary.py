"""Symmetric tilt grain boundaries of cubic metals, where the two lattices share a coincidence-site lattice."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np
from ase import Atoms
from ase.build import bulk, make_supercell

from ..errors import StructureError
from .overlaps import without_overlaps


def coincidence_number(plane: Sequence[int] | np.ndarray) -> int:
    """Sigma of the boundary on this plane of a cubic crystal: h^2 + k^2 + l^2, halved until it is odd."""
    square = sum(int(index) ** 2 for index in plane)
    while square and square % 2 == 0:
        square //= 2
    return square


def tilt_grain_boundary(
    plane: Sequence[int] = (2, 1, 0),
    axis: Sequence[int] = (0, 0, 1),
    symbol: str = "Cu",
    structure: str = "fcc",
    lattice_constant: float | None = None,
    *,
    thickness: float = 20.0,
    width: float = 10.0,
    overlap: float = 0.6,
) -> Atoms:
    """A periodic bicrystal of two grains that are mirror images in `plane`, with a boundary at both ends.

    Nothing is relaxed.

    Parameters
    ----------
    plane, axis : sequence of int
        Miller indices of the boundary and of the tilt axis, which it contains: (2, 1, 0) and (0, 0, 1) for Sigma 5,
        (1, 1, 1) and (1, -1, 0) for the coherent Sigma 3.
    symbol : str
        Element.
    structure : {"fcc", "bcc", "diamond"}
        Structure of the metal.
    lattice_constant : float, optional
        In angstrom (default: that of the element).
    thickness, width : float
        Least thickness of each grain, and least length of the other edges, in angstrom.
    overlap : float
        Of atoms closer than this many nearest-neighbour distances, one is removed.

    Returns
    -------
    ase.Atoms
        The normal is along y, the axis along z. The array "grain" is 0 or 1, `info["sigma"]` the coincidence number.

    Raises
    ------
    StructureError
        For indices that do not fit.
    """
    normal, along = (np.array(vector, int) for vector in (plane, axis))
    if normal.shape != (3,) or along.shape != (3,) or not normal.any() or not along.any() or normal @ along:
        raise StructureError(f"the plane {tuple(plane)} must contain the axis {tuple(axis)}: their product must be 0.")
    if structure not in ("fcc", "bcc", "diamond"):
        raise StructureError(f"a cubic metal is fcc, bcc or diamond, not {structure!r}.")
    normal, along = _reduced(normal), _reduced(along)
    try:
        cell = bulk(symbol, structure, a=lattice_constant, cubic=True)
    except (ValueError, RuntimeError, KeyError) as error:
        raise StructureError(f"{symbol} has no known lattice constant as {structure}; give one.") from error
    edges = np.array([_reduced(np.cross(normal, along)), normal, along])
    block = make_supercell(cell, edges if np.linalg.det(edges) > 0 else edges * [[-1], [1], [1]])
    lengths = block.cell.lengths()
    scaled = block.get_scaled_positions(wrap=True)
    scaled[scaled > 1 - 1e-9] = 0
    grain = Atoms(block.numbers, scaled_positions=scaled, cell=lengths, pbc=True)
    grain = grain.repeat([int(np.ceil(w / x - 1e-9)) for w, x in zip((width, thickness, width), lengths, strict=True)])
    height = grain.cell[1, 1]
    ends = grain[grain.positions[:, 1] < 1e-6]  # the plane at which a grain ends belongs to it as that where it begins
    ends.positions[:, 1] += height
    grain.extend(ends)
    mirrored = grain.copy()
    mirrored.positions[:, 1] = 2 * height - mirrored.positions[:, 1]
    both = grain + mirrored
    both.cell = grain.cell.lengths() * [1, 2, 1]
    both.set_array("grain", np.repeat(np.array([0, 1], np.int32), len(grain)))
    both.wrap()
    nearest = cell.get_all_distances(mic=True)
    nearest = nearest[nearest > 1e-6].min() if len(cell) > 1 else cell.cell.lengths()[0]
    both = without_overlaps(both, overlap * nearest)
    both.info["sigma"] = coincidence_number(normal)
    return both


def _reduced(vector: np.ndarray) -> np.ndarray:
    reduced: np.ndarray = vector // gcd(*map(int, vector))
    return reduced
