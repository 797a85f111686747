"""Neighbours of one species around another, for any cell: none, partly periodic, tiny, very skew.

A structure is prepared once (`Points`); distances and pairs are then asked for per pair of species.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property

import numpy as np
from ase import Atoms

from ..errors import StructureError
from .unit import unit_of

PAIRS_AT_ONCE = 1 << 17
"""Pairs held in memory at a time (4 MB of vectors), whatever the size of the structure."""

_CELLS_PER_R_MAX = 2.5
_FAR = 1e7  # from the origin; farther away, coordinates of neighbours differ in their last digits only
_NO_BOND = 0.3  # angstrom, shorter than any bond
_SAME_ATOM = 0.02  # of the usual distance to the nearest neighbour; nearer atoms are one, given twice
_CLEARLY = 1e-6  # of the volume of a right-angled cell
_MOST_IMAGES = 2e6  # of atoms, among which neighbours are searched; below a gigabyte

Grid = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Images sorted into cells (x, y, z, key, start), and the grid (lower corner, side, shape): see `search_kernels`."""


class Points:
    """Positions sorted by species and, in periodic directions, wrapped into a reduced cell.

    Attributes
    ----------
    species : array of int
        Atomic numbers present, ascending.
    positions : list of array of shape (n, 3)
        Positions of each species, in units of `unit`.
    order : array of int
        Number that each atom had in the structure.
    unit : float
        Unit of all lengths here, in angstrom; 1 except for structures of unusual size.

    Raises
    ------
    StructureError
        For a structure without atoms, with positions that are not finite, periodic along a lattice vector that the cell
        lacks, or of a shape in which neighbours cannot be searched.
    """

    def __init__(self, atoms: Atoms):
        if len(atoms) == 0:
            raise StructureError("a structure without atoms has no descriptor.")
        if not np.isfinite(atoms.positions).all():
            raise StructureError("positions must be finite numbers, but the structure has NaN or infinite ones.")
        self.unit = unit_of(atoms.positions, atoms.cell.array, np.array(atoms.pbc))
        self.cell, self.pbc = _reduced_cell(atoms.cell.array / self.unit, np.array(atoms.pbc))
        positions = atoms.positions / self.unit if self.unit != 1 else atoms.positions
        if np.abs(positions).max() > _FAR:
            positions = positions - positions[0]
        if self.pbc.any():
            inverse = np.linalg.inv(self.cell)
            fractional = positions @ inverse
            positions = positions - np.where(self.pbc, np.floor(fractional), 0.0) @ self.cell
            self._heights = 1.0 / np.linalg.norm(inverse, axis=0)
            self._shortest = float(np.linalg.norm(self.cell[self.pbc], axis=1).min())
        else:
            self._shortest = np.inf
            self._heights = np.ones(3)
        self.order = order = np.argsort(atoms.numbers, kind="stable")
        self.species, counts = np.unique(atoms.numbers, return_counts=True)
        self._all = np.ascontiguousarray(positions[order])
        self._species_of = np.repeat(np.arange(len(counts)), counts)
        self.positions = np.split(self._all, np.cumsum(counts)[:-1])
        self._pairs = np.empty((0, 4))
        self._known_images: dict[int, tuple[float, Grid]] = {}
        self._extent = np.ptp(positions, axis=0)
        self._farthest = np.linalg.norm(self._extent) + np.linalg.norm(self.cell[self.pbc], axis=1).sum()

    @cached_property
    def nearest(self) -> np.ndarray:
        """Distance (angstrom) from every atom to the nearest one of each species, shape (n_atoms, n_species).

        An atom is not its own neighbour, its periodic images are; NaN where there is no neighbour. Atoms are sorted
        by species.
        """
        from .search_kernels import nearest_images

        n_species = len(self.species)
        nearest = np.full((len(self._all), n_species), np.nan)
        everyone = np.arange(len(self._all))
        r_max = self._typical_distance(len(self._all) / n_species)
        grid = self._grid(self._all, r_max)
        nearest_images(self._all, everyone, 4 * everyone, self._species_of, *grid, r_max, nearest)
        for b, others in enumerate(self.positions):  # what is farther away than usual, species by species
            missing = np.flatnonzero(np.isnan(nearest[:, b]))
            if len(missing):
                nearest[missing, b] = self._nearest_of(b, missing, others, r_max)
        return nearest

    @property
    def nearest_of_all(self) -> np.ndarray:
        """Distance (angstrom) from every atom to the nearest one of any species, shape (n_atoms,); infinite where there
        is none."""
        nearest: np.ndarray = np.min(np.where(np.isnan(self.nearest), np.inf, self.nearest), axis=1)
        return nearest

    def spacing(self) -> tuple[int, float, float]:
        """The atom with the nearest neighbour, its distance, and that of most atoms (angstrom)."""
        distances = self.nearest_of_all
        closest = int(np.argmin(distances))
        return int(self.order[closest]), float(distances[closest]) * self.unit, usual_distance(distances) * self.unit

    def check_spacing(self) -> None:
        """Raise `StructureError`, naming the pair, if two atoms are so close that they can only be one."""
        atom, distance, usual = self.spacing()
        if distance < min(_SAME_ATOM * usual, _NO_BOND):
            other = self._nearest_atom(atom)
            raise StructureError(
                f"atoms {min(atom, other)} and {max(atom, other)} (from 0) are only {distance:.2g} angstrom apart, "
                f"where {usual:.3g} is usual; remove one of each such pair."
            )

    def _nearest_atom(self, atom: int) -> int:
        """Number of the atom nearest to one, or of that atom itself if its own image is nearest."""
        from ase.geometry import get_distances

        place = np.argsort(self.order)
        distances = get_distances(self._all[place[atom]], self._all, cell=self.cell, pbc=self.pbc)[1][0]
        distances[place[atom]] = np.inf
        return int(self.order[np.argmin(distances)]) if len(distances) > 1 else atom

    def _nearest_of(self, b: int, missing: np.ndarray, others: np.ndarray, r_max: float) -> np.ndarray:
        """Distances of some atoms to their nearest b-atom, known to be at least r_max, by doubling the radius."""
        from .search_kernels import nearest_images

        first = np.searchsorted(self._species_of, b)
        is_b = self._species_of[missing] == b
        own_key = np.where(is_b, 4 * (missing - first), -2)
        nearest = np.full((len(missing), 1), np.nan)
        todo = np.arange(len(missing))
        one_kind = np.zeros(len(others), np.int64)
        while len(todo) and r_max <= self._farthest:
            r_max = 2.0 * r_max
            grid = self._grid(others, r_max)
            nearest_images(self._all[missing], todo, own_key, one_kind, *grid, r_max, nearest)
            todo = todo[np.isnan(nearest[todo, 0])]
        return nearest[:, 0]

    def nearest_distances(self, a: int, b: int) -> np.ndarray:
        """Distance (angstrom) from every a-atom to its nearest b-atom, shape (n_a,); NaN where there is none.

        `a` and `b` count the species.
        """
        first, end = np.searchsorted(self._species_of, [a, a + 1])
        return self.nearest[first:end, b]

    def _images(self, b: int, r_max: float) -> Grid:
        """Grid of all images of b-atoms within r_max of an atom, kept for searches that go almost as far."""
        known = self._known_images.get(b)
        if known is None or not r_max <= known[0] <= 1.5 * r_max:
            known = self._known_images[b] = (r_max, self._grid(self.positions[b], r_max))
        return known[1]

    def images(self, r_max: float) -> tuple[np.ndarray, np.ndarray, Grid]:
        """Positions, shape (n, 3), species (counted) of all atoms, and a grid of the images within r_max of any."""
        return self._all, self._species_of, self._grid(self._all, r_max)

    def pairs(self, a: int, b: int, r_max: float) -> Iterator[np.ndarray]:
        """Vectors from a-atoms to b-atoms nearer than r_max (angstrom).

        They come in pieces of shape (n, 4): dx, dy, dz, distance^2, each overwritten by the next. Where both are one
        species, only one of each two opposite vectors is given.
        """
        from .search_kernels import find_pairs

        centres, grid = self.positions[a], self._images(b, r_max)
        wanted = min(PAIRS_AT_ONCE, len(centres) * len(grid[0]))
        if len(self._pairs) < wanted:
            self._pairs = np.empty((wanted, 4))
        first = 0
        while first < len(centres):
            following, n = find_pairs(centres, first, a == b, *grid, r_max, self._pairs)
            if following == first:  # one centre alone has more candidates than fit
                self._pairs = np.empty((2 * len(self._pairs) + 1, 4))
                continue
            first = following
            if n:
                yield self._pairs[:n]

    def like_and_unlike_pairs(self, r_max: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Vectors between atoms nearer than r_max (angstrom): those of one species, and those of two.

        They come in pieces of shape (n, 4) as those of `pairs`; of each two opposite vectors one is given.
        """
        from .search_kernels import find_like_and_unlike

        grid = self._grid(self._all, r_max)
        size = min(PAIRS_AT_ONCE, len(self._all) * len(grid[0])) + 1
        like, unlike = np.empty((size, 4)), np.empty((size, 4))
        first = 0
        while first < len(self._all):
            following, n, m = find_like_and_unlike(self._all, first, self._species_of, *grid, r_max, like, unlike)
            if following == first:  # one centre alone has more candidates than fit
                like, unlike = np.empty((2 * len(like), 4)), np.empty((2 * len(like), 4))
                continue
            first = following
            yield like[:n], unlike[:m]

    def _typical_distance(self, n: float) -> float:
        """A distance within which most atoms have a neighbour, if there are n evenly spread ones."""
        lengths = np.where(self.pbc, self._heights, self._extent)
        volume = np.prod(np.maximum(lengths, 1e-3 * max(lengths.max(), 1e-9)))
        typical = float(1.5 * max((volume / n) ** (1 / 3), 1e-6))
        # In a long or flat cell an atom's own image is its nearest neighbour.
        return typical if typical <= 4.0 * self._shortest else 2.0 * self._shortest

    def _grid(self, positions: np.ndarray, r_max: float) -> Grid:
        """All images of some atoms that can lie within r_max of any atom, sorted into cells."""
        from .search_kernels import images_in_box, sort_into_cells

        margin = r_max * (1 + 1e-9) + 1e-9
        lower, upper = self._all.min(axis=0) - margin, self._all.max(axis=0) + margin
        copies = np.where(self.pbc, np.ceil(margin / self._heights), 0.0)
        if (n_images := len(positions) * np.prod(2.0 * copies + 1.0)) > max(_MOST_IMAGES, 64 * len(positions)):
            raise StructureError(
                f"the neighbours within {r_max * self.unit:.3g} angstrom are among {n_images:.1e} images of atoms, too "
                "many to search; check the cell, which is very flat or long, or has atoms of a species very far apart."
            )
        repeats = copies.astype(np.int64)
        image, origin, sign = images_in_box(positions, self.cell, repeats, lower, upper)
        # Not many more cells than images, so that emptiness costs neither memory nor time.
        per_axis = max(4.0, 1.5 * len(image) ** (1 / 3))
        shape = np.clip(_CELLS_PER_R_MAX * (upper - lower) / r_max, 1, 2 * per_axis).astype(np.int64)
        side = (upper - lower) / shape
        return (*sort_into_cells(image, origin, sign, lower, side, shape), lower, side, shape)


def usual_distance(nearest: np.ndarray) -> float:
    """The distance to the nearest neighbour that three quarters of all atoms with one do not exceed, which is the same
    for any number of copies; infinite if no atom has one."""
    finite = np.sort(nearest[np.isfinite(nearest)])
    return float(finite[math.ceil(0.75 * len(finite)) - 1]) if len(finite) else np.inf


def _reduced_cell(cell: np.ndarray, pbc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cell vectors as short as they get along the periodic directions, completed by vectors normal to them."""
    from ase.geometry import complete_cell, minkowski_reduce

    if not pbc.any():
        return np.eye(3), pbc
    cell = np.where(pbc[:, None], cell, 0.0)
    vectors = cell[pbc]
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(cell).all() or (lengths == 0).any() or not _are_independent(vectors, lengths):
        raise StructureError("the cell has no independent vector along a periodic direction; set the cell or the pbc.")
    cell = complete_cell(cell)
    overlaps = np.abs(vectors @ vectors.T)
    if (np.triu(overlaps, 1) > 0.51 * np.minimum.outer(lengths, lengths) ** 2).any():
        cell, _ = minkowski_reduce(cell, pbc=pbc)
    return np.ascontiguousarray(cell), pbc


def _are_independent(vectors: np.ndarray, lengths: np.ndarray) -> bool:
    if len(vectors) == 3 and abs(np.linalg.det(vectors)) > _CLEARLY * lengths.prod():
        return True  # as nearly always, and found faster
    return bool(np.linalg.matrix_rank(vectors) == len(vectors))
