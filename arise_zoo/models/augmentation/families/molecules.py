"""Molecules and cages, alone or on a lattice: neither a crystal of atoms nor disordered.

Drawn at random: no list of molecules is read.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ....structures.operations import random_rotation
from .superlattices import FIRST

_BOND = 1.0
_SPREAD = 1.6, 2.8  # between the surfaces of neighbouring molecules, in bonds
_BASES = (
    np.zeros((1, 3)),
    np.array([[0, 0, 0], [0.5, 0.5, 0.5]]),
    np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]),
)
_MOST = 300  # atoms of a crystal of molecules, at most


def molecules(rng: np.random.Generator) -> Atoms:
    """A cage, or a crystal of cages or small molecules, each turned as it likes or all alike; bonds have length 1."""
    if rng.random() < 0.5:
        molecule = cage(rng)
        if rng.random() < 0.6:
            return molecule
    else:
        molecule = _small(rng)
    return _on_lattice(molecule, rng)


def cage(rng: np.random.Generator) -> Atoms:
    """Atoms of three bonds each on a closed surface: the corners between points spread over a sphere or spheroid."""
    from scipy.spatial import SphericalVoronoi

    points = _spread(int(rng.integers(14, 60)), rng)
    corners = SphericalVoronoi(points).vertices
    for _ in range(8):  # corners between irregular cells lie too near to each other
        corners = _relaxed(corners)
    corners *= np.array([1.0, 1.0, np.exp(0.4 * rng.random())])
    corners *= _BOND / np.median(_nearest(corners))
    species = rng.integers(2, size=len(corners)) if rng.random() < 0.2 else np.zeros(len(corners), int)
    return Atoms(FIRST + species, positions=corners)


def _spread(count: int, rng: np.random.Generator) -> np.ndarray:
    """Points on the unit sphere that have pushed each other apart, some less than others."""
    points = rng.standard_normal((count, 3))
    points /= np.linalg.norm(points, axis=1)[:, None]
    for _ in range(int(rng.integers(20, 80))):
        vectors = points[:, None] - points[None]
        squares = np.einsum("ijk,ijk->ij", vectors, vectors) + np.eye(count)
        points += 0.3 / count * (vectors / squares[..., None] ** 1.5).sum(axis=1)
        points /= np.linalg.norm(points, axis=1)[:, None]
    return points


def _relaxed(corners: np.ndarray) -> np.ndarray:
    """The corners on the unit sphere, each a step towards being as far from its three neighbours as all are."""
    from scipy.spatial import cKDTree

    distances, found = cKDTree(corners).query(corners, k=4)
    wanted = np.median(distances[:, 1:])
    vectors = corners[:, None] - corners[found[:, 1:]]
    stretch = (wanted / np.maximum(distances[:, 1:], 1e-6) - 1.0)[..., None]
    moved = corners + 0.2 * (stretch * vectors).sum(axis=1)
    relaxed: np.ndarray = moved / np.linalg.norm(moved, axis=1)[:, None]
    return relaxed


def _nearest(positions: np.ndarray) -> np.ndarray:
    from scipy.spatial import cKDTree

    distances: np.ndarray = cKDTree(positions).query(positions, k=2)[0][:, 1]
    return distances


def _small(rng: np.random.Generator) -> Atoms:
    """Two to eight atoms of one to three species, bonded one to another at random."""
    positions = [np.zeros(3)]
    for _ in range(int(rng.integers(1, 8))):
        for _ in range(50):
            point = positions[int(rng.integers(len(positions)))] + random_rotation(rng)[0] * _BOND
            if np.linalg.norm(np.array(positions) - point, axis=1).min() > 0.95 * _BOND:
                positions.append(point)
                break
    species = rng.integers(int(rng.integers(1, 4)), size=len(positions))
    return Atoms(FIRST + species, positions=np.array(positions))


def _on_lattice(molecule: Atoms, rng: np.random.Generator) -> Atoms:
    """The molecule at the points of a cubic lattice, as far apart as their sizes and a gap ask for."""
    molecule.positions -= molecule.positions.mean(axis=0)
    size = 2.0 * np.linalg.norm(molecule.positions, axis=1).max()
    apart = 0.85 * size + _SPREAD[0] + (_SPREAD[1] - _SPREAD[0]) * rng.random()
    points = _BASES[int(rng.integers(3))]
    side = apart * {1: 1.0, 2: 2 / np.sqrt(3), 4: np.sqrt(2)}[len(points)]
    copies = 1
    while len(points) * (copies + 1) ** 3 * len(molecule) <= _MOST:
        copies += 1
    is_turned = rng.random() < 0.6
    positions = []
    for shift in np.ndindex(copies, copies, copies):
        for point in points:
            rotation = random_rotation(rng) if is_turned else np.eye(3)
            positions.append(molecule.positions @ rotation + (point + shift) * side)
    count = len(positions)
    numbers = np.tile(molecule.numbers, count)
    return Atoms(numbers, positions=np.concatenate(positions), cell=[side * copies] * 3, pbc=True)
