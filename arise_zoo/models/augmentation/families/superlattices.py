"""Crystals in which a simple lattice's sites, or stacked triangular layers, are taken in an ordered way.

Both are endless families of near relatives of the classes, drawn at random: no list of prototypes is read.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers

from ....structures.operations import random_rotation
from ....structures.pairs import closest

_VACANT = 0
FIRST = atomic_numbers["Sc"]
"""The first of the species that are drawn, which mean nothing."""

_CUBIC = {
    "sc": [[0, 0, 0]],
    "bcc": [[0, 0, 0], [0.5, 0.5, 0.5]],
    "fcc": [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]],
}
THIRDS = np.array([[0, 0], [1 / 3, 1 / 3], [2 / 3, 2 / 3]])
"""The places A, B and C of close-packed layers, as fractions of their lattice vectors."""

_AMPLITUDE = 0.04, 0.16  # of displacement waves
_BONDS = 0.72, 1.2  # between neighbouring layers, in units of the distance within a layer
_GAP = 0.5, 1.3  # more where layers are held by nothing
_CLOSEST = 0.55  # of any two atoms


def superlattice(rng: np.random.Generator) -> Atoms:
    """A cubic or hexagonal lattice with sites of the same phase in one to three static concentration waves taken by the
    same of up to three species, or vacant; often strained, or with a displacement wave. Never the whole lattice of one
    species.

    The waves are those of A. G. Khachaturyan, Prog. Mater. Sci. 22, 1 (1978): of wave vectors at special points.
    """
    while True:
        atoms, n_sites = _ordered(rng)
        if len(atoms) < n_sites or len(set(atoms.numbers)) > 1:
            return atoms


def _ordered(rng: np.random.Generator) -> tuple[Atoms, int]:
    """A cell, and the number of its sites."""
    cell, sites = _lattice(rng)
    repeats = np.full(3, rng.integers(1, 3)) if rng.random() < 0.5 else rng.integers(1, 3, size=3)
    points = np.concatenate([sites + shift for shift in np.ndindex(*repeats)])
    phases = []
    for _ in range(int(rng.integers(1, 4))):
        if len(set(repeats)) == 1 and rng.random() < 0.5:
            phases += _star(int(repeats[0]), rng)
        else:
            phases.append(rng.integers(0, 2 * repeats) / repeats)
    keys = np.round((points @ np.array(phases).T) % 1.0, 4) % 1.0
    if rng.random() < 0.5:
        keys = np.sort(keys, axis=1)
    _, kinds = np.unique(keys, axis=0, return_inverse=True)
    kinds = kinds.reshape(-1)
    species = FIRST + rng.integers(3, size=kinds.max() + 1)
    emptied = int(rng.integers(len(species)))
    if rng.random() < 0.4 and np.mean(kinds == emptied) <= 0.5:
        species[emptied] = _VACANT
    numbers = species[kinds]
    if rng.random() < 0.4:
        cell = cell @ np.diag(np.exp(0.12 * (2.0 * rng.random(3) - 1.0)))
    positions = points @ cell
    if rng.random() < 0.4:
        positions += _wave(points, repeats, rng)
    kept = numbers != _VACANT
    return Atoms(numbers[kept], positions=positions[kept], cell=cell * repeats[:, None], pbc=True), len(points)


def _wave(points: np.ndarray, repeats: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Displacements of sites, shape (n, 3), in a static wave that the cell holds."""
    phase = points @ (rng.integers(0, 2 * repeats) / repeats) + rng.random()
    amplitude = _AMPLITUDE[0] + (_AMPLITUDE[1] - _AMPLITUDE[0]) * rng.random()
    moved: np.ndarray = amplitude * np.cos(2 * np.pi * phase)[:, None] * random_rotation(rng)[0]
    return moved


def _star(repeats: int, rng: np.random.Generator) -> list[np.ndarray]:
    """A wave along an edge, a face diagonal or a body diagonal of a cube, and its equals along the other axes."""
    wave = np.zeros(3)
    wave[: int(rng.integers(1, 4))] = rng.integers(1, 2 * repeats) / repeats if repeats > 1 else 1.0
    return [np.roll(wave, turn) for turn in range(3)]


def _lattice(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Lattice vectors, shape (3, 3), and fractional coordinates of the sites."""
    kind = rng.random()
    if kind < 0.75:
        return np.eye(3), np.array(_CUBIC[("sc", "bcc", "fcc")[int(kind / 0.25)]], dtype=float)
    ratio = np.sqrt(8 / 3) if kind < 0.9 else 0.8 + 0.4 * rng.random()
    cell = np.array([[1, 0, 0], [0.5, np.sqrt(3) / 2, 0], [0, 0, ratio]])
    return cell, np.array([[0, 0, 0], [1 / 3, 1 / 3, 0.5]] if kind < 0.9 else [[0, 0, 0]], dtype=float)


def layered(rng: np.random.Generator) -> Atoms:
    """Triangular layers of one to three species at the places A, B and C of close packings, in a random sequence.

    Neighbouring layers are bonded, or lie in one plane, or are held apart by a gap.
    """
    while True:
        count = int(rng.integers(2, 7))
        places = rng.integers(3, size=count)
        species = FIRST + rng.integers(int(rng.integers(1, 4)), size=count)
        heights = np.cumsum([_rise(places[i], places[(i + 1) % count], rng) for i in range(count)])
        if rng.random() < 0.3:
            heights[-1] += _GAP[0] + (_GAP[1] - _GAP[0]) * rng.random()
        if heights[-1] < _CLOSEST:
            continue
        fractional = np.column_stack([THIRDS[places], np.concatenate([[0.0], heights[:-1]]) / heights[-1]])
        cell = np.array([[1, 0, 0], [0.5, np.sqrt(3) / 2, 0], [0, 0, heights[-1]]])
        atoms = Atoms(species, scaled_positions=fractional, cell=cell, pbc=True)
        if closest(atoms, 1.01) > _CLOSEST:  # a layer's own are at 1
            return atoms


def _rise(place: int, following: int, rng: np.random.Generator) -> float:
    """From a layer to the next, in units of the distance within a layer."""
    aside = 0.0 if place == following else 1 / np.sqrt(3)
    if aside and rng.random() < 0.12:
        return 0.0  # both in one plane, as in a honeycomb
    bond = _BONDS[0] + (_BONDS[1] - _BONDS[0]) * rng.random()
    return float(np.sqrt(bond**2 - aside**2))
