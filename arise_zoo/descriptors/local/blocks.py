"""The order in which atoms are treated, so that the coefficients of few are kept at a time.

Atoms are taken along the longest side of the structure, some thousand at a time, which fill a slab. Their vectors need
the coefficients of the atoms in the slab and within the radius of it. Those left by the slab before are used again, and
those no longer needed are given up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..averaged_soap import Spectra
from ..neighbours import Points
from .coefficients import Coefficients, in_threads

_AT_ONCE = 8192  # atoms, whose vectors are computed together


@dataclass(frozen=True)
class Averages:
    """What is computed: spectra at one setting, of which components are `kept`, after sums within the `radius`, over
    whose last part, the `taper`, the weights fall off, both in units of a scale."""

    spectra: Spectra
    kept: np.ndarray
    radius: float
    taper: float


def blocks(
    points: Points, averages: Averages, unit: float, wanted: np.ndarray, n_threads: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Numbers of atoms and their vectors, shape (n, n_features), float32, which the next ones overwrite.

    `unit`: the scale, in the unit of the points; `wanted`: which of the atoms are asked for, in the order of these.
    """
    from .kernels import averaged_spectra, mark_neighbours

    spectra, radius = averages.spectra, averages.radius * unit
    kept = Coefficients(points, spectra, unit, radius, n_threads)
    centres, grid = kept.centres, kept.grid
    place, weight = spectra.place[averages.kept], spectra.weight[averages.kept]
    vectors = np.empty((min(_AT_ONCE, len(wanted)), 3 * len(place)), np.float32)

    def average(first: int, end: int) -> None:
        averaged_spectra(
            centres,
            numbers[first:end],
            *grid,
            radius,
            averages.taper * unit,
            kept.slot,
            kept.values,
            kept.first_component,
            place,
            weight,
            vectors[first:end],
        )

    for numbers in _slabs(centres, wanted, *grid[5:7]):
        needed = np.zeros(len(centres), bool)
        mark_neighbours(centres, numbers, *grid, radius, needed)
        kept.need(needed)
        in_threads(average, len(numbers), n_threads)
        yield points.order[numbers], vectors[: len(numbers)]


def _slabs(centres: np.ndarray, wanted: np.ndarray, lower: np.ndarray, side: np.ndarray) -> Iterator[np.ndarray]:
    """Numbers of the atoms that are wanted, slab by slab, those of one in the order of the grid's cells, so that
    neighbours follow soon."""
    long = int(np.argmax(np.ptp(centres[wanted], axis=0)))
    along = wanted[np.argsort(centres[wanted, long], kind="stable")]
    for begin in range(0, len(wanted), _AT_ONCE):
        numbers = along[begin : begin + _AT_ONCE]
        cells = np.floor((centres[numbers] - lower) / side)
        yield numbers[np.lexsort((cells[:, long], cells[:, long - 1], cells[:, long - 2]))]
