"""What others find in an index: a ranking gives a structure's distance to every entry, infinite where it says no."""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from ase import Atoms

from arise_zoo.models.model import load_model

Ranking = Callable[[Atoms, np.ndarray], np.ndarray]
"""Distances, shape (n_entries,), of a structure with its descriptor, shape (n_features,)."""

NEIGHBOURS = 100
_LOOSE, _TIGHT = 0.1, 0.01  # angstrom: tolerances of a query's and of an entry's symmetry
_LEAST_COVERED = 0.5  # of the atoms, by MatID's largest cluster: as of the method `matid-sbc`


def cosine(cells: Sequence[Atoms], vectors: np.ndarray) -> Ranking:
    """One minus the cosine of two descriptors."""
    return lambda atoms, own: _one_minus_cosine(vectors, own)


def hidden_layer(cells: Sequence[Atoms], vectors: np.ndarray) -> Ranking:
    """One minus the cosine of two activations of the last hidden layer of `arise-field`."""
    model = load_model("arise-field")
    last = model.network.n_hidden - 1

    def activations(rows: np.ndarray) -> np.ndarray:
        return model.predict(rows, 0, hidden=(last,)).activations[last]

    theirs = activations(vectors)
    return lambda atoms, own: _one_minus_cosine(theirs, activations(own[None])[0])


def _one_minus_cosine(theirs: np.ndarray, own: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(theirs, axis=1) * np.linalg.norm(own)
    distances: np.ndarray = 1.0 - theirs @ own / lengths
    return distances


def average_minimum_distance(cells: Sequence[Atoms], vectors: np.ndarray) -> Ranking:
    """The largest difference of two average minimum distances (`minimum_distances`)."""
    theirs = np.array([minimum_distances(cell) for cell in cells])

    def rank(atoms: Atoms, own: np.ndarray) -> np.ndarray:
        distances: np.ndarray = np.abs(theirs - minimum_distances(atoms)).max(axis=1)
        return np.where(np.isnan(distances), np.inf, distances)

    return rank


def minimum_distances(atoms: Atoms, n: int = NEIGHBOURS) -> np.ndarray:
    """Mean distances of an atom to its first n neighbours, shape (n,), in units of the cube root of an atom's volume.

    D. Widdowson et al., MATCH Commun. Math. Comput. Chem. 87, 529 (2022), in angstrom there. NaN for what is not
    periodic in three directions.
    """
    from scipy.spatial import cKDTree

    if not atoms.pbc.all():
        return np.full(n, np.nan)
    unit = (atoms.get_volume() / len(atoms)) ** (1 / 3)
    positions = atoms.get_positions(wrap=True)
    heights = 1 / np.linalg.norm(np.linalg.inv(atoms.cell.array), axis=0)
    reach = unit * n ** (1 / 3)
    while True:
        copies = itertools.product(*(range(-m, m + 1) for m in np.ceil(reach / heights).astype(int)))
        images = (np.array(list(copies)) @ atoms.cell.array)[:, None] + positions
        near = ((images >= positions.min(axis=0) - reach) & (images <= positions.max(axis=0) + reach)).all(axis=2)
        distances = cKDTree(images[near]).query(positions, range(2, n + 2))[0]
        if distances.max() <= reach:  # beyond, images are missing
            means: np.ndarray = distances.mean(axis=0) / unit
            return means
        reach *= 1.4


def wyckoff(cells: Sequence[Atoms], vectors: np.ndarray) -> Ranking:
    """0 for entries with the space group and Wyckoff letters of the structure, by spglib."""
    keys = [_key(cell, _TIGHT) for cell in cells]
    return lambda atoms, own: _equal(keys, _key(atoms, _LOOSE))


def matid(cells: Sequence[Atoms], vectors: np.ndarray) -> Ranking:
    """As `wyckoff`, of the cell of the largest cluster that MatID's symmetry-based clustering finds."""
    from matid.clustering import SBC

    keys = [_key(cell, _TIGHT) for cell in cells]

    def rank(atoms: Atoms, own: np.ndarray) -> np.ndarray:
        try:
            clusters = SBC().get_clusters(atoms) if atoms.pbc.all() else []
        except np.exceptions.AxisError:  # as of the method `matid-sbc`
            clusters = []
        largest = max(clusters, key=len, default=None)
        if largest is None or len(largest) < _LEAST_COVERED * len(atoms):
            return np.full(len(keys), np.inf)
        cell = largest.get_cell()
        return _equal(keys, None if cell is None else _key(cell, _LOOSE))

    return rank


def _equal(keys: Sequence[Any], own: Any) -> np.ndarray:
    return np.array([0.0 if own is not None and own == other else np.inf for other in keys])


def _key(atoms: Atoms, symprec: float) -> Any:
    """Space group, and of each species the Wyckoff letters of its orbits; None where spglib finds none."""
    os.environ.setdefault("SPGLIB_WARNING", "OFF")
    import spglib

    if not atoms.pbc.all():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = spglib.get_symmetry_dataset((atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers), symprec)
    if found is None:
        return None
    species: dict[int, list[str]] = {}
    for first in np.unique(found.crystallographic_orbits):
        species.setdefault(int(atoms.numbers[first]), []).append(found.wyckoffs[first])
    return found.number, tuple(sorted("".join(sorted(letters)) for letters in species.values()))


def structure_matcher(cells: Sequence[Atoms], vectors: np.ndarray) -> Ranking:
    """Root mean square displacement of entries whose primitive cell matches by pymatgen's StructureMatcher."""
    from pymatgen.analysis.structure_matcher import StructureMatcher
    from pymatgen.core.structure import Structure

    def primitive(atoms: Atoms) -> Any:
        if not atoms.pbc.all():
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of rounded coordinates
            whole = Structure(atoms.cell.array, atoms.get_chemical_symbols(), atoms.get_scaled_positions())
            return whole.get_primitive_structure()

    def kind(structure: Any) -> Any:
        return None if structure is None else sorted(structure.composition.values())

    matcher, primitives = StructureMatcher(primitive_cell=False), [primitive(cell) for cell in cells]
    kinds = [kind(other) for other in primitives]

    def rank(atoms: Atoms, own: np.ndarray) -> np.ndarray:
        ours = primitive(atoms)
        may_match = [ours is not None and kind(ours) == other for other in kinds]  # no others can
        found = [
            matcher.get_rms_anonymous(ours, other)[0] if may else None
            for may, other in zip(may_match, primitives, strict=True)
        ]
        return np.array([np.inf if rms is None else rms for rms in found])

    return rank


ALL: dict[str, Callable[[Sequence[Atoms], np.ndarray], Ranking]] = {
    "cosine of the descriptor": cosine,
    "cosine of the last hidden layer of `arise-field`": hidden_layer,
    "average minimum distance": average_minimum_distance,
    "space group and Wyckoff letters, spglib": wyckoff,
    "the same of the cell that MatID finds": matid,
    "pymatgen's StructureMatcher": structure_matcher,
}
"""Makes a ranking from the cells of entries and their descriptors, shape (n_entries, n_features)."""

DESCRIBED = ("cosine of the descriptor", "cosine of the last hidden layer of `arise-field`")
"""Those that need the descriptor, whose time counts."""

SLOW = ("the same of the cell that MatID finds", "pymatgen's StructureMatcher")
"""Those that take seconds for some structures."""
