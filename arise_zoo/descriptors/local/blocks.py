"""The order in which atoms are treated, so that the coefficients of few are kept at a time.

Atoms are taken along the longest side of the structure, some thousand at a time, which fill a slab. Their vectors need
the coefficients of the atoms in the slab and within the radius of it. Those left by the slab before are used again, and
those no longer needed are given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...common.parallel import effective_n_jobs
from ..averaged_soap import Spectra
from ..harmonics import first_components, recursion
from ..moments import GUESSES_PER_UNIT
from ..neighbours import Points

_AT_ONCE = 8192  # atoms, whose vectors are computed together
_PER_THREAD = 64  # atoms, for fewer of which a thread is not worth starting


@dataclass(frozen=True)
class Averages:
    """What is computed: spectra at one setting, of which components are `kept`, in units of the `unit` (that of the
    points), after sums within the `radius`, of which the weights fall off over the `taper`."""

    spectra: Spectra
    kept: np.ndarray
    unit: float
    radius: float
    taper: float


def blocks(points: Points, averages: Averages, n_threads: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Numbers of atoms and their vectors, shape (n, n_features), float32, which the next ones overwrite."""
    from .kernels import atom_coefficients, averaged_spectra, mark_neighbours

    spectra, unit, radius = averages.spectra, averages.unit, averages.radius * averages.unit
    bins, polynomials = spectra.tables()
    r_max = bins.r_max * unit
    centres, kind, grid = points.images(max(r_max, radius))
    table = np.ascontiguousarray(polynomials[::2].transpose(1, 2, 0, 3)).reshape(*polynomials.shape[1:3], -1)
    first_component = first_components(spectra.l_max, True)
    radial = (r_max, 1.0 / unit, bins.edges, bins.guess, GUESSES_PER_UNIT, table)
    harmonics = (*recursion(spectra.l_max), first_component)
    place, weight = spectra.place[averages.kept], spectra.weight[averages.kept]
    kept = _Kept(len(centres), (min(len(points.species), 2), spectra.n_max, int(first_component[-1])))
    vectors = np.empty((min(_AT_ONCE, len(centres)), 3 * len(place)), np.float32)

    def expand(first: int, end: int) -> None:
        numbers = kept.missing[first:end]
        atom_coefficients(centres, numbers, kind, *grid, *radial, *harmonics, kept.slot[numbers], kept.coefficients)

    def average(first: int, end: int) -> None:
        averaged_spectra(
            centres,
            numbers[first:end],
            *grid,
            radius,
            averages.taper * unit,
            kept.slot,
            kept.coefficients,
            first_component,
            place,
            weight,
            vectors[first:end],
        )

    for numbers in _slabs(centres, *grid[5:7]):
        needed = np.zeros(len(centres), bool)
        mark_neighbours(centres, numbers, *grid, radius, needed)
        kept.keep(needed)
        _in_threads(expand, len(kept.missing), n_threads)
        _in_threads(average, len(numbers), n_threads)
        yield points.order[numbers], vectors[: len(numbers)]


class _Kept:
    """The coefficients of the atoms that are needed.

    Attributes
    ----------
    coefficients : array of shape (n, *shape), float32
        Coefficients of as many atoms as ever were needed at once.
    slot : array of shape (n_atoms,)
        Where those of an atom are, -1 for atoms of which none are kept.
    missing : array of int
        Atoms whose coefficients have a place, but were not computed yet.
    """

    def __init__(self, n_atoms: int, shape: tuple[int, int, int]):
        self.coefficients = np.empty((0, *shape), np.float32)
        self.slot = np.full(n_atoms, -1, np.int64)
        self.missing = self._free = np.empty(0, np.int64)

    def keep(self, needed: np.ndarray) -> None:
        """Give up all but the `needed` (n_atoms,) atoms, and make room for those that are missing."""
        gone = np.flatnonzero((self.slot >= 0) & ~needed)
        free = np.concatenate([self._free, self.slot[gone]])
        self.slot[gone] = -1
        self.missing = np.flatnonzero(needed & (self.slot < 0))
        n, more = len(self.coefficients), len(self.missing) - len(free)
        if more > 0:
            free = np.concatenate([free, np.arange(n, n + more)])
            self.coefficients = np.concatenate(
                [self.coefficients, np.empty((more, *self.coefficients.shape[1:]), np.float32)]
            )
        self.slot[self.missing], self._free = free[: len(self.missing)], free[len(self.missing) :]


def _slabs(centres: np.ndarray, lower: np.ndarray, side: np.ndarray) -> Iterator[np.ndarray]:
    """Numbers of atoms, slab by slab, those of one in the order of the grid's cells, so that neighbours follow soon."""
    long = int(np.argmax(np.ptp(centres, axis=0)))
    along = np.argsort(centres[:, long], kind="stable")
    for begin in range(0, len(centres), _AT_ONCE):
        numbers = along[begin : begin + _AT_ONCE]
        cells = np.floor((centres[numbers] - lower) / side)
        yield numbers[np.lexsort((cells[:, long], cells[:, long - 1], cells[:, long - 2]))]


def _in_threads(function: Callable[[int, int], None], n: int, n_threads: int) -> None:
    """Call the function for parts of range(n), each in a thread."""
    count = max(1, min(effective_n_jobs(n_threads), n // _PER_THREAD))
    ends = [n * i // count for i in range(count + 1)]
    if count == 1:
        return function(0, n)
    from joblib import Parallel, delayed

    Parallel(count, backend="threading")(delayed(function)(*part) for part in pairwise(ends))
