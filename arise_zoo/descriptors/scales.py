"""The length scale of a pair of species. That of a whole structure is in `arise_zoo.common.length_scale`."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers

from ..common.length_scale import most_frequent_distance
from ..errors import StructureError
from .neighbours import Points


def nearest_neighbour_scale(atoms: Atoms, a: str | int, b: str | int) -> float:
    """d_NN (angstrom) of a pair of species: the most frequent distance from an a-atom to its nearest b-atom.

    `a` and `b` are symbols or atomic numbers. An atom is not its own neighbour, but its periodic images are; an
    a-atom that has no b-neighbour is left out. Raises `StructureError` if a species is absent or no a-atom has a
    b-neighbour. Source: Leitherer et al. 2021, Methods, "Isotropic scaling".
    """
    points = Points(atoms)
    indices = []
    for name in (a, b):
        number = atomic_numbers.get(name, 0) if isinstance(name, str) else int(name)
        if number not in points.species:
            raise StructureError(f"the structure has no atom of species {name!r}.")
        indices.append(int(np.searchsorted(points.species, number)))
    scale = pair_scale(points, *indices)
    if np.isnan(scale):
        raise StructureError(f"no atom of species {a!r} has a neighbour of species {b!r}; check the cell and the pbc.")
    return scale * points.unit


def pair_scale(points: Points, a: int, b: int) -> float:
    """As `nearest_neighbour_scale`, for prepared points and counted species; NaN where there is no neighbour."""
    distances = points.nearest_distances(a, b)
    distances = distances[~np.isnan(distances)]
    if len(distances) == 0:
        return np.nan
    scale = most_frequent_distance(distances)
    if scale <= 0:
        raise StructureError("atoms coincide, so that the nearest-neighbour distance is 0; remove the duplicates.")
    return scale


def pair_scales(points: Points) -> np.ndarray:
    """As `pair_scale`, for all ordered pairs of species, shape (n_species, n_species)."""
    n_species = len(points.species)
    return np.array([[pair_scale(points, a, b) for b in range(n_species)] for a in range(n_species)])
