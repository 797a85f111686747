"""The pairs of near atoms of a crystal at rest, each moved or left out by itself: what heat and vacancies do to a
descriptor, without displacing or removing any atom.

A descriptor and its length scale are sums over pairs. Moving every pair by a draw of its own gives sums as blurred as
those of a hot crystal, with some of their noise, from the perfect crystal alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms

from ...descriptors import first_peak_distance
from ...descriptors.first_peak import REACH, first_peak_among
from ...descriptors.neighbours import usual_distance
from ...structures.pairs import near_pairs

_SPARE = 1.05  # a first peak that moves farther than that needs pairs from farther away
_DRAWN = 2  # times: the pairs of one atom move together, so that their sums scatter less than those of as many draws
_MOST_TOGETHER = 0.9


@dataclass(frozen=True)
class Disturbance:
    """What is done to pairs: `apart`, the largest component of each atom's own displacement, drawn uniformly; `heat`,
    the standard deviation of those of a vibrating crystal (both in units of the first peak); `together`, how much
    neighbours at the first peak move together then, which falls off as 1 / r as in an elastic body; `missing`, the
    share of missing atoms; `stays_like` and `becomes_like`, the shares of like and of unlike pairs that are like once
    species were exchanged."""

    apart: float = 0.0
    heat: float = 0.0
    together: float = 0.0
    missing: float = 0.0
    stays_like: float = 1.0
    becomes_like: float = 0.0


class LoosePairs:
    """The pairs of a crystal at rest, up to `reach` first peaks.

    Parameters
    ----------
    atoms : ase.Atoms
        The crystal.
    reach : float
        Cut-off of the descriptor, in units of the first peak.
    """

    def __init__(self, atoms: Atoms, reach: float):
        self._atoms, self._reach = atoms, reach
        self.peak = first_peak_distance(atoms)
        self._far = max(reach, 2.0 * REACH) * _SPARE * self.peak
        self._find()

    def _find(self) -> None:
        found = near_pairs(self._atoms, self._far)
        self._once = len(found[0])
        self._centres, other, self._vectors, self._distances = (np.concatenate([of] * _DRAWN) for of in found)
        _, species, self._counts = np.unique(self._atoms.numbers, return_inverse=True, return_counts=True)
        self._of_centre, self._of_other = species[self._centres], species[other]
        self._is_like = self._of_centre == self._of_other

    def drawn(self, disturbance: Disturbance, rng: np.random.Generator) -> tuple[tuple[np.ndarray, np.ndarray], float]:
        """Moved pairs of like and of unlike atoms, of shape (n, 4) as `Points.like_and_unlike_pairs` gives them but
        either way round, and the first peak (angstrom) among them."""
        vectors, left = self._moved(disturbance, rng), self._left(disturbance.missing, rng)
        squares = np.einsum("ij,ij->i", vectors, vectors)
        is_left = rng.random(len(vectors)) < left[self._of_other]
        nearest = np.full(len(self._atoms), np.inf)
        np.minimum.at(nearest, self._centres[: self._once], np.where(is_left, squares, np.inf)[: self._once])
        usual = usual_distance(np.sqrt(nearest))
        peak = first_peak_among([squares[is_left]], usual) if np.isfinite(usual) else self.peak
        if self._reach * peak > self._far:
            self._far = 1.02 * self._reach * peak
            self._find()
            return self.drawn(disturbance, rng)
        # That the centre may be missing too counts where species differ: what all pairs have in common is not seen.
        is_left &= rng.random(len(is_left)) < (left / left.max())[self._of_centre]
        pairs = np.column_stack([vectors, squares])
        chance = np.where(self._is_like, disturbance.stays_like, disturbance.becomes_like)
        is_like = rng.random(len(pairs)) < chance
        return (pairs[is_left & is_like], pairs[is_left & ~is_like]), peak

    def _left(self, missing: float, rng: np.random.Generator) -> np.ndarray:
        """Shares of atoms of each species that are left where this share of all is removed at random."""
        scatter = np.sqrt(missing * (1.0 - missing) / self._counts) * rng.standard_normal(len(self._counts))
        left = 1.0 - missing + scatter - np.average(scatter, weights=self._counts)
        clipped: np.ndarray = np.clip(left, 0.1, 1.0)
        return clipped

    def _moved(self, disturbance: Disturbance, rng: np.random.Generator) -> np.ndarray:
        vectors, shape = self._vectors, self._vectors.shape
        if disturbance.apart:
            apart = 2.0 * disturbance.apart * self.peak
            vectors = vectors + apart * (rng.random(shape, np.float32) - rng.random(shape, np.float32))
        if disturbance.heat:
            together = np.minimum(disturbance.together * self.peak / self._distances, _MOST_TOGETHER)
            deviation = disturbance.heat * self.peak * np.sqrt(2.0 * (1.0 - together))
            vectors = vectors + deviation[:, None] * rng.standard_normal(shape, np.float32)
        return vectors
