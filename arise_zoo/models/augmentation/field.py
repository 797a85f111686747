"""Structures as one meets them, to train on: heat with neighbours that move together, vacancies, impurities, foreign
atoms, strain, surfaces, small clusters, random alloys.

All follow from a class, a number and a seed that is not the benchmark's, so that none of the benchmark can be among
them. No molecular dynamics is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...descriptors import first_peak_distance
from ...prototypes import Prototype, class_ids, get_prototype
from ...prototypes.replication import replicated
from ...prototypes.supercells import displacement_unit
from ...structures import displace, remove_atoms
from ...structures.operations import deformed, random_rotation, shaken
from ...structures.springs import Springs
from .shapes import random_shape
from .variations import mixed_cell

FIELD_SEED = 3
"""Base seed of these structures."""

_SIZES = (0.65, 0.25, 0.10)  # how often each supercell of a class is taken, smallest first
_LEAST_ATOMS = 24
_FARTHER = 0.4  # of the way to the last cell that is still the class


@dataclass(frozen=True)
class FieldStructure:
    """A structure of a class: `variant` decides, with the seed, everything else.

    `alloy`: all atoms are of species drawn at random, two to six of them, wherever they sit. `kind`: `"field"`, a piece
    that suffered anything, or `"varied"`, a whole supercell of other free parameters that suffered hardly anything.
    """

    class_id: str
    variant: int
    alloy: bool = False
    kind: str = "field"
    seed: int = FIELD_SEED

    @property
    def id(self) -> str:
        """Readable and unique among structures of one seed; never that of a `StructureSpec`."""
        return f"{self.class_id}/{self.kind}{'-alloy' if self.alloy else ''}/{self.variant}"

    def build(self) -> Atoms:
        """The structure."""
        return _MAKERS[self.kind](get_prototype(self.class_id), rng_for(self.seed, self.id), self.alloy)


def disturbed(prototype: Prototype, rng: np.random.Generator, alloy: bool = False) -> Atoms:
    """A structure of a class as one meets it; `alloy`: all species at random."""
    k = supercell_size(prototype, rng)
    atoms = random_shape(prototype, k, displacement_unit(prototype, k), rng)
    unit = first_peak_distance(atoms)
    missing = 0.6 * rng.random() ** 1.6 if rng.random() < 0.45 else 0.0
    share = 0.25 * rng.random() ** 1.4 if rng.random() < 0.4 else 0.0
    added = 0.06 * rng.random() if rng.random() < 0.25 else 0.0
    strain = 0.05 * rng.random() if rng.random() < 0.35 else 0.0
    # Very much at once leaves nothing to recognise.
    heat = 1.0 - 0.6 * max(missing - 0.3, 0.0) / 0.3
    if alloy:
        atoms = _alloyed(atoms, rng)
    elif share:
        atoms = _substituted(atoms, share, rng)
    atoms = heated(atoms, unit, heat, rng)
    if missing and len(atoms) * (1 - missing) >= _LEAST_ATOMS:
        atoms = remove_atoms(atoms, missing, rng)
    if added:
        atoms = _with_added(atoms, max(1, round(added * len(atoms))), unit, rng)
    if strain:
        atoms = deformed(atoms, _strained(strain, rng))
    return atoms


def supercell_size(prototype: Prototype, rng: np.random.Generator) -> int:
    """One of the sizes of its supercells, small ones more often than large ones, which take long."""
    sizes = prototype.supercell_sizes
    return sizes[int(rng.choice(len(sizes), p=np.array(_SIZES[: len(sizes)]) / sum(_SIZES[: len(sizes)])))]


def varied(prototype: Prototype, rng: np.random.Generator, alloy: bool = False) -> Atoms:
    """A whole supercell of other free parameters, half of them slightly displaced."""
    k = supercell_size(prototype, rng)
    unit = displacement_unit(prototype, k)
    atoms = mixed_cell(prototype, rng, nearest=_FARTHER)
    atoms = replicated(atoms, prototype.repetitions_of(k), periodic=rng.random() < 0.6)
    if alloy:
        atoms = _alloyed(atoms, rng)
    if rng.random() < 0.5:
        atoms = displace(atoms, 0.05 * rng.random(), unit, rng)
    return atoms


_MAKERS = {"field": disturbed, "varied": varied}


def _alloyed(atoms: Atoms, rng: np.random.Generator) -> Atoms:
    shares = alloy_shares(rng)
    atoms.numbers = 21 + rng.choice(len(shares), size=len(atoms), p=shares)
    return atoms


def alloy_shares(rng: np.random.Generator) -> np.ndarray:
    """Shares of the species of a random alloy, two to six of them."""
    return rng.dirichlet(np.full(int(rng.integers(2, 7)), 1.5))


def _substituted(atoms: Atoms, share: float, rng: np.random.Generator) -> Atoms:
    """A share of the atoms, at least one, of another species: of the structure's own, or foreign."""
    chosen = rng.permutation(len(atoms))[: max(1, round(share * len(atoms)))]
    species = np.unique(atoms.numbers)
    foreign = [int(z) for z in (90 + np.arange(1 + int(rng.integers(2)))) if z not in species]
    pool = np.concatenate([species, foreign]) if len(species) == 1 or rng.random() < 0.3 else species
    for i in chosen:
        others = pool[pool != atoms.numbers[i]]
        atoms.numbers[i] = others[int(rng.integers(len(others)))]
    return atoms


