"""The structures from which peer methods learn: crystals with synthetic noise, and random packings.

They are periodic supercells of this package's classes. Their seeds are derived from `SEED`, which no structure of the
benchmark or the data sets has.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...prototypes import get_prototype
from ...structures import supercell
from ...structures.packing import random_packing

SEED = "peers-1"


def crystal(class_id: str, size: int = 0) -> tuple[Atoms, float]:
    """The periodic supercell of a class, the smallest of three by default, and its d_NN (angstrom)."""
    from ...prototypes.supercells import displacement_unit

    prototype = get_prototype(class_id)
    k = prototype.supercell_sizes[size]
    return supercell(prototype, k, periodic=True), displacement_unit(prototype, k)


def displaced_in_sphere(class_id: str, radius: float, draw: int = 0, size: int = 0) -> Atoms:
    """A crystal whose atoms moved by draws uniform in a ball of `radius` (in units of d_NN)."""
    atoms, unit = crystal(class_id, size)
    rng = rng_for(SEED, class_id, "sphere", f"{radius:.6f}", draw, size)
    directions = rng.standard_normal((len(atoms), 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    atoms.positions += radius * unit * np.cbrt(rng.random((len(atoms), 1))) * directions
    return atoms


def shaken_crystal(class_id: str, deviation: float, draw: int = 0, size: int = 0) -> Atoms:
    """A crystal whose atoms moved by normal draws, `deviation` (in units of d_NN) in each Cartesian component."""
    atoms, unit = crystal(class_id, size)
    rng = rng_for(SEED, class_id, "normal", f"{deviation:.6f}", draw, size)
    atoms.positions += deviation * unit * rng.standard_normal((len(atoms), 3))
    return atoms


def packing(class_id: str, draw: int = 0) -> Atoms:
    """The atoms of a crystal's supercell packed at random in its cell (`arise_zoo.structures.packing`)."""
    atoms, unit = crystal(class_id)
    atoms.positions = random_packing(atoms, unit, rng_for(SEED, class_id, "packing", draw))
    return atoms
