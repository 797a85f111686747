"""Displacing and removing atoms at random (Leitherer et al. 2021, Supplementary Methods)."""

from __future__ import annotations

import math

import numpy as np
from ase import Atoms

from ..errors import StructureError

_EXACT = 1e-9  # floor(0.29 * 100) must be 29


def displace(atoms: Atoms, displacement: float, unit: float, rng: np.random.Generator) -> Atoms:
    """A copy in which each Cartesian component moves by a uniform draw from [-displacement, displacement] x unit.

    `displacement` is in units of d_NN and `unit` is that d_NN (angstrom), which is a property of the pristine
    structure and so cannot be read off the one that is displaced.
    """
    if displacement < 0:
        raise StructureError(f"displacement must not be negative, but is {displacement}.")
    moved: Atoms = atoms.copy()
    draws = rng.random((len(atoms), 3))
    moved.positions += (2.0 * draws - 1.0) * (displacement * unit)
    return moved


def remove_atoms(atoms: Atoms, fraction: float, rng: np.random.Generator) -> Atoms:
    """A copy from which floor(fraction x number of atoms) atoms, drawn without replacement, are missing."""
    if not 0 <= fraction < 1:
        raise StructureError(f"the fraction of missing atoms must lie in [0, 1), but is {fraction}.")
    # A random order by sorting uniform draws uses the generator's plainest stream, the least likely ever to change.
    order = np.argsort(rng.random(len(atoms)), kind="stable")
    return atoms[np.sort(order[number_removed(len(atoms), fraction) :])]


def number_removed(natoms: int, fraction: float) -> int:
    """floor(fraction x natoms)."""
    return math.floor(fraction * natoms + _EXACT)
