"""Thermal displacements of atoms that are joined by springs: neighbours move together, as in a vibrating crystal."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from .pairs import near_pairs

_REACH = 1.45  # in units of the nearest-neighbour distance: springs to the second shell keep open lattices up
_ON_SITE = 0.005  # of the mean stiffness: bounds the longest waves, which no box holds


class Springs:
    """Normal modes of a structure whose atoms are joined by springs, drawn from as in thermal equilibrium.

    A spring between atoms at distance r resists stretching with (unit / r)^4, and shear with `transverse` of that. It
    stands for no material; it makes displacements correlated, larger at surfaces and soft where a lattice is soft.

    Parameters
    ----------
    atoms : ase.Atoms
        The structure at rest.
    unit : float
        Its nearest-neighbour distance (angstrom).
    transverse : float
        Stiffness against shear over that against stretching.
    """

    def __init__(self, atoms: Atoms, unit: float, transverse: float = 0.1):
        n = len(atoms)
        i, j, vectors, distances = near_pairs(atoms, _REACH * unit)
        directions = vectors / distances[:, None]
        tensors = (1.0 - transverse) * directions[:, :, None] * directions[:, None, :] + transverse * np.eye(3)
        tensors *= ((unit / distances) ** 4)[:, None, None]
        blocks = np.zeros((n, n, 3, 3))
        np.add.at(blocks, (i, j), -tensors)
        np.add.at(blocks, (i, i), tensors)
        stiffness = blocks.transpose(0, 2, 1, 3).reshape(3 * n, 3 * n)
        diagonal = np.einsum("ii->i", stiffness)
        diagonal += _ON_SITE * max(float(diagonal.mean()), 1e-9)
        self._factor = np.linalg.cholesky(stiffness.astype(np.float32))  # half the time; draws need no more digits

    def draw(self, deviation: float, rng: np.random.Generator) -> np.ndarray:
        """Displacements, shape (n, 3), whose components have this root mean square (in its unit of length)."""
        from scipy.linalg import solve_triangular

        normal = rng.standard_normal(len(self._factor)).astype(np.float32)
        moved = solve_triangular(self._factor, normal, lower=True, trans="T").reshape(-1, 3).astype(float)
        moved -= moved.mean(axis=0)
        drawn: np.ndarray = moved * (deviation / np.sqrt(np.mean(moved**2)))
        return drawn
