"""The length scale of a whole structure: where the first peak of its pair distribution is.

The nearest of eight or twelve neighbours comes nearer when atoms move, since it is the least of many draws; the peak of
all distances to neighbours stays. docs/length_scales.md compares it with other candidates.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from ase import Atoms

from ..errors import StructureError
from .neighbours import Points, usual_distance

_STEP = 0.0025  # between the marks at which distances are counted, in log r
BLUR = 0.08  # standard deviation of the Gaussian that smooths the histogram, in log r: what heat moves neighbours by
LEAST = 0.4  # of the highest peak, from which a peak counts
_BEGIN, REACH = 0.35, 2.0  # where peaks are looked for, in units of the usual distance to the nearest neighbour


def first_peak_distance(atoms: Atoms) -> float:
    """Distance (angstrom) of the first peak of the pair distribution, species ignored.

    Distances between atoms are counted on a logarithmic axis, divided by r^3 (the volume in which they lie) and
    smoothed by a Gaussian of 8 %; the first maximum of at least 0.4 of the highest is taken. Raises `StructureError`
    for a structure in which no atom has a neighbour.
    """
    points = Points(atoms)
    return first_peak(points) * points.unit


def first_peak(points: Points, blur: float = BLUR, least: float = LEAST) -> float:
    """As `first_peak_distance`, for prepared points and in units of `points.unit`.

    `blur`: standard deviation of the smoothing Gaussian, in log r; `least`: of the highest, from which a peak counts.
    """
    usual = usual_distance(points.nearest_of_all)
    if usual == np.inf:
        raise StructureError("no atom has a neighbour; check the cell and the pbc.")
    if usual <= 0:
        raise StructureError("atoms coincide, so that the nearest-neighbour distance is 0; remove the duplicates.")
    pieces = points.like_and_unlike_pairs(REACH * usual)
    return first_peak_among((pairs[:, 3] for kinds in pieces for pairs in kinds), usual, blur, least)


def first_peak_among(squares: Iterable[np.ndarray], usual: float, blur: float = BLUR, least: float = LEAST) -> float:
    """The first peak of squared distances, given in pieces, all below `REACH` times the `usual` nearest one or more."""
    n_marks = round(np.log(REACH / _BEGIN) / _STEP) + 1
    counts = np.zeros(n_marks)
    for piece in squares:
        place = (0.5 * np.log(piece) - np.log(_BEGIN * usual)) / _STEP
        place = place[(place >= 0) & (place < n_marks - 1)]
        mark = place.astype(int)
        share = place - mark  # of the next mark, so that no distance is rounded
        counts += np.bincount(mark, weights=1.0 - share, minlength=n_marks)
        counts[1:] += np.bincount(mark, weights=share, minlength=n_marks - 1)
    logarithms = np.arange(n_marks) * _STEP
    smooth = np.convolve(counts * np.exp(-3.0 * logarithms), _gaussian(blur), mode="same")
    inner = smooth[1:-1]
    peaks = 1 + np.flatnonzero((inner >= smooth[:-2]) & (inner > smooth[2:]) & (inner >= least * smooth.max()))
    if len(peaks) == 0:
        return usual
    i = int(peaks[0])
    bend = smooth[i - 1] - 2.0 * smooth[i] + smooth[i + 1]
    shift = 0.5 * (smooth[i - 1] - smooth[i + 1]) / bend if bend < 0 else 0.0
    return float(_BEGIN * usual * np.exp(logarithms[i] + shift * _STEP))


@lru_cache(maxsize=4)
def _gaussian(blur: float) -> np.ndarray:
    half = int(4.0 * blur / _STEP)
    weights = np.exp(-0.5 * (np.arange(-half, half + 1) * _STEP / blur) ** 2)
    normalised: np.ndarray = weights / weights.sum()
    return normalised
