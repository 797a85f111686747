"""Thermal displacements of atoms that are joined by springs: neighbours move together, as in a vibrating crystal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms

from .pairs import near_pairs

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_REACH = 1.45  # in units of the nearest-neighbour distance: springs to the second shell keep open lattices up
_KRYLOV = 50  # dimensions, in which draws of any cluster are right within a percent
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
        from scipy.sparse import bsr_matrix, identity

        n = len(atoms)
        i, j, vectors, distances = near_pairs(atoms, _REACH * unit)
        order = np.lexsort((j, i))
        directions = vectors / distances[:, None]
        tensors = (1.0 - transverse) * directions[:, :, None] * directions[:, None, :] + transverse * np.eye(3)
        tensors *= ((unit / distances) ** 4)[:, None, None]
        own = np.zeros((n, 3, 3))
        np.add.at(own, i, tensors)
        starts = np.searchsorted(i[order], np.arange(n + 1))
        apart = bsr_matrix((tensors[order], j[order], starts), shape=(3 * n, 3 * n))
        together = bsr_matrix((own, np.arange(n), np.arange(n + 1)), shape=(3 * n, 3 * n))
        stiffness = (together - apart).tocsr()
        on_site = _ON_SITE * max(float(stiffness.diagonal().mean()), 1e-9)
        self._stiffness = (stiffness + on_site * identity(3 * n)).tocsr()

    def draw(self, deviation: float, rng: np.random.Generator) -> np.ndarray:
        """Displacements, shape (n, 3), whose components have this root mean square (in its unit of length)."""
        normal = rng.standard_normal(self._stiffness.shape[0])
        moved = _root_of_inverse_times(self._stiffness, normal).reshape(-1, 3)
        moved -= moved.mean(axis=0)
        drawn: np.ndarray = moved * (deviation / np.sqrt(np.mean(moved**2)))
        return drawn


def _root_of_inverse_times(matrix: csr_matrix, vector: np.ndarray) -> np.ndarray:
    """The inverse square root of a symmetric positive matrix times a vector, in the Krylov space of both: a few dozen
    products, where a factor of the matrix takes a time that grows with the cube of its size."""
    from scipy.linalg import eigh_tridiagonal

    most = min(_KRYLOV, len(vector))
    basis, diagonal, beside = np.zeros((most, len(vector))), np.zeros(most), np.zeros(most)
    length = float(np.linalg.norm(vector))
    following, size = vector / length, 0
    for k in range(most):
        basis[k], size = following, k + 1
        following = matrix @ following
        diagonal[k] = following @ basis[k]
        for _ in range(2):  # once leaves rounding errors, which grow
            following -= basis[: k + 1].T @ (basis[: k + 1] @ following)
        beside[k] = np.linalg.norm(following)
        if beside[k] < 1e-9 * diagonal[0]:  # the space is exhausted, as that of a small crystal of few frequencies
            break
        following /= beside[k]
    values, vectors = eigh_tridiagonal(diagonal[:size], beside[: size - 1])
    found: np.ndarray = length * (basis[:size].T @ (vectors @ (vectors[0] / np.sqrt(values))))
    return found
