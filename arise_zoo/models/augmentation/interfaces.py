"""Where crystals end: balls of which one half is a crystal and the other another grain, another crystal or a packing.

What single atoms on both sides are is known, which is what models of atoms learn from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...descriptors import first_peak_distance
from ...prototypes import class_ids, get_prototype
from ...structures.operations import random_rotation
from .background import pushed_apart
from .field import FIELD_SEED, heated

UNIT = 2.5
"""Distance between neighbours (angstrom) on both sides."""

_RADIUS = 4.6  # of the ball, in units of it
_NEAREST = 0.72  # atoms of the second half that are nearer to one of the first than this give way
_SAME, _OTHER = 0.35, 0.25  # how often the second half is the same crystal, another one; otherwise it is a packing
_LOOSEST, _DENSEST = 1.05, 1.35  # atoms of a packing in the volume of a cube with an edge of one unit


@dataclass(frozen=True)
class InterfaceStructure:
    """A ball of which one half is a crystal of the class: `variant` decides, with the seed, everything else."""

    class_id: str
    variant: int
    seed: int = FIELD_SEED

    @property
    def id(self) -> str:
        """Readable and unique among structures of one seed."""
        return f"{self.class_id}/interface/{self.variant}"

    def build(self) -> tuple[Atoms, np.ndarray]:
        """The structure, without a cell, and the class of each atom, "" in a packing, shape (n_atoms,)."""
        rng = rng_for(self.seed, self.id)
        first = _half(_ball(self.class_id, rng), -1)
        kind = rng.random()
        if kind < _SAME + _OTHER:
            other = self.class_id if kind < _SAME else bulk_classes()[int(rng.integers(len(bulk_classes())))]
            second = _half(_ball(other, rng), 1)
        else:
            other, second = "", _half(_packing(first.numbers, rng), 1)
        second = second[_apart(second, first)]
        labels = np.array([self.class_id] * len(first) + [other] * len(second))
        return heated(first + second, UNIT, 1.0, rng), labels


@lru_cache(maxsize=1)
def bulk_classes() -> tuple[str, ...]:
    """The classes that extend in all three directions."""
    return tuple(c for c in class_ids() if sum(get_prototype(c).repetitions) == 3)


def inner_atoms(atoms: Atoms) -> np.ndarray:
    """Numbers of the atoms of a ball that are nearer to its middle than to its surface."""
    inner: np.ndarray = np.flatnonzero(np.linalg.norm(atoms.positions, axis=1) < 0.5 * _RADIUS * UNIT)
    return inner


def _ball(class_id: str, rng: np.random.Generator) -> Atoms:
    """A crystal around the origin, at a random place and in a random orientation."""
    cell = get_prototype(class_id).build()
    scale = UNIT / first_peak_distance(cell)
    lattice = cell.cell.array * scale
    heights = 1.0 / np.linalg.norm(np.linalg.inv(lattice), axis=0)
    copies = np.ceil(2.0 * _RADIUS * UNIT / heights).astype(int) + 1
    crystal = cell.repeat(tuple(int(n) for n in copies))
    middle = (copies / 2 + rng.random(3) - 0.5) @ lattice
    return Atoms(crystal.numbers, positions=(crystal.positions * scale - middle) @ random_rotation(rng))


def _packing(numbers: np.ndarray, rng: np.random.Generator) -> Atoms:
    """A disordered packing around the origin, of the species of a crystal."""
    side = 2.0 * _RADIUS
    n = int(side**3 * (_LOOSEST + (_DENSEST - _LOOSEST) * rng.random()))
    cell = np.eye(3) * side * UNIT
    species = rng.choice(numbers, size=n)
    positions = pushed_apart(rng.random((n, 3)) @ cell, cell, species, 1.0, int(10 + 40 * rng.random()))
    return Atoms(species, positions=positions % (side * UNIT) - _RADIUS * UNIT)


def _half(ball: Atoms, sign: int) -> Atoms:
    inside = np.linalg.norm(ball.positions, axis=1) < _RADIUS * UNIT
    half: Atoms = ball[inside & (sign * ball.positions[:, 2] >= 0)]
    return half


def _apart(atoms: Atoms, others: Atoms) -> np.ndarray:
    from scipy.spatial import cKDTree

    distances, _ = cKDTree(others.positions).query(atoms.positions)
    apart: np.ndarray = distances > _NEAREST * UNIT
    return apart
