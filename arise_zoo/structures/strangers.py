"""Crystals of random symmetry: periodic, ordered, and of no known prototype except by accident."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from ase import Atoms
from ase.geometry import cellpar_to_cell

_DISTANCE = 2.5  # angstrom, between nearest atoms
_MOST_ATOMS = 24
_SPACE = 0.5, 3.2  # volume of an atom in cubed nearest-neighbour distances: from dense to as open as a layer
_SPECIAL = np.array([0.0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4])
_N_HALL = 530


def random_crystal(rng: np.random.Generator) -> Atoms:
    """A cell of at most 24 atoms with a random space group, lattice, and one to three orbits of one to three species.

    Coordinates are special ones with even odds, so that small orbits are not rare. Draws are repeated until atoms are
    neither on top of each other nor lonely.
    """
    while True:
        rotations, translations = _operations(int(rng.integers(1, _N_HALL + 1)))
        cell = _lattice(rotations, rng)
        positions, numbers = [], []
        for _ in range(int(rng.integers(1, 4))):
            point = np.where(rng.random(3) < 0.5, _SPECIAL[rng.integers(len(_SPECIAL), size=3)], rng.random(3))
            orbit = _unique((rotations @ point + translations) % 1.0)
            positions.append(orbit)
            numbers += [21 + int(rng.integers(3))] * len(orbit)
        fractional = np.concatenate(positions)
        if len(fractional) > _MOST_ATOMS:
            continue
        atoms = Atoms(numbers, scaled_positions=fractional, cell=cell, pbc=True)
        nearest = _nearest(atoms)
        volume = abs(atoms.cell.volume) / len(atoms) / nearest**3 if nearest > 0 else np.inf
        if _SPACE[0] < volume < _SPACE[1]:
            atoms.set_cell(atoms.cell * (_DISTANCE / nearest), scale_atoms=True)
            return atoms


@lru_cache(maxsize=_N_HALL)
def _operations(hall_number: int) -> tuple[np.ndarray, np.ndarray]:
    import spglib

    found = spglib.get_symmetry_from_database(hall_number)
    assert found is not None  # of numbers from 1 to 530
    return found["rotations"].astype(float), found["translations"]


def _lattice(rotations: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lattice vectors (rows) that the rotations leave as they are: a random metric, averaged over the group."""
    lengths, angles = 1.0 + 1.2 * rng.random(3), 65.0 + 50.0 * rng.random(3)
    vectors = np.array(cellpar_to_cell([*lengths, *angles]))
    metric = np.mean([r.T @ vectors @ vectors.T @ r for r in rotations], axis=0)
    lattice: np.ndarray = np.linalg.cholesky(metric)
    return lattice


def _unique(points: np.ndarray) -> np.ndarray:
    kept: list[np.ndarray] = []
    for point in points:
        if not kept or np.abs((point - np.array(kept) + 0.5) % 1.0 - 0.5).max(axis=1).min() >= 1e-3:
            kept.append(point)
    return np.array(kept)


def _nearest(atoms: Atoms) -> float:
    """The shortest distance between atoms, images included (in units of the cell)."""
    shifts = np.array(list(np.ndindex(3, 3, 3))) - 1.0
    vectors = atoms.positions[None, :, None] - atoms.positions[:, None, None] + (shifts @ atoms.cell.array)[None, None]
    distances = np.linalg.norm(vectors, axis=-1)
    distances[np.arange(len(atoms)), np.arange(len(atoms)), 13] = np.inf
    return float(distances.min())
