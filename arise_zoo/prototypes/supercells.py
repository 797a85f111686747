"""Supercells of a class, finite or periodic, and the unit of displacements in them."""

from __future__ import annotations

from functools import lru_cache

from ase import Atoms

from ..common.length_scale import nearest_neighbour_distance
from ..errors import StructureError
from .replication import replicated
from .table import Prototype


def supercell(prototype: Prototype, k: int, *, periodic: bool) -> Atoms:
    """k x k x k replicas of a class's cell (k x k x 1 for monolayers; a tube as it is).

    `periodic=True` keeps the cell, periodic in all three directions (a monolayer keeps its vacuum); otherwise the
    result is an isolated cluster without a cell. Raises `StructureError` for a periodic nanotube or k < 1.
    """
    if k < 1:
        raise StructureError(f"a supercell needs at least one replica, not k={k}.")
    if periodic and not prototype.is_periodic:
        raise StructureError(f"class {prototype.id!r} has no periodic form.")
    atoms: Atoms = _supercell(prototype, k, periodic).copy()
    return atoms


@lru_cache(maxsize=1024)  # all 588 supercells of the paper hold 167,650 atoms, 10 MB
def _supercell(prototype: Prototype, k: int, periodic: bool) -> Atoms:
    return replicated(prototype.build(), prototype.repetitions_of(k), periodic)


@lru_cache(maxsize=1024)
def displacement_unit(prototype: Prototype, k: int) -> float:
    """d_NN (angstrom) of the whole finite structure, species ignored: the unit of displacements."""
    unit = nearest_neighbour_distance(_supercell(prototype, k, False))
    return round(unit, 9)  # so that displaced structures have the same bits on every machine
