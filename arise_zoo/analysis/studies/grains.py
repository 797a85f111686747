"""Where the grains of the four-grain polycrystal are, by a method independent of the network: PTM.

Polyhedral template matching names single atoms; here these names become the grain of a box, and whether the box is
inside a grain or on a boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms

from ..boxes import members
from ..grid import Grid

GRAINS = ("fcc_cu", "bcc_w", "hcp_mg", "diamond_c")
_NEIGHBOURHOOD = 5.0  # angstrom, in which atoms vote on the grain of the one in their middle
_FAR = 3.0  # angstrom; a point that has no atom so near, seen across the slab, is outside
_INSIDE, _MIXED = 0.99, 0.75  # share of a box's atoms that are of its first grain: at least, at most


@dataclass(frozen=True, eq=False)
class Grains:
    """Of each box: `grain`, the place in `GRAINS` of that of most of its atoms (-1: none), whether it is wholly
    `inside` one, and whether it is on a `boundary` of two. Boxes that reach beyond the surface are neither.
    """

    grain: np.ndarray
    inside: np.ndarray
    boundary: np.ndarray


def find_grains(atoms: Atoms, grid: Grid) -> Grains:
    """The grains of a pristine polycrystal, at the positions of a grid in its plane."""
    centres = grid.centres()
    grain_of_atom = _grain_of_atoms(atoms)
    counts = np.zeros((len(centres), len(GRAINS)))
    for i, held in enumerate(members(atoms.positions, centres, grid.box)):
        counts[i] = np.bincount(grain_of_atom[held][grain_of_atom[held] >= 0], minlength=len(GRAINS))
    total = counts.sum(axis=1)
    first_share = counts.max(axis=1) / np.maximum(total, 1)
    covered = _covered(atoms, centres, grid.box) & (total > 0)
    grain = np.where(total > 0, counts.argmax(axis=1), -1)
    return Grains(grain, covered & (first_share >= _INSIDE), covered & (first_share <= _MIXED))


def _grain_of_atoms(atoms: Atoms) -> np.ndarray:
    from scipy.spatial import cKDTree

    from ...methods import Prediction, get_method

    answer = get_method("ptm").predict(atoms)
    labels = np.asarray(answer.labels if isinstance(answer, Prediction) else answer)
    votes = np.stack([labels == grain for grain in GRAINS], axis=1)
    tree = cKDTree(atoms.positions)
    counts = np.array([votes[near].sum(axis=0) for near in tree.query_ball_point(atoms.positions, _NEIGHBOURHOOD)])
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1)


def _covered(atoms: Atoms, centres: np.ndarray, box: float) -> np.ndarray:
    """Whether there are atoms everywhere in a box, seen across the slab."""
    from scipy.spatial import cKDTree

    tree = cKDTree(atoms.positions[:, :2])
    offsets = np.linspace(-0.5 * box, 0.5 * box, 5)
    covered = np.ones(len(centres), bool)
    for dx in offsets:
        for dy in offsets:
            covered &= tree.query(centres[:, :2] + (dx, dy))[0] <= _FAR
    return covered
