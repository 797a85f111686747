"""Free parameters of a crystal and random moves of them that keep its space group, for `variants.py`.

Free are the strains and the displacements of atoms that every operation of the space group leaves as they are. A random
strain or displacement is projected onto them by averaging its images under all operations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import spglib
from ase import Atoms
from crystal_distance import SYMPREC
from scipy.linalg import expm

_SAME = 1e-6  # of singular values and fractional coordinates that should be zero
_NEAR = 2e-2  # angstrom, farther than rounding moves the image of an atom


@dataclass(frozen=True)
class Move:
    """A strain (symmetric, of the lattice) and a displacement (fractional, shape (n, 3)) of unit size."""

    strain: np.ndarray
    displacement: np.ndarray

    def of(self, atoms: Atoms, size: float) -> Atoms:
        """The cell after a move of this size; volume, or a monolayer's area, is kept."""
        cell = atoms.cell.array @ expm(size * self.strain)
        fractional = atoms.get_scaled_positions(wrap=False) + size * self.displacement
        return Atoms(atoms.numbers, positions=fractional @ cell, cell=cell, pbc=True)

    @property
    def reversed(self) -> Move:
        """The same the other way."""
        return Move(-self.strain, -self.displacement)


class FreeParameters:
    """The free parameters of a cell: `lattice` and `coordinates` are how many there are of each.

    The scale is no free parameter here. Of a monolayer only the lattice in its plane is free, so that the vacuum stays.
    """

    def __init__(self, atoms: Atoms, is_layer: bool):
        self._atoms = atoms
        self._directions = np.eye(3) - (np.outer(normal(atoms), normal(atoms)) if is_layer else 0.0)
        fractional = atoms.get_scaled_positions(wrap=False)
        self._unit = _mean_distance_to_nearest(atoms)
        found = spglib.get_symmetry((atoms.cell.array, fractional, atoms.numbers), SYMPREC)
        self._operations = [
            (rotation, _images(atoms, fractional, rotation, shift))
            for rotation, shift in zip(found["rotations"], found["translations"], strict=True)
        ]
        n = len(atoms)
        self.lattice = _rank([self._free_strain(_symmetric(unit)) for unit in np.eye(6)])
        self.coordinates = _rank([self._free_displacement(unit.reshape(n, 3)) for unit in np.eye(3 * n)])

    def random(self, rng: np.random.Generator) -> Move:
        """A random move of unit size: the Frobenius norm of its strain and the root mean square of its displacement,
        in units of the mean distance to the nearest neighbour, are the sides of a right triangle of hypotenuse 1.
        """
        strain = self._free_strain(_symmetric(rng.standard_normal(6)))
        displacement = self._free_displacement(rng.standard_normal((len(self._atoms), 3)))
        angle = np.pi / 2 * (rng.random() if self.lattice and self.coordinates else float(not self.lattice))
        if self.lattice:
            strain *= np.cos(angle) / np.linalg.norm(strain)
        if self.coordinates:
            length = np.sqrt(((displacement @ self._atoms.cell.array) ** 2).sum(axis=1).mean())
            displacement *= np.sin(angle) * self._unit / length
        return Move(strain * bool(self.lattice), displacement * bool(self.coordinates))

    def _free_strain(self, strain: np.ndarray) -> np.ndarray:
        cell = self._atoms.cell.array
        images = []
        for rotation, _ in self._operations:
            turn = cell.T @ rotation @ np.linalg.inv(cell.T)
            images.append(turn @ strain @ turn.T)
        free: np.ndarray = np.mean(images, axis=0)
        free = self._directions @ free @ self._directions
        return free - self._directions * np.trace(free) / np.trace(self._directions)

    def _free_displacement(self, displacement: np.ndarray) -> np.ndarray:
        total = np.zeros_like(displacement)
        for rotation, image in self._operations:
            total[image] += displacement @ rotation.T
        mean: np.ndarray = (total - total.mean(axis=0)) / len(self._operations)  # not all atoms alike
        return mean


def normal(atoms: Atoms) -> np.ndarray:
    """The direction of the third lattice vector, which stands upright on a monolayer."""
    direction: np.ndarray = atoms.cell.array[2] / np.linalg.norm(atoms.cell.array[2])
    return direction


def _images(atoms: Atoms, fractional: np.ndarray, rotation: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """To which atom an operation takes each."""
    difference = (fractional @ rotation.T + shift)[:, None] - fractional
    difference -= np.round(difference)
    lengths = np.linalg.norm(difference @ atoms.cell.array, axis=2)
    lengths[atoms.numbers[:, None] != atoms.numbers] = np.inf
    image: np.ndarray = lengths.argmin(axis=1)
    if lengths.min(axis=1).max() > _NEAR or len(set(image.tolist())) < len(image):
        raise ValueError(f"an operation does not permute the atoms of {atoms.symbols}")
    return image


def _mean_distance_to_nearest(atoms: Atoms) -> float:
    return float(nearest_distances(atoms).mean())


def nearest_distances(atoms: Atoms) -> np.ndarray:
    """Each atom's distance to its nearest neighbour."""
    from scipy.spatial import cKDTree

    shifts = np.array(list(np.ndindex(3, 3, 3))) - 1
    images = (shifts @ atoms.cell.array)[:, None] + atoms.positions
    found: np.ndarray = cKDTree(images.reshape(-1, 3)).query(atoms.positions, 2)[0][:, 1]
    return found


def _symmetric(six: np.ndarray) -> np.ndarray:
    matrix = np.zeros((3, 3))
    matrix[np.triu_indices(3)] = six
    return (matrix + matrix.T) / 2


def _rank(vectors: list[np.ndarray]) -> int:
    return int(np.linalg.matrix_rank(np.array([v.ravel() for v in vectors]), tol=_SAME * len(vectors)))
