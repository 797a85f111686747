"""Random packings: atoms without any order that keep their distance."""

from __future__ import annotations

import numpy as np
from ase import Atoms

_STEPS = 400
_NEAREST = 0.85  # d_NN: what no two atoms of a packing are nearer than, as far as the density allows


def random_packing(atoms: Atoms, unit: float, rng: np.random.Generator) -> np.ndarray:
    """Positions, shape (n, 3), of the same atoms at random in the same periodic cell.

    Uniform draws are pushed apart, each pair that is nearer than `unit` (d_NN, angstrom) by part of what it lacks,
    until no pair is nearer than 0.85 of it or 400 steps are over; dense crystals then hold slightly nearer pairs.
    """
    from ase.neighborlist import primitive_neighbor_list

    cell = atoms.cell.array
    positions = rng.random((len(atoms), 3)) @ cell
    for _ in range(_STEPS):
        i, distances, vectors = primitive_neighbor_list(
            "idD", (True, True, True), cell, positions, unit, use_scaled_positions=False
        )
        if not len(i) or distances.min() > _NEAREST * unit:
            break
        # Atoms on top of each other have no direction; a draw gives them one.
        directions = np.where(distances[:, None] > 1e-9, vectors, rng.random(vectors.shape) - 0.5)
        directions /= np.maximum(np.linalg.norm(directions, axis=1), 1e-12)[:, None]
        push = -0.35 * (unit - distances)[:, None] * directions
        for axis in range(3):
            positions[:, axis] += np.bincount(i, weights=push[:, axis], minlength=len(atoms))
    result: np.ndarray = positions
    return result
