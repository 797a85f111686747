"""Structures as people hold them in memory: `ase.Atoms`, pymatgen's structures and molecules, OVITO's `DataCollection`.

The converters of pymatgen and OVITO to ASE refuse mixed sites and species that are no elements, which the descriptor
does not mind; here they are read as in files. Neither package is imported.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ase import Atoms

from ..errors import StructureError
from .species import SpeciesMap, numbers_of

_FULL = 0.995  # occupancy
_HELD = "ase.Atoms, a pymatgen Structure, an OVITO DataCollection"


def is_structure(thing: object) -> bool:
    """Whether `as_atoms` takes it."""
    return isinstance(thing, Atoms) or _is_of(thing, "pymatgen", "sites") or _is_of(thing, "ovito", "particles")


def as_atoms(thing: Any, where: str = "the structure", species: SpeciesMap | None = None) -> Atoms:
    """The structure as `ase.Atoms`, which are returned as they are.

    `species` says what labels of types mean (`species.numbers_of`). What had to be decided is in
    `atoms.info["notes"]`. Raises `StructureError`, naming `where`, for anything else.
    """
    if isinstance(thing, Atoms):
        return thing
    if _is_of(thing, "pymatgen", "sites"):
        return _of_pymatgen(thing, species or {})
    if _is_of(thing, "ovito", "particles"):
        return _of_ovito(thing, where, species or {})
    raise StructureError(f"{where} is neither {_HELD} nor a path, but {type(thing).__name__}.")


def _is_of(thing: object, package: str, attribute: str) -> bool:
    return hasattr(thing, attribute) and any(c.__module__.split(".")[0] == package for c in type(thing).__mro__)


def _of_pymatgen(structure: Any, species: SpeciesMap) -> Atoms:
    labels, notes = [], []
    for site in structure.sites:
        shares = {kind.symbol: float(share) for kind, share in site.species.items()}
        labels.append(max(shares, key=lambda symbol: shares[symbol]))
        names = " and ".join(f"{symbol} ({share:g})" for symbol, share in shares.items())
        if len(shares) > 1:
            notes.append(f"a site is mixed, of {names}; {labels[-1]} is taken")
        elif shares[labels[-1]] < _FULL:
            notes.append(f"a site is occupied to {shares[labels[-1]]:g} only, by {labels[-1]}; it is taken as full")
    lattice = getattr(structure, "lattice", None)  # molecules have none
    cell, pbc = (None, False) if lattice is None else (lattice.matrix, lattice.pbc)
    return _atoms(labels, structure.cart_coords, cell, pbc, species, notes)


def _of_ovito(data: Any, where: str, species: SpeciesMap) -> Atoms:
    if data.particles is None or data.particles.positions is None:
        raise StructureError(f"{where} holds no particles.")
    types = data.particles.particle_types
    positions = np.array(data.particles.positions, float)
    if types is None:
        labels = ["type 1"] * len(positions)
    else:
        names = {kind.id: kind.name for kind in types.types}
        labels = [species.get(str(i)) or names.get(i) or f"type {i}" for i in np.asarray(types).tolist()]
    if data.cell is None:
        return _atoms(labels, positions, None, False, species, [])
    matrix = np.array(data.cell, float)  # columns: three vectors and the origin
    pbc = np.array(data.cell.pbc) & [True, True, not data.cell.is2D]
    return _atoms(labels, positions - matrix[:, 3], matrix[:, :3].T, pbc, species, [])


def _atoms(labels: list[str], positions: Any, cell: Any, pbc: Any, species: SpeciesMap, notes: list[str]) -> Atoms:
    numbers, more = numbers_of(labels, species)
    atoms = Atoms([numbers[label] for label in labels], positions=np.asarray(positions), cell=cell, pbc=pbc)
    if said := tuple(dict.fromkeys([*notes, *more])):
        atoms.info["notes"] = said
    return atoms
