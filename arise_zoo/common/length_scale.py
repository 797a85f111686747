"""The unit of length: d_NN, the most frequent nearest-neighbour distance.

Displacements, cut-offs and Gaussian widths are given in units of it, which makes descriptors independent of the
lattice constant (Leitherer et al. 2021, Methods, "Isotropic scaling").
"""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..errors import StructureError

_BINS = 100
_SAME_DISTANCE = 1e-6  # angstrom; a histogram over a range of zero is meaningless


def most_frequent_distance(distances: np.ndarray) -> float:
    """Centre (angstrom) of the fullest of 100 bins, each count divided by the square of the bin's left edge.

    Distances that span less than 1e-6 angstrom have no histogram; their mean is returned.
    """
    distances = np.asarray(distances, dtype=float)
    if np.ptp(distances) < _SAME_DISTANCE:
        return float(distances.mean())
    edges = np.linspace(distances.min(), distances.max(), _BINS + 1)
    bins = np.searchsorted(edges[1:-1], distances, side="right")  # as np.histogram, in a third of its time
    counts = np.bincount(bins, minlength=_BINS)
    with np.errstate(divide="ignore", invalid="ignore"):  # coinciding atoms: a left edge of zero
        weights = np.where(edges[:-1] > 0, counts / edges[:-1] ** 2, 0.0)
    fullest = int(np.argmax(weights))
    return float(edges[fullest : fullest + 2].mean())


def nearest_neighbour_distance(atoms: Atoms) -> float:
    """d_NN (angstrom) of a structure, species ignored; raises `StructureError` below two atoms."""
    from scipy.spatial import cKDTree

    if atoms.pbc.any():
        raise StructureError("nearest_neighbour_distance takes a finite structure; set atoms.pbc to False.")
    if len(atoms) < 2:
        raise StructureError(f"a structure of {len(atoms)} atom(s) has no nearest-neighbour distance.")
    distances, _ = cKDTree(atoms.positions).query(atoms.positions, k=2)
    return most_frequent_distance(distances[:, 1])
