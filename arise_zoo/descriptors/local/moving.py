"""Vectors of boxes that move over a structure, each from the sum of its atoms' coefficients. `coefficients` has those;
which atoms are in which box is told from outside."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..averaged_soap import Spectra
from ..channel_soap import ChannelSOAP
from ..first_peak import first_peak
from ..neighbours import Points
from .coefficients import Coefficients, in_threads
from .soap import LocalSOAP


class MovingSums:
    """Descriptors of the atoms in boxes, with the length scale and the surroundings that they have in the structure.

    The vector of a box is that of the descriptor, but for the sum: over the atoms in the box, all with weight 1. An
    atom near to a wall sees its neighbours on the other side. A box that holds the whole of a cluster has the vector
    that `ChannelSOAP` gives the cluster.

    The coefficients of an atom are computed once, and from one box to the next in a row, what leaves is subtracted and
    what enters is added. Coefficients (3.2 kB an atom for the 675 features of two species, half of it for one) are kept
    until the boxes have left an atom: in a cube, for a slab as thick as a box.

    Parameters
    ----------
    descriptor : ChannelSOAP or LocalSOAP
        The descriptor; the radius of a `LocalSOAP` does not matter, boxes take its place.
    atoms : ase.Atoms
        The structure.
    again_after : int
        Number of positions from one box to the next in the slowest direction, after which an atom not used again is
        given up.
    n_threads : int, default -1
        -1 for one per core.

    Raises
    ------
    StructureError
        For a structure without a length scale, or in which atoms coincide.
    """

    def __init__(self, descriptor: ChannelSOAP | LocalSOAP, atoms: Atoms, again_after: int, n_threads: int = -1):
        setting = (descriptor.r_cut, descriptor.sigma, descriptor.extrinsic_scale, 0.0)
        spectra = Spectra((setting,), descriptor.n_max, descriptor.l_max, descriptor.basis)
        kept = np.flatnonzero([n > 0 and l % 2 == 0 for n, _, l in spectra.components])
        self._place, self._weight = spectra.place[kept], spectra.weight[kept]
        points = Points(atoms)
        points.check_spacing()
        self._kept = Coefficients(points, spectra, first_peak(points), 0.0, n_threads)
        self._number = np.argsort(points.order)
        self._again_after, self._n_threads = again_after, n_threads
        self._used = np.full(len(atoms), -again_after - 1)

    def vectors(self, begin: int, n: int, atoms: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """The vectors of the boxes at `n` positions from `begin` on, shape (n, n_features), float32.

        The atoms, shape (m,), are each in the boxes from `first` to `last`, counted from `begin`; an atom in several
        rows of boxes, or with several images, is there several times. A box without atoms, or with such alone as have
        no neighbours, has a vector of zeros. Positions must ascend from call to call.
        """
        from .kernels import moving_spectra

        numbers, first, last = self._number[atoms], np.ascontiguousarray(first), np.ascontiguousarray(last)
        self._used[numbers] = begin
        self._kept.need(self._used >= begin - self._again_after)
        entering, leaving = np.argsort(first, kind="stable"), np.argsort(last, kind="stable")
        enter = np.searchsorted(first[entering], np.arange(n + 1))
        leave = np.searchsorted(last[leaving] + 1, np.arange(n + 1))
        vectors = np.empty((n, 3 * len(self._place)), np.float32)

        def sum_up(a: int, b: int) -> None:
            moving_spectra(
                first,
                last,
                self._kept.slot[numbers],
                entering,
                enter,
                leaving,
                leave,
                self._kept.values,
                a,
                self._kept.first_component,
                self._place,
                self._weight,
                vectors[a:b],
            )

        in_threads(sum_up, n, self._n_threads)
        return vectors
