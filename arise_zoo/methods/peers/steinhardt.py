"""Averaged Steinhardt bond-order parameters, computed by freud.

The neighbours are those of the solid-angle rule (SANN), which has no parameter: 12 in fcc and hcp, 14 in bcc, whatever
the unit of length, and it treats crystals, surfaces and isolated structures alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import ClassVar, NamedTuple

import numpy as np
from ase import Atoms

from ...errors import MissingPackageError
from ...reading import check_atoms
from ..protocol import UNKNOWN
from ..resolved import Level, Truth
from .fitted_data import load_fitted
from .neighbours import Neighbours, nearest_neighbours

CLASSES = ("fcc_cu", "bcc_w", "hcp_mg")
CITATION = (
    "W. Lechner, C. Dellago, J. Chem. Phys. 129, 114707 (2008), doi:10.1063/1.2977970; "
    "P. R. ten Wolde, M. J. Ruiz-Montero, D. Frenkel, J. Chem. Phys. 104, 9932 (1996), doi:10.1063/1.471721; "
    "J. A. van Meel, L. Filion, C. Valeriani, D. Frenkel, J. Chem. Phys. 136, 234107 (2012), doi:10.1063/1.4729313"
)
BOND = 0.5
"""The normalised product q6(i) . q6(j) above which a bond connects two solid-like neighbourhoods."""
CONNECTIONS = 7
"""The number of such bonds that makes an atom solid."""

_SEARCHED = 40  # neighbours; the rule takes 12 to 16 of them in crystals
_LEAST = 3  # of the rule


class BondOrder(NamedTuple):
    """Averaged parameters `q4` and `q6`, and the number of solid-like bonds `connections`, each of shape (n_atoms,)."""

    q4: np.ndarray
    q6: np.ndarray
    connections: np.ndarray


@dataclass(frozen=True)
class SteinhardtMethod:
    """The lattice whose averaged (q4, q6) are nearest to an atom's.

    References are the mean (q4, q6) of the crystals of each class with normal displacements of 0 to 8 % of d_NN in each
    component, so that a class is a line of points in the plane. An atom is unknown if it has fewer than 7 bonds with
    q6(i) . q6(j) above 0.5, or if it is farther from the nearest line than 99 % of that class's own atoms were. The
    chemical elements do not count.
    """

    name: str = "steinhardt"
    recognises: ClassVar[tuple[str, ...]] = CLASSES
    level: ClassVar[Level] = "atom"
    truth: ClassVar[Truth] = "class"
    finite: ClassVar[bool] = False
    trained_on_defects: ClassVar[bool] = True
    packages: ClassVar[tuple[str, ...]] = ("freud-analysis",)
    citation: ClassVar[str] = CITATION

    def predict(self, atoms: Atoms) -> np.ndarray:
        """Class ids or `UNKNOWN`, shape (n_atoms,), in the order of the atoms; isolated structures are treated too.

        Raises `MissingPackageError` without freud, `StructureError` for coordinates that are not finite.
        """
        order = bond_order(atoms)
        fitted = load_fitted(self.name)
        points = np.column_stack([order.q4, order.q6])
        distances = distances_to(fitted["references"], points)
        nearest = distances.argmin(axis=1)
        known = distances.min(axis=1) <= fitted["cutoffs"][nearest]
        known &= order.connections >= CONNECTIONS  # False for what has no parameters
        labels: np.ndarray = np.where(known, np.array(CLASSES)[nearest], UNKNOWN)
        return labels


def steinhardt() -> SteinhardtMethod:
    """Averaged Steinhardt parameters (extra `peers`); raises `MissingPackageError` without freud."""
    if find_spec("freud") is None:
        raise MissingPackageError("freud-analysis", "steinhardt", "peers")
    return SteinhardtMethod()


def distances_to(references: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Distance of points, shape (n, 2), to the nearest reference of each class, shape (n_classes, n_levels, 2).

    Returns an array of shape (n, n_classes), infinite for points that are not finite.
    """
    differences = points[:, None, None, :] - references
    distances = np.linalg.norm(differences, axis=-1).min(axis=-1)
    found: np.ndarray = np.where(np.isfinite(distances), distances, np.inf)
    return found


