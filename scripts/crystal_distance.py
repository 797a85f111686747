"""How far two crystals are apart, and which class is nearest, for `variants.py`.

The distance compares average minimum distances (D. Widdowson et al., MATCH Commun. Math. Comput. Chem. 87, 529 (2022)),
kept apart by species: for each ordered pair of species, the mean distance of an atom of the one to its k-th neighbour
of the other. It is continuous in lattice and coordinates and depends neither on the choice of cell nor on the unit of
length. StructureMatcher's root mean square would not do, because it ignores the lattice: any two crystals of one atom a
cell are 0 apart.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import spglib
from ase import Atoms
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from scipy.spatial import cKDTree

from arise_zoo.prototypes import Prototype, load_prototypes

MATCHER = StructureMatcher(ltol=0.2, stol=0.3, angle_tol=5)
SYMPREC = 1e-3  # angstrom; finds the space group that the table lists for each class
NEIGHBOURS = 48
LAYER_GAP = 3.5  # angstrom between the layers of a monolayer when it is compared; a vacuum would loosen the matcher


def space_group(atoms: Atoms) -> int:
    """Number of the space group."""
    found = spglib.get_symmetry_dataset((atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers), SYMPREC)
    return int(found.number) if found else 0


@dataclass(frozen=True)
class Crystal:
    """A cell with what is compared of it; `layer` is the height of its cell if it is a monolayer, else None."""

    atoms: Atoms
    layer: float | None = None

    @property
    def counts(self) -> tuple[int, ...]:
        """Numbers of atoms of each species in the reduced formula, sorted."""
        counts = np.unique(self.atoms.numbers, return_counts=True)[1]
        return tuple(sorted((counts // np.gcd.reduce(counts)).tolist()))

    @cached_property
    def structure(self) -> Structure:
        """As pymatgen's structure; of a monolayer, layers stacked with a gap."""
        atoms = self.atoms.copy()
        if self.layer is not None:
            atoms.cell[2] *= self.layer / np.linalg.norm(atoms.cell[2])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return AseAtomsAdaptor.get_structure(atoms)

    @cached_property
    def neighbours(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean distances (n species, n species, NEIGHBOURS), shares of species, and the number that counts for each."""
        atoms, reach = self.atoms, 0.0
        species, counts = np.unique(atoms.numbers, return_counts=True)
        shares = counts / len(atoms)
        wanted = np.maximum(3, np.ceil(NEIGHBOURS * shares)).astype(int)
        directions = 2 if self.layer is not None else 3
        volume = abs(atoms.cell.volume) if self.layer is None else _area(atoms)
        unit = (volume / len(atoms)) ** (1 / directions)
        reach = unit * (NEIGHBOURS * 2.5) ** (1 / directions) + (thickness(atoms) if self.layer is not None else 0.0)
        while True:
            table = self._table(species, wanted, reach)
            if np.isfinite(table).sum() == len(species) * wanted.sum():
                return table, shares, wanted
            reach *= 1.4

    def _table(self, species: np.ndarray, wanted: np.ndarray, reach: float) -> np.ndarray:
        positions, numbers = _images(self.atoms, reach, self.layer is not None)
        table = np.full((len(species), len(species), wanted.max()), np.inf)
        for j, other in enumerate(species):
            tree = cKDTree(positions[numbers == other])
            for i, one in enumerate(species):
                ranks = np.arange(1, wanted[j] + 1) + (i == j)  # the first of its own species is the atom itself
                found = tree.query(self.atoms.positions[self.atoms.numbers == one], ranks)[0]
                table[i, j, : wanted[j]] = np.where(found < reach, found, np.inf).mean(axis=0)
        return table


def _area(atoms: Atoms) -> float:
    return float(np.linalg.norm(np.cross(atoms.cell[0], atoms.cell[1])))


def thickness(atoms: Atoms) -> float:
    """Extent along the third lattice vector, which stands upright on a monolayer."""
    return float(np.ptp(atoms.positions @ atoms.cell.array[2]) / np.linalg.norm(atoms.cell.array[2]))


def _images(atoms: Atoms, reach: float, flat: bool) -> tuple[np.ndarray, np.ndarray]:
    heights = 1 / np.linalg.norm(np.linalg.inv(atoms.cell.array), axis=0)
    span = np.ptp(atoms.get_scaled_positions(wrap=False), axis=0)
    numbers = np.ceil(reach / heights + span).astype(int)
    if flat:
        numbers[2] = 0
    shifts = np.array(list(itertools.product(*(range(-n, n + 1) for n in numbers)))) @ atoms.cell.array
    positions = (shifts[:, None] + atoms.positions).reshape(-1, 3)
    low, high = atoms.positions.min(axis=0) - reach, atoms.positions.max(axis=0) + reach
    near = ((positions >= low) & (positions <= high)).all(axis=1)
    return positions[near], np.tile(atoms.numbers, len(shifts))[near]


def distance(one: Crystal, other: Crystal) -> float:
    """Root mean square difference of distances to neighbours, relative to their mean; the species may be any.

    Of the ways to pair the species of both, those with the same share, the best counts. Infinite if there is none.
    """
    ours, shares, wanted = one.neighbours
    theirs, their_shares, _ = other.neighbours
    if len(shares) != len(their_shares):
        return np.inf
    best = np.inf
    for order in itertools.permutations(range(len(shares))):
        if not np.allclose(shares, their_shares[list(order)], atol=1e-6):
            continue
        paired = theirs[np.ix_(order, order)]
        squares, weights = 0.0, 0.0
        scale, their_scale = _mean_distance(ours, shares, wanted), _mean_distance(paired, shares, wanted)
        for i, j in np.ndindex(len(shares), len(shares)):
            difference = ours[i, j, : wanted[j]] / scale - paired[i, j, : wanted[j]] / their_scale
            squares += shares[i] * shares[j] * float(np.mean(difference**2))
            weights += shares[i] * shares[j]
        best = min(best, np.sqrt(squares / weights))
    return float(best)


def _mean_distance(table: np.ndarray, shares: np.ndarray, wanted: np.ndarray) -> float:
    n = len(shares)
    return float(sum(shares[i] * shares[j] * table[i, j, : wanted[j]].mean() for i in range(n) for j in range(n)))


class Classes:
    """The classes that have a periodic form, to be compared with."""

    def __init__(self) -> None:
        self.prototypes: dict[str, Prototype] = {p.id: p for p in load_prototypes() if p.is_periodic}
        self.crystals: Mapping[str, Crystal] = {
            p.id: Crystal(cell := p.build(), thickness(cell) + LAYER_GAP if is_layer(p) else None)
            for p in self.prototypes.values()
        }
        self._alike: dict[tuple[str, str], bool] = {}

    def crystal_of(self, class_id: str, atoms: Atoms) -> Crystal:
        """A variant of a class, to be compared with classes; a gap between layers is scaled as the layer is."""
        own = self.crystals[class_id]
        return Crystal(atoms, None if own.layer is None else own.layer * np.sqrt(_area(atoms) / _area(own.atoms)))

    def rivals(self, class_id: str) -> list[str]:
        """Other classes that decoration does not tell from this one: of the same kind of formula and dimension."""
        own = self.crystals[class_id]
        return [
            other
            for other, crystal in self.crystals.items()
            if other != class_id and crystal.counts == own.counts and (crystal.layer is None) == (own.layer is None)
        ]

    def is_nearest(self, class_id: str, crystal: Crystal) -> bool:
        """Whether no rival is as near as the class."""
        own = distance(crystal, self.crystals[class_id])
        return all(own < distance(crystal, self.crystals[other]) for other in self.rivals(class_id))

    def strangers(self, class_id: str, crystal: Crystal) -> list[str]:
        """Rivals that pymatgen calls the same as a crystal, but not the same as its class, whatever the species."""
        return [
            other
            for other in self.rivals(class_id)
            if not self._are_alike(class_id, other)
            and MATCHER.fit_anonymous(crystal.structure, self.crystals[other].structure)
        ]

    def _are_alike(self, one: str, other: str) -> bool:
        pair = (min(one, other), max(one, other))
        if pair not in self._alike:
            a, b = (self.crystals[name].structure for name in pair)
            self._alike[pair] = bool(MATCHER.fit_anonymous(a, b))
        return self._alike[pair]


def is_layer(prototype: Prototype) -> bool:
    """Whether it is a monolayer."""
    return sum(prototype.repetitions) == 2