def heated(atoms: Atoms, unit: float, most: float, rng: np.random.Generator) -> Atoms:
    """The atoms displaced at random, by draws of their own or together with their neighbours, or at rest.

    `most`: how far, as a share of the farthest.
    """
    kind, amount, stiffness = rng.random(3)
    if kind < 0.12:
        return atoms
    if kind < 0.35:
        return displace(atoms, 0.13 * most * amount**0.7, unit, rng)
    if kind < 0.55:
        return shaken(atoms, 0.095 * most * amount**0.7 * unit, rng)
    springs = Springs(atoms, unit, 0.02 * 25.0**stiffness)
    atoms.positions += springs.draw(0.11 * most * amount**0.7 * unit, rng)
    if rng.random() < 0.3:
        atoms = shaken(atoms, 0.03 * rng.random() * unit, rng)
    return atoms


def _with_added(atoms: Atoms, count: int, unit: float, rng: np.random.Generator) -> Atoms:
    """Atoms more, each beside a random one, where there is room for it."""
    cell, pbc = atoms.cell.array, atoms.pbc.all()
    inverse = np.linalg.inv(cell) if pbc else None
    positions, numbers = list(atoms.positions), list(atoms.numbers)
    for _ in range(count):
        best, place = -1.0, positions[0]
        for _ in range(40):
            direction = random_rotation(rng)[0]
            point = positions[int(rng.integers(len(positions)))] + direction * unit * (0.6 + 0.4 * rng.random())
            difference = np.array(positions) - point
            if inverse is not None:
                difference -= np.rint(difference @ inverse) @ cell
            room = float(np.linalg.norm(difference, axis=1).min())
            if room > best:
                best, place = room, point
            if room > 0.58 * unit:
                break
        positions.append(place)
        numbers.append(numbers[int(rng.integers(len(atoms)))])
    return Atoms(numbers, positions=positions, cell=atoms.cell, pbc=atoms.pbc)


def _strained(most: float, rng: np.random.Generator) -> np.ndarray:
    """A deformation gradient: strains up to `most`, of random size along three random directions."""
    axes = random_rotation(rng)
    strains = np.array([1.0, *(2.0 * rng.random(2) - 1.0)]) * most * (1.0 if rng.random() < 0.5 else -1.0)
    gradient: np.ndarray = np.eye(3) + (axes.T * strains) @ axes
    return gradient


@lru_cache(maxsize=1)
def alloy_classes() -> tuple[str, ...]:
    """The classes of one species in bulk, whose lattices random alloys have."""
    return tuple(c for c in class_ids() if get_prototype(c).group == "elemental")
