"""What is no crystal of the classes, to learn what `unknown` is: packings, melts of no material, gases, molecules,
crystals of random symmetry and relatives of the classes. Neither prototypes of a library nor molecular dynamics are
among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...descriptors import first_peak_distance
from ...descriptors.channel_soap import ChannelSOAP
from ...prototypes import class_ids, get_prototype
from ...structures.operations import shaken
from ...structures.strangers import random_crystal
from .families.filled_packings import filled_packing
from .families.molecules import molecules
from .families.superlattices import layered, superlattice
from .field import FIELD_SEED
from .variations import mixed_cells, varied_cells

if TYPE_CHECKING:
    from scipy.spatial import cKDTree

_DISTANCE = 2.5  # angstrom, between neighbours
_SAME = 0.2  # between descriptors: nearer crystals could be one of the classes, strained or hot
_LEAST_SHARE = 0.2  # of each species in another order: less could be impurities


@dataclass(frozen=True)
class BackgroundStructure:
    """A structure of no class: `variant` decides, with the seed, everything; `kind` is one of `KINDS`."""

    kind: str
    variant: int
    seed: int = FIELD_SEED

    @property
    def id(self) -> str:
        """Readable and unique among structures of one seed."""
        return f"background/{self.kind}/{self.variant}"

    def build(self) -> Atoms:
        """The structure."""
        rng = rng_for(self.seed, self.id)
        atoms = _KINDS[self.kind](rng)
        if rng.random() < 0.35:
            atoms = _free(atoms, rng)
        return atoms


def _disordered(rng: np.random.Generator) -> Atoms:
    """A packing: from nearly touching atoms to a gas, of one to four species that may avoid their own kind."""
    n = int(40 * 12.0 ** rng.random())
    kind = rng.random()
    volume = n * _DISTANCE**3 * (0.68 + 0.5 * rng.random() ** 2)
    if kind < 0.25:
        volume *= 1.0 + 3.0 * rng.random()
    if kind < 0.08:
        volume *= 1.0 + 6.0 * rng.random()
    side = volume ** (1 / 3)
    shape = np.exp(0.15 * rng.standard_normal(3))
    cell = np.diag(side * shape / np.prod(shape) ** (1 / 3))
    count = 1 if rng.random() < 0.45 else int(rng.integers(2, 5))
    species = rng.choice(count, size=n, p=rng.dirichlet(np.full(count, 3.0)))
    avoid = 1.0 + (0.45 * rng.random() if count > 1 and rng.random() < 0.6 else 0.0)
    steps = 0 if 0.08 < kind < 0.14 else int(5 + 120 * rng.random() ** 2)
    positions = pushed_apart(rng.random((n, 3)) @ cell, cell, species, avoid, steps)
    atoms = Atoms(21 + species, positions=positions, cell=cell, pbc=True)
    return shaken(atoms, 0.1 * rng.random() * _DISTANCE, rng) if rng.random() < 0.6 else atoms


def pushed_apart(positions: np.ndarray, cell: np.ndarray, species: np.ndarray, avoid: float, steps: int) -> np.ndarray:
    """Positions in a rectangular cell after so many steps in which pairs nearer than they like are pushed apart.

    Atoms of one species keep `avoid` times the distance that others keep.
    """
    from scipy.spatial import cKDTree

    sides = np.diag(cell)
    for _ in range(steps):
        positions %= sides
        i, j = cKDTree(positions, boxsize=sides).query_pairs(avoid * _DISTANCE, output_type="ndarray").T
        vectors = positions[j] - positions[i]
        vectors -= np.rint(vectors / sides) * sides
        distances = np.linalg.norm(vectors, axis=1)
        lack = np.where(species[i] == species[j], avoid, 1.0) * _DISTANCE - distances
        near = lack > 0
        if not near.any():
            break
        push = 0.3 * (lack[near] / np.maximum(distances[near], 1e-9))[:, None] * vectors[near]
        for axis in range(3):
            positions[:, axis] += np.bincount(j[near], weights=push[:, axis], minlength=len(positions))
            positions[:, axis] -= np.bincount(i[near], weights=push[:, axis], minlength=len(positions))
    return positions


def _hot(atoms: Atoms, rng: np.random.Generator) -> Atoms:
    """The same, half of them hot."""
    return shaken(atoms, 0.06 * rng.random() * _DISTANCE, rng) if rng.random() < 0.5 else atoms


def _crystal(cell: Atoms, rng: np.random.Generator) -> Atoms:
    k = 1
    while len(cell) * k**3 < 100:
        k += 1
    return _hot(cell.repeat((k, k, k)), rng)


def _stranger(rng: np.random.Generator) -> Atoms:
    """A crystal of random symmetry that is none of the classes."""
    while True:
        cell = random_crystal(rng)
        if not _is_known(cell):
            return _crystal(cell, rng)


def _ordering(rng: np.random.Generator) -> Atoms:
    """The lattice of a class with its sites taken by species in another periodic order."""
    classes = [c for c in class_ids() if sum(get_prototype(c).repetitions) == 3 and get_prototype(c).n_atoms() <= 8]
    while True:
        cell = get_prototype(classes[int(rng.integers(len(classes)))]).build()
        while len(cell) < 8 and rng.random() < 0.8:
            repeats = np.ones(3, int)
            repeats[int(rng.integers(3))] = 2
            cell = cell.repeat(tuple(int(r) for r in repeats))
        count = int(rng.integers(2, 4))
        species = rng.integers(count, size=len(cell))
        shares = np.bincount(species, minlength=count) / len(cell)
        cell.numbers = 21 + species
        if shares.min() >= _LEAST_SHARE and not _is_known(_scaled(cell)):
            return _crystal(cell, rng)


def _relative(
    draw: Callable[[np.random.Generator], Atoms],
    finish: Callable[[Atoms, np.random.Generator], Atoms] = _crystal,
) -> Callable[[np.random.Generator], Atoms]:
    """What a function draws, without what is of a class, made into a structure."""

    def drawn(rng: np.random.Generator) -> Atoms:
        while _is_known(atoms := _scaled(draw(rng))):
            pass
        return finish(atoms, rng)

    return drawn


def _scaled(cell: Atoms) -> Atoms:
    """The cell itself, after its neighbours have been put at the common distance."""
    factor = _DISTANCE / first_peak_distance(cell)
    cell.positions *= factor
    cell.cell *= factor
    return cell


def _is_known(cell: Atoms) -> bool:
    """Whether a descriptor of a class is nearer than `_SAME`."""
    distance, _ = _known().query(_soap().create(cell), distance_upper_bound=_SAME)
    return bool(np.isfinite(distance))


@lru_cache(maxsize=1)
def _known() -> cKDTree:
    """Descriptors of the classes, and of them with other free parameters."""
    from scipy.spatial import cKDTree

    prototypes = [get_prototype(c) for c in class_ids() if get_prototype(c).is_periodic]
    cells = [cell for p in prototypes for cell in (p.build(), *varied_cells(p), *mixed_cells(p))]
    return cKDTree([_soap().create(cell) for cell in cells])


@lru_cache(maxsize=1)
def _soap() -> ChannelSOAP:
    return ChannelSOAP()


def _free(atoms: Atoms, rng: np.random.Generator) -> Atoms:
    """Cut out of its box, whole or the atoms nearest to its middle."""
    size = int(28 * (len(atoms) / 28) ** rng.random()) if rng.random() < 0.5 else len(atoms)
    middle = atoms.cell.array.sum(axis=0) / 2
    order = np.argsort(np.linalg.norm(atoms.positions - middle, axis=1), kind="stable")
    kept = atoms[np.sort(order[: max(size, 28)])]
    return Atoms(kept.numbers, positions=kept.positions)


_KINDS = {
    "disordered": _disordered,
    "stranger": _stranger,
    "ordering": _ordering,
    "superlattice": _relative(superlattice),
    "layered": _relative(layered),
    "filled": _relative(filled_packing),
    "molecular": _relative(molecules, _hot),
}
KINDS = tuple(_KINDS)
"""The kinds of background."""
