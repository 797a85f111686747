"""The coefficients of single atoms: each computed once, and kept as long as it is needed.

Which atoms need them when is in `blocks` and `moving`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from ...common.parallel import effective_n_jobs
from ..averaged_soap import Spectra
from ..harmonics import first_components, recursion
from ..moments import GUESSES_PER_UNIT
from ..neighbours import Points

_PER_THREAD = 64  # atoms or boxes, for fewer of which a thread is not worth starting


class Coefficients:
    """Coefficients of the densities of neighbours around those atoms of a structure that are needed.

    Parameters
    ----------
    points : Points
        The structure.
    spectra : Spectra
        One setting.
    unit : float
        Unit of its lengths, in that of the points.
    radius : float
        How far from an atom its neighbours are looked for by others, in the unit of the points.
    n_threads : int
        -1 for one per core.

    Attributes
    ----------
    centres, grid
        Positions of the atoms and the grid of their images, as of `Points.images`.
    first_component : array of int
        Where the components of each l begin, even ones only.
    values : array of shape (n, 1 or 2, n_max, n_components), float32
        Coefficients of like and, where there are several species, unlike neighbours, of as many atoms as ever were
        needed at once.
    slot : array of shape (n_atoms,)
        Where those of an atom are, -1 for atoms of which none are kept.
    """

    def __init__(self, points: Points, spectra: Spectra, unit: float, radius: float, n_threads: int):
        bins, polynomials = spectra.tables()
        r_max = bins.r_max * unit
        self.centres, self._kind, self.grid = points.images(max(r_max, radius))
        table = np.ascontiguousarray(polynomials[::2].transpose(1, 2, 0, 3)).reshape(*polynomials.shape[1:3], -1)
        self.first_component = first_components(spectra.l_max, True)
        self._radial = (r_max, 1.0 / unit, bins.edges, bins.guess, GUESSES_PER_UNIT, table)
        self._harmonics = (*recursion(spectra.l_max), self.first_component)
        shape = (min(len(points.species), 2), spectra.n_max, int(self.first_component[-1]))
        self.values = np.empty((0, *shape), np.float32)
        self.slot = np.full(len(self.centres), -1, np.int64)
        self._missing = self._free = np.empty(0, np.int64)
        self._n_threads = n_threads

    def need(self, needed: np.ndarray) -> None:
        """Give up all but the `needed` (n_atoms,) atoms, and compute those that are missing."""
        gone = np.flatnonzero((self.slot >= 0) & ~needed)
        free = np.concatenate([self._free, self.slot[gone]])
        self.slot[gone] = -1
        self._missing = np.flatnonzero(needed & (self.slot < 0))
        n, more = len(self.values), len(self._missing) - len(free)
        if more > 0:
            free = np.concatenate([free, np.arange(n, n + more)])
            self.values = np.concatenate([self.values, np.empty((more, *self.values.shape[1:]), np.float32)])
        self.slot[self._missing], self._free = free[: len(self._missing)], free[len(self._missing) :]
        in_threads(self._expand, len(self._missing), self._n_threads)

    def _expand(self, first: int, end: int) -> None:
        from .kernels import atom_coefficients

        numbers = self._missing[first:end]
        atom_coefficients(
            self.centres,
            numbers,
            self._kind,
            *self.grid,
            *self._radial,
            *self._harmonics,
            self.slot[numbers],
            self.values,
        )


def in_threads(function: Callable[[int, int], None], n: int, n_threads: int) -> None:
    """Call the function for parts of range(n), each in a thread."""
    count = max(1, min(effective_n_jobs(n_threads), n // _PER_THREAD))
    ends = [n * i // count for i in range(count + 1)]
    if count == 1:
        return function(0, n)
    from joblib import Parallel, delayed

    Parallel(count, backend="threading")(delayed(function)(*part) for part in pairwise(ends))
