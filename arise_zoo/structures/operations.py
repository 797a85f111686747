"""What is done to atoms at random.

Displacing and removing them is as in Leitherer et al. 2021, Supplementary Methods.
"""

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


def substituted(atoms: Atoms, share: float, rng: np.random.Generator) -> Atoms:
    """A copy in which a share of the atoms, at least one, has another of the structure's species, or
    the next element where there is only one."""
    changed: Atoms = atoms.copy()
    species = np.unique(atoms.numbers)
    chosen = np.argsort(rng.random(len(atoms)), kind="stable")[: number_changed(len(atoms), share)]
    for i in chosen:
        others = species[species != atoms.numbers[i]]
        changed.numbers[i] = others[int(rng.random() * len(others))] if len(others) else atoms.numbers[i] + 1
    return changed


def deformed(atoms: Atoms, gradient: np.ndarray) -> Atoms:
    """A copy whose lattice vectors and positions went through the deformation gradient, shape (3, 3)."""
    changed: Atoms = atoms.copy()
    changed.positions = atoms.positions @ gradient.T
    if atoms.pbc.any():
        changed.cell = atoms.cell.array @ gradient.T
    return changed


def opened(atoms: Atoms, axis: int, normal: np.ndarray, vacuum: float) -> Atoms:
    """The same structure, with so much vacuum (angstrom) along `normal`, a unit vector that a lattice vector is turned
    to."""
    height = np.ptp(atoms.positions @ normal)
    atoms.cell[axis] = math.copysign(height + vacuum, atoms.cell[axis] @ normal) * normal
    return atoms


def uniaxial(strain: float, rng: np.random.Generator) -> np.ndarray:
    """A deformation gradient: 1 +- strain along a random direction."""
    direction = random_rotation(rng)[0]
    sign = 1.0 if rng.random() < 0.5 else -1.0
    return np.eye(3) + sign * strain * np.outer(direction, direction)


def shaken(atoms: Atoms, deviation: float, rng: np.random.Generator) -> Atoms:
    """A copy in which each Cartesian component moved by a normal draw of this standard deviation (angstrom)."""
    moved: Atoms = atoms.copy()
    moved.positions += deviation * rng.standard_normal((len(atoms), 3))
    return moved


def random_rotation(rng: np.random.Generator) -> np.ndarray:
    """A rotation matrix, shape (3, 3), uniform over all rotations (K. Shoemake, Graphics Gems III, 1992)."""
    from scipy.spatial.transform import Rotation

    a, b, c = rng.random(3)
    quaternion = [
        math.sqrt(1 - a) * math.sin(2 * math.pi * b),
        math.sqrt(1 - a) * math.cos(2 * math.pi * b),
        math.sqrt(a) * math.sin(2 * math.pi * c),
        math.sqrt(a) * math.cos(2 * math.pi * c),
    ]
    matrix: np.ndarray = Rotation.from_quat(quaternion).as_matrix()
    return matrix


def number_changed(natoms: int, share: float) -> int:
    """floor(share x natoms), but at least one."""
    return max(1, number_removed(natoms, share))
