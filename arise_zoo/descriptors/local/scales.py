"""Length scales of a structure whose parts differ in density, such as grains of several materials.

A crystal that is hot, strained or incomplete has one. Where the distances to nearest neighbours, averaged over
neighbourhoods, gather around values that are clearly apart, each gathering has a scale of its own.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..first_peak import first_peak
from ..neighbours import Grid, Points

LEAST_ATOMS = 400
"""Structures with fewer atoms have one scale."""

_LEAST_SHARE, _LEAST_GROUP = 0.01, 60  # of all atoms, and atoms, that a scale of its own needs
_APART = 0.065  # in log r, by which two gatherings differ at least; of copper and tungsten they differ by 0.07
_VALLEY = 0.5  # of the lower of two gatherings, how many values there may be between them at most
_FIRM = 0.03  # in log r; atoms farther from all gatherings are of that of their neighbours
_STEP, _BLUR = 0.005, 0.012  # of the histogram of values, in log r
_SHELL = 1.6  # distances to the nearest neighbour over which averages go
_ALIKE = 0.065  # relative; scales that differ by less are one, as of the ends of a molecule
_VOTES = 24  # times that atoms between gatherings ask their neighbours at most
_TOGETHER = 0.5  # of the atoms of a grain, how many have neighbours mostly of the same grain at least


def scales(points: Points) -> list[tuple[float, np.ndarray]]:
    """Scales, in the unit of the points, and the numbers, in their order, of the atoms that have each.

    Every atom has one. Raises `StructureError` where no atom has a neighbour.
    """
    whole = first_peak(points)
    everyone = np.arange(len(points.order))
    if len(everyone) < LEAST_ATOMS:
        return [(whole, everyone)]
    distances = points.nearest_of_all
    usual = np.quantile(distances, 0.95, method="inverted_cdf")
    radii = _SHELL * np.minimum(distances, usual)
    centres, _, grid = points.images(_SHELL * usual)
    shells = (centres, radii, grid)
    values = _averaged(np.log(np.minimum(distances, 2.0 * usual)), shells)
    gathered = _gatherings(values)
    if len(gathered) < 2:
        return [(whole, everyone)]
    nearest = np.abs(values[:, None] - gathered).argmin(axis=1)
    firm = np.abs(values - gathered[nearest]) <= _FIRM
    groups = _voted(np.where(firm, nearest, -1), nearest, len(gathered), shells)
    groups = _without_sublattices(groups, len(gathered), shells)
    parts = [np.flatnonzero(groups == g) for g in range(len(gathered))]
    return _joined(points, centres, [part for part in parts if len(part)])


_Shells = tuple[np.ndarray, np.ndarray, Grid]
"""All positions, how far each atom looks, and the grid of images."""


def _averaged(values: np.ndarray, shells: _Shells) -> np.ndarray:
    """Values evened out over sites by a mean, then over fluctuations by a median, which keeps edges."""
    from .kernels import shell_averages

    centres, radii, grid = shells
    for by_median in (False, True):
        averages = np.empty(len(values))
        shell_averages(centres, radii, *grid, values, by_median, averages)
        values = averages
    return values


def _gatherings(values: np.ndarray) -> np.ndarray:
    """Where values gather, ascending: maxima of their blurred histogram with little between them."""
    from scipy.ndimage import gaussian_filter1d

    begin = values.min() - 10 * _BLUR
    counts = np.bincount(((values - begin) / _STEP).astype(int), minlength=int((np.ptp(values) + 20 * _BLUR) / _STEP))
    smooth = gaussian_filter1d(counts.astype(float), _BLUR / _STEP, mode="constant")
    peaks = 1 + np.flatnonzero((smooth[1:-1] >= smooth[:-2]) & (smooth[1:-1] > smooth[2:]))
    kept: list[int] = []
    for peak in peaks[np.argsort(-smooth[peaks], kind="stable")]:
        if all(_are_apart(smooth, peak, other) for other in kept):
            kept.append(int(peak))
    marks = begin + (np.sort(kept) + 0.5) * _STEP
    near = np.array([np.count_nonzero(np.abs(values - mark) <= _FIRM) for mark in marks])
    enough: np.ndarray = marks[near >= max(_LEAST_GROUP, _LEAST_SHARE * len(values))]
    return enough


def _are_apart(smooth: np.ndarray, a: int, b: int) -> bool:
    lower, upper = min(a, b), max(a, b)
    valley = smooth[lower : upper + 1].min()
    return (upper - lower) * _STEP >= _APART and valley <= _VALLEY * min(smooth[a], smooth[b])


def _voted(groups: np.ndarray, otherwise: np.ndarray, n_groups: int, shells: _Shells) -> np.ndarray:
    """Groups in which -1 is replaced by that of most neighbours, shell by shell, at last by `otherwise`."""
    from .kernels import shell_votes

    centres, radii, grid = shells
    for _ in range(_VOTES):
        missing = np.flatnonzero(groups < 0)
        found = np.full(len(missing), -1)
        shell_votes(centres, missing, radii, *grid, groups, n_groups, found)
        if (found < 0).all():
            break
        groups = groups.copy()
        groups[missing] = found
    return np.where(groups < 0, otherwise, groups)


def _without_sublattices(groups: np.ndarray, n_groups: int, shells: _Shells) -> np.ndarray:
    """Groups; atoms of one that is scattered among another, as a site of a crystal is, are of the other."""
    from .kernels import shell_votes

    centres, radii, grid = shells
    everyone = np.arange(len(groups))
    while True:
        around = groups.copy()
        shell_votes(centres, everyone, radii, *grid, groups, n_groups, around)
        together = np.bincount(groups, around == groups, n_groups) / np.maximum(
            np.bincount(groups, minlength=n_groups), 1
        )
        loosest = min(np.unique(groups), key=lambda g: together[g])
        if together[loosest] >= _TOGETHER:
            return groups
        counts = np.bincount(around[groups == loosest], minlength=n_groups)
        counts[loosest] = 0
        groups = np.where(groups == loosest, counts.argmax(), groups)


def _joined(points: Points, centres: np.ndarray, parts: list[np.ndarray]) -> list[tuple[float, np.ndarray]]:
    """The parts with their scales, ascending, those together whose scales are alike."""
    found: list[tuple[float, np.ndarray]] = []
    for scale, part in sorted(((_scale(points, centres[part]), part) for part in parts), key=lambda entry: entry[0]):
        if found and scale < found[-1][0] * (1 + _ALIKE):
            part = np.sort(np.concatenate([found.pop()[1], part]))
            scale = _scale(points, centres[part])
        found.append((scale, part))
    return found


def _scale(points: Points, positions: np.ndarray) -> float:
    """First peak of the pairs within a part."""
    own = Points(Atoms(np.ones(len(positions), int), positions=positions, cell=points.cell, pbc=points.pbc))
    return first_peak(own) * own.unit
