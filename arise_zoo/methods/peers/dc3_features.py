"""The 330 numbers by which DC3 describes the surroundings of an atom, and its coherence factor.

Both are defined in H. W. Chung, R. Freitas, G. Cheon, E. J. Reed, Phys. Rev. Mater. 6, 043801 (2022); the settings are
those of the authors' scripts. Lengths are relative to distances to neighbours, so that the unit does not matter.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from ase import Atoms

from .neighbours import Neighbours, nearest_neighbours

NEAREST = tuple(range(2, 17))
"""Numbers of nearest neighbours over which bond-order parameters and mean distances are taken."""
ORDERS = tuple(range(1, 16))
"""The l of the Steinhardt parameters."""
RADII = (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15)
"""Centres of the radial symmetry functions, in units of the mean distance to the nearest neighbours."""
WIDTH = 0.05
"""Standard deviation of these functions, in the same units."""
COHERENT_ORDERS = (4, 6, 8, 12)
N_FEATURES = len(NEAREST) * (len(ORDERS) + len(RADII))

_SEARCHED = 48  # a radial function ends at 1.35 mean distances to 16 neighbours, within which there are fewer
_AT_ONCE = 512  # atoms


class Surroundings(NamedTuple):
    """`features`, shape (n_atoms, 330), and `coherence`, shape (n_atoms,), at most 1; NaN for atoms with fewer than 16
    neighbours or with one at the same place."""

    features: np.ndarray
    coherence: np.ndarray


def surroundings(atoms: Atoms) -> Surroundings:
    """Features and coherence of every atom.

    The first 225 features are Steinhardt's q_l, l from 1 to 15, over the nearest 2, over the nearest 3, and so on to
    16; the other 105 are seven radial symmetry functions for each of these numbers of neighbours.
    """
    neighbours = nearest_neighbours(atoms, _SEARCHED)
    complete = np.isfinite(neighbours.distances[:, NEAREST[-1] - 1]) & (neighbours.distances[:, 0] > 0)
    features = np.full((len(atoms), N_FEATURES), np.nan)
    harmonics = np.zeros((len(atoms), sum(2 * l + 1 for l in COHERENT_ORDERS)))
    chosen = np.flatnonzero(complete)
    for start in range(0, len(chosen), _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        orders, means = _bond_order(neighbours, some)
        features[some] = np.column_stack([orders, _radial(neighbours.distances[some])])
        harmonics[some] = means
    coherence = np.full(len(atoms), np.nan)
    others = neighbours.indices[:, : NEAREST[-1]]
    lengths = np.linalg.norm(harmonics, axis=1, keepdims=True)
    harmonics /= np.where(lengths > 0, lengths, 1.0)
    for start in range(0, len(chosen), _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        coherence[some] = np.einsum("ic,ijc->ij", harmonics[some], harmonics[others[some]]).mean(axis=1)
    return Surroundings(features, coherence)


def _bond_order(neighbours: Neighbours, some: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """q_l for every number of neighbours, and the mean harmonics of the coherence factor over the most neighbours."""
    most = NEAREST[-1]
    vectors = neighbours.vectors[some, :most]
    harmonics = _harmonics(vectors / neighbours.distances[some, :most, None])
    means = np.cumsum(harmonics, axis=1) / np.arange(1, most + 1)[:, None]
    squares = means[:, NEAREST[0] - 1 :] ** 2
    starts = [l * l for l in ORDERS]
    sums = np.add.reduceat(squares, starts, axis=2)
    orders = np.sqrt(4 * np.pi / (2 * np.array(ORDERS) + 1) * sums)
    kept = np.concatenate([np.arange(l * l, (l + 1) ** 2) for l in COHERENT_ORDERS])
    return orders.reshape(len(some), -1), means[:, -1, kept]


def _radial(distances: np.ndarray) -> np.ndarray:
    """Radial symmetry functions, shape (n, 105), from sorted distances, shape (n, n_neighbours)."""
    found = []
    for n in NEAREST:
        scale = distances[:, :n].mean(axis=1)
        relative = distances[:, :, None] / scale[:, None, None] - np.array(RADII)
        found.append(np.exp(-(relative**2) / (2 * WIDTH**2)).sum(axis=1))
    return np.concatenate(found, axis=1)


def _harmonics(directions: np.ndarray) -> np.ndarray:
    """Real spherical harmonics to l = 15, shape (..., 256), in the order l^2 + l + m, of unit vectors (..., 3)."""
    l_max = ORDERS[-1]
    x, y, z = np.moveaxis(directions, -1, 0)
    diagonal, step, back = _coefficients(l_max)
    found = np.empty((*x.shape, (l_max + 1) ** 2))
    real, imaginary = np.ones_like(x), np.zeros_like(x)
    for m in range(l_max + 1):
        below, legendre = np.zeros_like(z), np.full_like(z, diagonal[m])
        for l in range(m, l_max + 1):
            if l > m:
                below, legendre = legendre, step[l, m] * z * legendre - back[l, m] * below
            found[..., l * l + l + m] = legendre * real
            if m:
                found[..., l * l + l - m] = legendre * imaginary
        real, imaginary = x * real - y * imaginary, x * imaginary + y * real
    return found


@lru_cache(maxsize=1)
def _coefficients(l_max: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from ...descriptors.harmonics import recursion

    return recursion(l_max)
