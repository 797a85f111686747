"""Supercells of a class, finite or periodic."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from ase import Atoms

from ..common.length_scale import nearest_neighbour_distance
from ..errors import StructureError
from . import Prototype


def supercell(prototype: Prototype, k: int, *, periodic: bool) -> Atoms:
    """k x k x k replicas of a class's cell (k x k x 1 for monolayers; a tube as it is).

    `periodic=True` keeps the cell, periodic in all three directions (a monolayer keeps its vacuum); otherwise the
    result is an isolated cluster without a cell. Raises `StructureError` for a periodic nanotube or k < 1.
    """
    if k < 1:
        raise StructureError(f"a supercell needs at least one replica, not k={k}.")
    if periodic and not prototype.is_periodic:
        raise StructureError(f"class {prototype.id!r} has no periodic form.")
    return _supercell(prototype, k, periodic).copy()


def smallest_replication(natoms: int, dimensions: int) -> int:
    """The smallest k with k^dimensions x natoms >= 100, with which the paper's series of supercells begins."""
    k = 1
    while natoms * k**dimensions < 100:
        k += 1
    return k


@lru_cache(maxsize=1024)  # all 588 supercells of the paper hold 167,650 atoms, 10 MB
def _supercell(prototype: Prototype, k: int, periodic: bool) -> Atoms:
    cell = prototype.build()
    repetitions = [k if direction else 1 for direction in prototype.repetitions]
    # As `Atoms.repeat` does, which rounds the last bit differently from processor to processor.
    shifts = [i * cell.cell[0] + j * cell.cell[1] + m * cell.cell[2] for i, j, m in np.ndindex(*repetitions)]
    positions = (np.array(shifts)[:, None] + cell.positions).reshape(-1, 3)
    repeated = Atoms(np.tile(cell.numbers, len(shifts)), positions=positions)
    if periodic:
        repeated.cell = cell.cell.array * np.array(repetitions)[:, None]
        repeated.pbc = True
    return repeated


@lru_cache(maxsize=1024)
def displacement_unit(prototype: Prototype, k: int) -> float:
    """d_NN (angstrom) of the whole finite structure, species ignored: the unit of displacements."""
    unit = nearest_neighbour_distance(_supercell(prototype, k, False))
    return round(unit, 9)  # so that displaced structures have the same bits on every machine
