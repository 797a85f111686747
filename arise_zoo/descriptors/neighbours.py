"""Neighbours of one species around another, for any cell: none, partly periodic, tiny, very skew.

A structure is prepared once (`Points`); distances and pairs are then asked for per pair of species.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from ase import Atoms

from ..errors import StructureError

PAIRS_AT_ONCE = 1 << 17
"""Pairs held in memory at a time (4 MB of vectors), whatever the size of the structure."""

_CELLS_PER_R_MAX = 2.5


class Points:
    """Positions sorted by species and, in periodic directions, wrapped into a reduced cell.

    Attributes: `species` (atomic numbers present, ascending) and `positions` (one array (n, 3) a species, angstrom).
    Raises `StructureError` for a structure without atoms, with positions that are not finite, or periodic along a
    lattice vector that the cell lacks.
    """

    def __init__(self, atoms: Atoms):
        if len(atoms) == 0:
            raise StructureError("a structure without atoms has no descriptor.")
        if not np.isfinite(atoms.positions).all():
            raise StructureError("positions must be finite numbers, but the structure has NaN or infinite ones.")
        self.cell, self.pbc = _reduced_cell(atoms)
        positions = atoms.positions
        if self.pbc.any():
            inverse = np.linalg.inv(self.cell)
            fractional = positions @ inverse
            positions = positions - np.where(self.pbc, np.floor(fractional), 0.0) @ self.cell
            self._heights = 1.0 / np.linalg.norm(inverse, axis=0)
        else:
            self._heights = np.ones(3)
        numbers = atoms.numbers
        self.species = np.unique(numbers)
        self.positions = [np.ascontiguousarray(positions[numbers == z]) for z in self.species]
        self.n_atoms = len(atoms)
        self._extent = np.ptp(positions, axis=0)
        diagonals = self.cell[self.pbc]
        self._farthest = np.linalg.norm(self._extent) + np.linalg.norm(diagonals, axis=1).sum()

    def nearest_distances(self, a: int, b: int) -> np.ndarray:
        """Distance (angstrom) from every a-atom to its nearest b-atom, shape (n_a,); NaN where there is none.

        `a` and `b` count the species. An atom is not its own neighbour, its periodic images are.
        """
        from .search_kernels import nearest_images

        centres = self.positions[a]
        nearest = np.full(len(centres), np.nan)
        own_key = 2 * np.arange(len(centres)) if a == b else np.full(len(centres), -2)
        todo = np.arange(len(centres))
        r_max = self._first_guess(b)
        while len(todo):
            grid = self._grid(centres, b, r_max)
            nearest_images(centres, todo, own_key, *grid, r_max, nearest)
            todo = todo[np.isnan(nearest[todo])]
            if r_max > self._farthest:
                break
            r_max *= 2.0
        return nearest

    def pairs(self, a: int, b: int, r_max: float) -> Iterator[np.ndarray]:
        """Vectors from a-atoms to b-atoms nearer than r_max, in pieces of shape (4, n): dx, dy, dz, distance^2.

        Where a is b, only one of each two opposite vectors is given. A piece is overwritten by the next one.
        """
        from .search_kernels import find_pairs

        centres = self.positions[a]
        grid = self._grid(centres, b, r_max)
        pairs = np.empty((4, PAIRS_AT_ONCE))
        first = 0
        while first < len(centres):
            following, n = find_pairs(centres, first, a == b, *grid, r_max, pairs)
            if following == first:  # one centre alone has more candidates than fit
                pairs = np.empty((4, 2 * pairs.shape[1]))
                continue
            first = following
            if n:
                yield pairs[:, :n]

    def _first_guess(self, b: int) -> float:
        """A distance within which most atoms have a b-neighbour."""
        lengths = np.where(self.pbc, self._heights, self._extent)
        volume = np.prod(np.maximum(lengths, 1e-3 * max(lengths.max(), 1e-9)))
        return 1.5 * max((volume / len(self.positions[b])) ** (1 / 3), 1e-6)

    def _grid(self, centres: np.ndarray, b: int, r_max: float) -> tuple:
        """All images of b-atoms that can lie within r_max of a centre, sorted into cells."""
        from .search_kernels import images_in_box, sort_into_cells

        margin = r_max * (1 + 1e-9) + 1e-9
        lower, upper = centres.min(axis=0) - margin, centres.max(axis=0) + margin
        repeats = np.where(self.pbc, np.ceil(margin / self._heights), 0).astype(np.int64)
        image, origin, sign = images_in_box(self.positions[b], self.cell, repeats, lower, upper)
        # Not many more cells than images, so that emptiness costs neither memory nor time.
        per_axis = max(4.0, 1.5 * len(image) ** (1 / 3))
        shape = np.clip(_CELLS_PER_R_MAX * (upper - lower) / r_max, 1, 2 * per_axis).astype(np.int64)
        side = (upper - lower) / shape
        return (*sort_into_cells(image, origin, sign, lower, side, shape), lower, side, shape)


def _reduced_cell(atoms: Atoms) -> tuple[np.ndarray, np.ndarray]:
    """Cell vectors as short as they get along the periodic directions, completed by vectors normal to them."""
    from ase.geometry import complete_cell, minkowski_reduce

    pbc = np.array(atoms.pbc)
    if not pbc.any():
        return np.eye(3), pbc
    cell = np.where(pbc[:, None], atoms.cell.array, 0.0)
    vectors = cell[pbc]
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(cell).all() or (lengths == 0).any() or np.linalg.matrix_rank(vectors) < len(vectors):
        raise StructureError("the cell has no independent vector along a periodic direction; set the cell or the pbc.")
    cell = complete_cell(cell)
    overlaps = np.abs(vectors @ vectors.T)
    if (np.triu(overlaps, 1) > 0.51 * np.minimum.outer(lengths, lengths) ** 2).any():
        cell, _ = minkowski_reduce(cell, pbc=pbc)
    return np.ascontiguousarray(cell), pbc
