"""Close packings whose holes are filled in part, in an ordered way: the family of corundum, spinel and many others.

Drawn at random: no list of prototypes is read.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ....structures.pairs import closest
from .superlattices import FIRST, THIRDS

_IN_PLANE = (
    np.array([[1, 0], [0, 1]]),
    np.array([[2, 0], [0, 1]]),
    np.array([[1, 1], [-1, 2]]),
    np.array([[2, 0], [0, 2]]),
)
"""Cells of one to four sites, in lattice vectors of a triangular layer."""
_RISE = np.sqrt(2 / 3)  # from layer to layer, in units of the distance within one
_SHARES = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4)
_STRAIN, _OFF_SITE = 0.06, 0.05
_CLOSEST = 0.5  # of any two atoms, in units of the distance within a layer


def filled_packing(rng: np.random.Generator) -> Atoms:
    """Close-packed layers of one species, with octahedral or tetrahedral holes between them taken by one or two others.

    Every hole of the cell is filled or not by a draw of its own, around a share that was drawn first; often strained
    along the stacking, with the atoms in holes moved off their middle.
    """
    while True:
        atoms = _drawn(rng)
        if closest(atoms, _CLOSEST) >= _CLOSEST:
            return atoms


def _drawn(rng: np.random.Generator) -> Atoms:
    places = _stacking(rng)
    cell = _IN_PLANE[int(rng.integers(len(_IN_PLANE)))]
    sites = _sites_of(cell)
    kind = rng.random()
    holes = _holes(places, octahedral=kind < 0.7, tetrahedral=kind > 0.6)
    points = np.array([[*(site + THIRDS[place]), layer] for layer, place in enumerate(places) for site in sites])
    centres = np.array([[*(site + hole[:2]), hole[2]] for hole in holes for site in sites])
    share = _SHARES[int(rng.integers(len(_SHARES)))]
    filled = np.zeros(len(centres), bool)
    while not filled.any():
        filled = rng.random(len(centres)) < share
    species = FIRST + 1 + rng.integers(int(rng.integers(1, 3)), size=int(filled.sum()))
    numbers = np.concatenate([np.full(len(points), FIRST), species])
    rise = _RISE * np.exp(_STRAIN * rng.standard_normal())
    vectors = np.array([[1, 0, 0], [0.5, np.sqrt(3) / 2, 0], [0, 0, rise]])
    moved = _OFF_SITE * rng.standard_normal((int(filled.sum()), 3)) * (rng.random() < 0.5)
    positions = np.concatenate([points @ vectors, centres[filled] @ vectors + moved])
    box = np.zeros((3, 3))
    box[:2, :2], box[2, 2] = cell, len(places)
    return Atoms(numbers, positions=positions, cell=box @ vectors, pbc=True)


def _stacking(rng: np.random.Generator) -> list[int]:
    """Two to four layers at the places A, B and C, neighbours at different ones, also across the end."""
    while True:
        places = [0]
        for _ in range(int(rng.integers(1, 4))):
            places.append(int((places[-1] + rng.integers(1, 3)) % 3))
        if places[-1] != places[0]:
            return places


def _sites_of(cell: np.ndarray) -> np.ndarray:
    """The lattice points of a layer that lie in one of these cells."""
    points = np.array([[i, j] for i in range(-2, 4) for j in range(-2, 4)])
    inside = points @ np.linalg.inv(cell) + 1e-9
    return points[((inside >= 0) & (inside < 1)).all(axis=1)]


def _holes(places: list[int], *, octahedral: bool, tetrahedral: bool) -> list[list[float]]:
    """One hole of each kind between neighbouring layers: place in the plane, and height in layers."""
    holes = []
    for layer, place in enumerate(places):
        following = places[(layer + 1) % len(places)]
        third = 3 - place - following
        if octahedral:
            holes.append([*THIRDS[third], layer + 0.5])
        if tetrahedral:
            holes += [[*THIRDS[following], layer + 0.25], [*THIRDS[place], layer + 0.75]]
    return holes
