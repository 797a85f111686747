"""What proves a state: that atoms vibrate about their sites, that they diffuse, that there is no long-range order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from ase import Atoms

VIBRATING = 0.25
"""Largest root mean square of displacements relative to the neighbours, in nearest-neighbour distances, of a solid."""

JUMPED, MOST_JUMPED = 0.5, 0.02
"""An atom farther from its site than the first has left it; in a solid no more than the second, a share, have."""

DEFORMED, STRAINED = 0.12, 0.1
"""Largest root mean square of mean displacements relative to the neighbours, and strain, that are no other crystal."""

DIFFUSING = 0.7
"""Least root mean square displacement of a liquid over the time sampled, in nearest-neighbour distances."""

ORDERED = 0.2
"""Mean height of the highest Bragg peak, as a share of that of a perfect crystal, above which a state has order."""

_WAVES_AT_ONCE = 4096


class Crystal:
    """The sites that atoms are compared with.

    Parameters
    ----------
    atoms : Atoms
        The ideal crystal in its box.
    """

    def __init__(self, atoms: Atoms):
        from ase.neighborlist import neighbor_list

        self._cell, self._periodic = atoms.cell.array.copy(), bool(atoms.pbc.any())
        self._sites = atoms.positions.copy()
        longest = 4.0
        while True:
            first, second, distances = neighbor_list("ijd", atoms, longest)
            if len(np.unique(first)) == len(atoms):
                break
            longest *= 1.2
        self.spacing = float(distances.min())
        nearest = np.full(len(atoms), np.inf)
        np.minimum.at(nearest, first, distances)
        close = distances <= 1.2 * nearest[first]
        self._first, self._second = first[close], second[close]
        self._counts = np.bincount(self._first, minlength=len(atoms))

    def displacements(self, positions: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """Displacements from the sites, which follow the cell, relative to those of the neighbours, shape (n, 3)."""
        moved = self._moved(positions, cell)
        moved -= moved.mean(axis=0)
        around = np.zeros_like(moved)
        np.add.at(around, self._first, moved[self._second])
        return moved - around / self._counts[:, None]

    def drift(self, positions: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """How far the structure moved as a whole, shape (3,)."""
        drift: np.ndarray = self._moved(positions, cell).mean(axis=0)
        return drift

    def strain(self, cell: np.ndarray) -> float:
        """Largest relative change of a length of the box after the mean change is taken out; 0 without a box."""
        if not self._periodic:
            return 0.0
        lengths, ideal = np.linalg.norm(cell, axis=1), np.linalg.norm(self._cell, axis=1)
        change = lengths / ideal
        if self._is_flat:
            change = change[:2]
        return float(np.abs(change / change.mean() - 1.0).max())

    def _moved(self, positions: np.ndarray, cell: np.ndarray) -> np.ndarray:
        if not self._periodic:
            return _displaced(self._sites, positions)
        moved: np.ndarray = positions - self._sites @ np.linalg.inv(self._cell) @ cell
        return moved

    @property
    def _is_flat(self) -> bool:
        return bool(np.ptp(self._sites[:, 2]) < 0.5 * self._cell[2, 2])


def _displaced(sites: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """Displacements of an isolated structure from sites turned with it (W. Kabsch, Acta Cryst. A 32, 922 (1976))."""
    from scipy.spatial.transform import Rotation

    middle = sites.mean(axis=0)
    rotation, _ = Rotation.align_vectors(positions - positions.mean(axis=0), sites - middle)
    moved: np.ndarray = positions - rotation.apply(sites - middle) - middle
    return moved


class Vibration(NamedTuple):
    """Of one frame: root mean square of relative displacements, in nearest-neighbour distances, and share that left."""

    amplitude: float
    jumped: float


def vibration(crystal: Crystal, positions: np.ndarray, cell: np.ndarray) -> Vibration:
    """How far the atoms of a frame are from their sites."""
    lengths = np.linalg.norm(crystal.displacements(positions, cell), axis=1) / crystal.spacing
    return Vibration(float(np.sqrt((lengths**2).mean())), float((lengths > JUMPED).mean()))


def deformation(crystal: Crystal, positions: np.ndarray, cells: np.ndarray) -> float:
    """Root mean square of the relative displacements averaged over frames, in nearest-neighbour distances.

    `positions`: shape (n_frames, n_atoms, 3). It is zero for a crystal on its sites, and large for another crystal.
    """
    mean = np.mean([crystal.displacements(p, c) for p, c in zip(positions, cells, strict=True)], axis=0)
    return float(np.sqrt((mean**2).sum(axis=1).mean()) / crystal.spacing)


def diffusion(positions: np.ndarray, picoseconds: float) -> tuple[float, float]:
    """Root mean square displacement (angstrom) from the first frame to the last, and the coefficient of diffusion
    (square angstrom a picosecond) from it, by Einstein's relation in three dimensions."""
    moved = positions[-1] - positions[0]
    moved = moved - moved.mean(axis=0)
    square = float((moved**2).sum(axis=1).mean())
    return float(np.sqrt(square)), square / (6.0 * picoseconds)


def bragg_peak(positions: np.ndarray, cell: np.ndarray, spacing: float) -> float:
    """Height of the highest peak of the structure factor S(k) / n over the wave vectors of the box, species ignored.

    One for a perfect crystal, of the order of 10 / n for a liquid. Wave vectors have lengths from 0.6 to 2.2 times
    2 pi / spacing.
    """
    reciprocal = 2 * np.pi * np.linalg.inv(cell).T
    most = np.ceil(2.2 * 2 * np.pi / spacing / np.linalg.norm(reciprocal, axis=1) * 1.2).astype(int)
    grid = np.stack(np.meshgrid(*(np.arange(-m, m + 1) for m in most), indexing="ij"), axis=-1).reshape(-1, 3)
    waves = grid @ reciprocal
    lengths = np.linalg.norm(waves, axis=1) * spacing / (2 * np.pi)
    waves = waves[(lengths > 0.6) & (lengths < 2.2) & (waves @ [1.0, 1e-3, 1e-6] > 0)]
    highest = 0.0
    for begin in range(0, len(waves), _WAVES_AT_ONCE):
        phases = positions @ waves[begin : begin + _WAVES_AT_ONCE].T
        height = np.cos(phases).sum(axis=0) ** 2 + np.sin(phases).sum(axis=0) ** 2
        highest = max(highest, float(height.max()))
    return highest / len(positions) ** 2