def bond_order(atoms: Atoms) -> BondOrder:
    """Bond-order parameters of every atom; NaN, and no connections, for an atom without neighbours.

    Raises `MissingPackageError` without freud, `StructureError` for coordinates that are not finite.
    """
    check_atoms(atoms, "the structure")
    try:
        import freud
    except ImportError:
        raise MissingPackageError("freud-analysis", "steinhardt", "peers") from None
    repeated, neighbours, taken = _in_a_cell_wide_enough(atoms)
    n = len(atoms)
    if not taken.any():
        nothing = np.full(n, np.nan)
        return BondOrder(nothing, nothing, np.zeros(n, dtype=int))
    unit = float(np.median(neighbours.distances[taken]))
    box, points = _in_freud(repeated, unit)
    first, place = np.nonzero(taken)
    second, vectors = neighbours.indices[first, place], neighbours.vectors[first, place]
    bonds = freud.locality.NeighborList.from_arrays(len(points), len(points), first, second, vectors / unit)
    with freud.parallel.NumThreads(1):  # a benchmark has its own workers
        averaged = freud.order.Steinhardt(l=[4, 6], average=True).compute((box, points), neighbors=bonds)
        solid = freud.order.SolidLiquid(l=6, q_threshold=BOND, solid_threshold=CONNECTIONS)
        solid.compute((box, points), neighbors=bonds)
    has_bonds = taken[:n].any(axis=1)
    q4, q6 = np.where(has_bonds, np.asarray(averaged.particle_order[:n], dtype=float).T, np.nan)
    return BondOrder(q4, q6, np.where(has_bonds, solid.num_connections[:n], 0))


def solid_angle_neighbours(distances: np.ndarray) -> np.ndarray:
    """Which neighbours the solid-angle rule takes: the first m whose distances add up to (m - 2) times the next one's.

    `distances`, ascending and of shape (n_atoms, n), infinite where there is no neighbour; returns the same shape.
    """
    n = distances.shape[1]
    counts = np.arange(1, n + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        radii = np.where(counts >= _LEAST, np.cumsum(distances, axis=1) / np.maximum(counts - 2, 1), np.inf)
    following = np.column_stack([distances[:, 1:], np.full(len(distances), np.inf)])
    enough = (radii <= following).argmax(axis=1)  # the last always is, since nothing follows
    taken: np.ndarray = (counts <= counts[enough][:, None]) & np.isfinite(distances)
    return taken


def _in_a_cell_wide_enough(atoms: Atoms) -> tuple[Atoms, Neighbours, np.ndarray]:
    """The structure repeated until no bond is longer than half the cell is thick, its neighbours and those taken.

    freud takes a bond for the shortest of all that lead to images of the same atom. The structure's own atoms come
    first.
    """
    repeats = np.ones(3, dtype=int)
    while True:
        repeated = atoms.repeat(repeats) if (repeats > 1).any() else atoms
        neighbours = nearest_neighbours(repeated, _SEARCHED)
        taken = solid_angle_neighbours(neighbours.distances) & (neighbours.distances > 0)
        longest = neighbours.distances[taken].max(initial=0.0)
        heights = 1 / np.linalg.norm(np.linalg.inv(repeated.cell.complete().array), axis=0)
        thin = np.asarray(atoms.pbc) & (heights <= 2.01 * longest)
        if not thin.any():
            return repeated, neighbours, taken
        repeats = repeats + thin


def _in_freud(atoms: Atoms, unit: float) -> tuple[object, np.ndarray]:
    """freud's box, with a wide margin along open directions, and positions in it, shape (n_atoms, 3), over `unit`.

    The first lattice vector is turned to x and the second into the plane x y, as freud wants it.
    """
    import freud

    cell = atoms.cell.complete()
    fractional = cell.scaled_positions(atoms.positions)
    turned = cell.standard_form()[0].array / unit
    for axis in np.flatnonzero(~np.asarray(atoms.pbc)):
        low, extent = fractional[:, axis].min(), np.ptp(fractional[:, axis])
        stretch = 3 * (extent + 1000 * unit / cell.lengths()[axis])
        turned[axis] *= stretch
        fractional[:, axis] = (fractional[:, axis] - low) / stretch
    points = (fractional % 1.0 - 0.5) @ turned  # freud has its origin in the middle of the box
    return freud.box.Box.from_matrix(turned.T), points
