"""The nearest neighbours of every atom, however small the cell and whichever directions are periodic."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from ase import Atoms

_FIRST_GUESS = 1.3  # of the radius of a ball that holds the neighbours at the mean density
_GROWTH = 1.4


class Neighbours(NamedTuple):
    """Neighbours in the order of their distance, the first two fields of shape (n_atoms, n), the last (n_atoms, n, 3).

    `indices` number the atoms, `distances` and `vectors` (from an atom to its neighbours) are in angstrom. Where an
    isolated structure has fewer than n other atoms, the distance is infinite, the index the atom's own.
    """

    indices: np.ndarray
    distances: np.ndarray
    vectors: np.ndarray


class Images(NamedTuple):
    """Atoms and their periodic images: `positions` (angstrom), shape (n, 3), and `owners`, which atom each is of.

    The atoms themselves come first, in their order.
    """

    positions: np.ndarray
    owners: np.ndarray


def images_within(atoms: Atoms, reach: float) -> Images:
    """The atoms, brought into the cell, and all images no farther than `reach` (angstrom) from the cell's faces."""
    periodic = np.asarray(atoms.pbc, dtype=bool)
    everyone = np.arange(len(atoms))
    if not periodic.any():
        return Images(atoms.positions.copy(), everyone)
    cell = atoms.cell.complete().array
    inverse = np.linalg.inv(cell)
    fractional = atoms.positions @ inverse
    fractional[:, periodic] -= np.floor(fractional[:, periodic])
    margin = np.where(periodic, reach * np.linalg.norm(inverse, axis=0), 0.0)  # in units of the lattice vectors
    images, owners = [fractional], [everyone]
    steps = [np.arange(-np.ceil(m), np.ceil(m) + 1) for m in margin]
    for shift in np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3):
        if not shift.any():
            continue
        moved = fractional + shift
        inside = ((moved >= -margin) & (moved <= 1 + margin) | ~periodic).all(axis=1)
        images.append(moved[inside])
        owners.append(everyone[inside])
    return Images(np.concatenate(images) @ cell, np.concatenate(owners))


def nearest_neighbours(atoms: Atoms, n: int) -> Neighbours:
    """The n nearest neighbours of every atom, periodic images of atoms included.

    Parameters
    ----------
    atoms : Atoms
        Periodic in any directions; coordinates and cell finite (`arise_zoo.reading.check_atoms`).
    n : int
        How many neighbours.

    Returns
    -------
    Neighbours
    """
    from scipy.spatial import cKDTree

    periodic = bool(atoms.pbc.any())
    reach = _first_reach(atoms, n) if periodic else np.inf
    everyone = np.arange(len(atoms))
    while True:
        images = images_within(atoms, reach)
        places = images.positions[: len(atoms)]
        distances, found = cKDTree(images.positions).query(places, k=n + 1)
        if not periodic or (distances[:, n] <= reach).all():
            break
        reach *= _GROWTH
    # The atom itself goes to the end; among atoms at one place it need not have come first.
    order = np.argsort(found == everyone[:, None], axis=1, kind="stable")[:, :n]
    found, distances = np.take_along_axis(found, order, axis=1), np.take_along_axis(distances, order, axis=1)
    found = np.where(np.isfinite(distances), found, everyone[:, None])
    vectors = images.positions[found] - places[:, None]
    return Neighbours(images.owners[found], distances, vectors)


def _first_reach(atoms: Atoms, n: int) -> float:
    """A radius (angstrom) within which most atoms should have n neighbours."""
    volume = abs(np.linalg.det(atoms.cell.complete().array)) / len(atoms)
    return float(_FIRST_GUESS * (3 * (n + 1) * volume / (4 * np.pi)) ** (1 / 3))
