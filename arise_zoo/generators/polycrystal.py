"""Polycrystals: grains of any of the classes, each turned its own way, in the cells of a Voronoi tessellation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms

from ..common.seeds import rng_for
from ..errors import StructureError
from ..prototypes import get_prototype
from ..structures.operations import random_rotation
from .overlaps import nearest_distance, without_overlaps


def voronoi_polycrystal(
    classes: Sequence[str],
    size: Sequence[float] = (60.0, 60.0, 60.0),
    n_grains: int | None = None,
    *,
    dimensions: int = 3,
    periodic: bool = True,
    overlap: float = 0.7,
    seed: int = 0,
) -> Atoms:
    """A box full of grains around points drawn at random. Nothing is relaxed.

    Parameters
    ----------
    classes : sequence of str
        Class ids such as `fcc_cu`, assigned to the grains in turn.
    size : sequence of float
        Edges of the box, in angstrom.
    n_grains : int, optional
        Number of grains (default: one per class).
    dimensions : {3, 2}
        3 for grains of any orientation, 2 for columns along z that are rotated about z.
    periodic : bool
        Whether the box is periodic in all directions.
    overlap : float
        Of atoms of two grains that are closer than this times the shorter of their nearest-neighbour distances, one is
        removed.
    seed : int
        Seed of points and rotations.

    Returns
    -------
    ase.Atoms
        With the array "grain", the number of the grain, and `info["classes"]`, the class of each grain.

    Raises
    ------
    StructureError
        For monolayers and tubes, which fill no space, and for impossible sizes.
    """
    edges = np.asarray(size, float)
    n_grains = len(classes) if n_grains is None else n_grains
    if edges.shape != (3,) or not (edges > 0).all():
        raise StructureError(f"the size of the box must be three positive lengths, not {edges.tolist()}.")
    if not classes or n_grains < 1 or dimensions not in (2, 3):
        raise StructureError("a polycrystal needs at least one class and one grain, in 2 or 3 dimensions.")
    prototypes = [get_prototype(classes[i % len(classes)]) for i in range(n_grains)]
    for prototype in prototypes:
        if prototype.group in ("monolayer", "nanotube"):
            raise StructureError(f"{prototype.id} is a {prototype.group} and fills no space; take a bulk class.")
    identity = ("polycrystal", *classes, *edges.tolist(), n_grains, dimensions, periodic, seed)
    seeds = rng_for(*identity, "points").random((n_grains, 3)) * edges
    if dimensions == 2:
        seeds[:, 2] = size[2] / 2
    grains, nearest = [], []
    for number, prototype in enumerate(prototypes):
        cell = prototype.build()
        rotation = _rotation(rng_for(*identity, "rotation", number), dimensions)
        grain = _grain(cell, rotation, seeds, number, size=edges, periodic=periodic, dimensions=dimensions)
        grain.set_array("grain", np.full(len(grain), number, np.int32))
        grains.append(grain)
        nearest.append(nearest_distance(cell))
    atoms = Atoms(cell=size, pbc=periodic)
    for grain in grains:
        atoms += grain
    if len(atoms) == 0:
        raise StructureError("the box is too small to hold an atom; give a larger size.")
    atoms = without_overlaps(atoms, overlap * min(nearest))
    atoms.info["classes"] = [prototype.id for prototype in prototypes]
    return atoms


def _rotation(rng: np.random.Generator, dimensions: int) -> np.ndarray:
    from scipy.spatial.transform import Rotation

    if dimensions == 3:
        return random_rotation(rng)
    about_z: np.ndarray = Rotation.from_euler("z", 2 * np.pi * rng.random()).as_matrix()
    return about_z


def _grain(
    cell: Atoms,
    rotation: np.ndarray,
    seeds: np.ndarray,
    number: int,
    *,
    size: np.ndarray,
    periodic: bool,
    dimensions: int,
) -> Atoms:
    """The atoms of a turned crystal that are nearer to this grain's point than to any other's."""
    from scipy.spatial import cKDTree

    images = np.array(list(np.ndindex(3, 3, 3)), float) - 1 if periodic else np.zeros((1, 3))
    if dimensions == 2:
        images[:, 2] = 0
        images = np.unique(images, axis=0)
    others = (seeds[:, None] + images * size).reshape(-1, 3)
    own = number * len(images) + int(np.flatnonzero((images == 0).all(axis=1))[0])
    # No point of the grain is farther from its seed than half of the box's diagonal, or the whole without images.
    reach = np.linalg.norm(size) / (2 if periodic else 1) + 1.0
    low, high = (seeds[number] - reach, seeds[number] + reach) if periodic else (np.zeros(3), size)
    if dimensions == 2:
        low[2], high[2] = 0.0, size[2]
    vectors = cell.cell.array @ rotation.T
    corners = np.array([np.where(c, high, low) - seeds[number] for c in np.ndindex(2, 2, 2)])
    cells = corners @ np.linalg.inv(vectors)
    ranges = [np.arange(np.floor(a) - 1, np.ceil(b) + 2) for a, b in zip(cells.min(0), cells.max(0), strict=True)]
    numbers, positions = [], []
    tree = cKDTree(others)
    basis = cell.positions @ rotation.T
    for i in ranges[0]:  # a slice of cells at a time, so that memory stays small
        origins = np.stack(np.meshgrid([i], *ranges[1:], indexing="ij"), axis=-1).reshape(-1, 3) @ vectors
        found = (origins[:, None] + basis + seeds[number]).reshape(-1, 3)
        species = np.tile(cell.numbers, len(origins))
        inside = ((found >= low) & (found < high)).all(axis=1)
        found, species = found[inside], species[inside]
        if dimensions == 2:
            flat = np.concatenate([found[:, :2], np.full((len(found), 1), size[2] / 2)], axis=1)
        else:
            flat = found
        belongs = tree.query(flat)[1] == own if len(found) else np.zeros(0, bool)
        positions.append(found[belongs])
        numbers.append(species[belongs])
    grain = Atoms(np.concatenate(numbers), positions=np.concatenate(positions), cell=size, pbc=periodic)
    if periodic:
        grain.wrap()
    return grain
