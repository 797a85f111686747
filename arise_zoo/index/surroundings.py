"""Whether each atom of a structure has the surroundings of an atom of another one: what no defect leaves as it was.

An average over many atoms hardly sees a few vacancies; the neighbours of each of them do.
"""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..descriptors.first_peak import first_peak
from ..descriptors.neighbours import Points

TOLERANCE = 0.02
"""Relative difference of two atoms' numbers of neighbours: twice what a strain of 0.3 % makes of it, and half of what a
missing neighbour makes where there are many."""

_REACH = 2.2  # in units of the first peak: two shells or three


def surroundings(atoms: Atoms) -> np.ndarray:
    """The different surroundings of a structure's atoms, shape (n, 2): neighbours, and those of the atom's species.

    Neighbours at a distance of r first peaks are counted (1 - r^2 / 2.2^2)^3 times, so that no shell is cut. Raises
    `StructureError` for a structure in which no atom has a neighbour.
    """
    from ..descriptors.search_kernels import count_neighbours

    points = Points(atoms)
    reach = _REACH * first_peak(points)
    positions, species, grid = points.images(reach)
    counts = np.zeros((len(positions), 2))
    count_neighbours(positions, species, *grid, reach, counts)
    different: np.ndarray = np.unique(counts.round(6), axis=0)
    return different


def agree(ours: np.ndarray, theirs: np.ndarray, species: bool = True) -> bool:
    """Whether each of the surroundings of one structure is found in the other, and the other way round.

    `species`: whether those of the atom's own species count apart.
    """
    return _are_found(ours, theirs, species) and _are_found(theirs, ours, species)


def _are_found(ours: np.ndarray, theirs: np.ndarray, species: bool) -> bool:
    from scipy.spatial import cKDTree

    def relative(counts: np.ndarray) -> np.ndarray:
        """The logarithm of the first, whose differences are relative ones, and the second as a share of the first."""
        first = np.maximum(counts[:, :1], 1e-9)  # an atom may have no neighbour
        table: np.ndarray = np.hstack([np.log(first), counts[:, 1:] / first])[:, : 2 if species else 1]
        return table

    distances, _ = cKDTree(relative(theirs)).query(relative(ours), p=np.inf)
    return bool(distances.max() <= TOLERANCE)
