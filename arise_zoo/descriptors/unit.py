"""The unit of length in which neighbours are searched: angstrom, unless a structure is given in quite another unit."""

from __future__ import annotations

import numpy as np

from ..errors import StructureError

_USUAL = (0.5, 1e5)  # angstrom; sizes of structures for which no other unit is needed
_DISTANCE = 2.5  # the typical distance of neighbours in the unit that is chosen
_MOST_DISTANT = 1e7  # typical distances; beyond, differences of coordinates lose their digits


def unit_of(positions: np.ndarray, cell: np.ndarray, pbc: np.ndarray) -> float:
    """Factor by which positions, shape (n, 3), and cell vectors are divided before a search.

    It is 1 for structures of a usual size. Raises `StructureError` where atoms are so far apart, compared with their
    nearest neighbours, that their distances cannot be represented.
    """
    vectors = np.abs(cell[pbc])
    size = max(float(np.abs(positions - positions[0]).max()), float(vectors.max()) if len(vectors) else 0.0)
    if _USUAL[0] <= size <= _USUAL[1] or size == 0:
        return 1.0
    typical = size * _typical_distance(positions / size, cell[pbc] / size)
    if not np.isfinite(typical) or size > _MOST_DISTANT * typical:
        raise StructureError(
            f"the structure extends over {size:.3g} angstrom, but its atoms are {typical:.3g} apart; check its "
            "positions and its cell."
        )
    return typical / _DISTANCE


def _typical_distance(positions: np.ndarray, vectors: np.ndarray) -> float:
    """Median distance to the nearest neighbour, or the shortest lattice vector if that is shorter."""
    from scipy.spatial import cKDTree

    distances = cKDTree(positions).query(positions, k=2)[0][:, 1] if len(positions) > 1 else np.array([np.inf])
    distances = distances[distances > 0]
    nearest = float(np.median(distances)) if len(distances) else np.inf
    return min([nearest, *map(float, np.linalg.norm(vectors, axis=1))])
