"""What the nearest-neighbour distances of a pristine structure would be if its atoms moved: distances, no structures.

Each distance is drawn independently; the result are estimates of d_NN, not positions of atoms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms

_CANDIDATES = 20  # neighbours of an atom among which its nearest is sought in a finite structure


@dataclass(frozen=True)
class NearNeighbours:
    """Vectors (angstrom) from each atom of one species to its near neighbours of another, shape (n, 3), grouped by
    atom; `first`: where those of each atom begin.
    """

    vectors: np.ndarray
    first: np.ndarray

    def drawn(self, displacement: float, missing: float, rng: np.random.Generator, copies: int = 1) -> np.ndarray:
        """Distances (angstrom) from atoms to their nearest neighbours under a displacement (angstrom) and a share of
        missing atoms; shorter than the number of atoms, times `copies`, by those that are missing or alone.
        """
        vectors = np.tile(self.vectors, (copies, 1))
        first = (self.first + len(self.vectors) * np.arange(copies)[:, None]).ravel()
        own = np.repeat(rng.random((len(first), 3)), np.diff(first, append=len(vectors)), axis=0)
        vectors += 2.0 * displacement * (rng.random(vectors.shape) - own)
        distances = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
        distances[rng.random(len(distances)) < missing] = np.inf
        nearest = np.minimum.reduceat(distances, first)
        nearest = nearest[rng.random(len(nearest)) >= missing]
        return nearest[np.isfinite(nearest)]


def near_neighbours(atoms: Atoms, a: int, b: int, reach: float) -> NearNeighbours:
    """Neighbours of the species (atomic number) b around those of the species a, up to `reach` (angstrom) farther
    than the nearest one. Atoms without any are left out.
    """
    centres, vectors = _periodic(atoms, a, b, reach) if atoms.pbc.any() else _finite(atoms, a, b)
    distances = np.linalg.norm(vectors, axis=1)
    nearest = np.full(len(atoms), np.inf)
    np.minimum.at(nearest, centres, distances)
    near = np.flatnonzero(distances <= nearest[centres] + reach)
    near = near[np.argsort(centres[near], kind="stable")]
    return NearNeighbours(vectors[near], np.flatnonzero(np.diff(centres[near], prepend=-1)))


def _finite(atoms: Atoms, a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the centres, and vectors from them, of the closest pairs of a finite structure."""
    from scipy.spatial import cKDTree

    centres, others = np.flatnonzero(atoms.numbers == a), np.flatnonzero(atoms.numbers == b)
    count = min(_CANDIDATES, len(others))
    _, found = cKDTree(atoms.positions[others]).query(atoms.positions[centres], k=np.arange(1, count + 1))
    pairs = np.stack([np.repeat(centres, count), others[found.ravel()]])
    pairs = pairs[:, pairs[0] != pairs[1]]
    return pairs[0], atoms.positions[pairs[1]] - atoms.positions[pairs[0]]


def _periodic(atoms: Atoms, a: int, b: int, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """As `_finite`, of a periodic structure, by a cut-off within which every a-atom has a neighbour."""
    from ase.neighborlist import neighbor_list

    cut_off = 3.0
    while True:
        centres, vectors = neighbor_list("iD", atoms, {(int(a), int(b)): cut_off + reach})
        of_a = atoms.numbers[centres] == a
        centres, vectors = centres[of_a], vectors[of_a]
        close = centres[np.linalg.norm(vectors, axis=1) <= cut_off]
        if np.isin(np.flatnonzero(atoms.numbers == a), close).all():
            return centres, vectors
        cut_off *= 1.3
