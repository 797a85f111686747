"""Crystals that Python packages of open licences carry: for a formula, entries with the cell and all atoms.

    pip install larixite ncrystal xraylib xrayutilities crystals robocrys

Each package is optional; those that are installed are read. Nothing of them is copied but what is compared.
"""

from __future__ import annotations

import base64
import gzip
import importlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pymatgen.core import Composition, Element, Lattice, Structure
from pymatgen.core.operations import SymmOp


class Package(NamedTuple):
    """Its name on package indexes, its licence, and what of it holds crystals."""

    distribution: str
    licence: str
    holds: str


PACKAGES = {
    "larixite": Package("larixite", "MIT", "the American Mineralogist Crystal Structure Database"),
    "NCrystal": Package("ncrystal", "Apache-2.0", "its standard library of crystals"),
    "xraylib": Package("xraylib", "BSD-3-Clause", "its list of crystals"),
    "xrayutilities": Package("xrayutilities", "GPL-2.0-or-later", "its predefined materials"),
    "crystals": Package("crystals", "GPL-3.0", "its built-in CIF files"),
    "robocrys": Package("robocrys", "BSD-3-Clause", "its minerals, after the AFLOW library of prototypes"),
}
"""By module, in the order in which they are asked."""


class Entry(NamedTuple):
    """One crystal of a package: its name there, with the reference if the package has it, and its structure."""

    package: str
    name: str
    structure: Structure


def entries_of(formula: str) -> list[Entry]:
    """All entries of a reduced formula in the packages that are installed."""
    wanted = Composition(formula).reduced_formula
    return [
        Entry(package, name, structure)
        for package in PACKAGES
        for name, structure in _by_formula(package).get(wanted, ())
    ]


def all_entries() -> Iterator[Entry]:
    """All entries of the packages that are installed."""
    for package in PACKAGES:
        for formula in _by_formula(package).values():
            yield from (Entry(package, name, structure) for name, structure in formula)


def all_of(package: str) -> list[tuple[str, Structure]]:
    """Names and structures of a package that must be installed."""
    return list(READERS[package]())


def _by_formula(package: str) -> dict[str, list[tuple[str, Structure]]]:
    return _all_of(package) if find_spec(package) else {}


@cache
def _all_of(package: str) -> dict[str, list[tuple[str, Structure]]]:
    found: dict[str, list[tuple[str, Structure]]] = {}
    for name, structure in READERS[package]():
        found.setdefault(structure.composition.reduced_formula, []).append((name, structure))
    return found


def _folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


def _larixite() -> Iterator[tuple[str, Structure]]:
    """Entries of up to six sites, all of them fully occupied by elements; numbers are those of its database."""
    with sqlite3.connect(f"file:{_folder('larixite') / 'amcsd_cif1.db'}?mode=ro", uri=True) as base:
        rows = base.execute(
            "select cif.id, journalname, year, symmetry_xyz, a, b, c, alpha, beta, gamma, atoms_sites, atoms_x,"
            " atoms_y, atoms_z from cif join publications on publication_id = publications.id"
            " join spacegroups on spacegroup_id = spacegroups.id where atoms_occupancy = '0'"
        ).fetchall()
    for number, journal, year, operations, *cell, sites, x, y, z in rows:
        if sites in ("<missing>", '"<missing>"'):
            continue
        labels = json.loads(sites)
        symbols = [_symbol(label) for label in labels]
        if None in symbols or len(symbols) > 6:
            continue
        places = np.array([_unpacked(text, len(labels)) for text in (x, y, z)]).T
        try:
            lattice = Lattice.from_parameters(*map(float, cell))
        except ValueError:  # some have a comma in a number
            continue
        structure = _crystal(lattice, symbols, places, json.loads(operations))
        yield f"{number} ({journal} {year})", structure


def _symbol(label: str) -> str | None:
    """The element of a label such as `Fe1` or `SnA`."""
    letters = "".join(character for character in label[:2] if character.isalpha())
    return next((name for name in (letters, letters[:1]) if Element.is_valid_symbol(name)), None)


def _unpacked(text: str, n: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=np.int32)[:n] / 4e6  # larixite.amcsd_utils.farray_scale


def _crystal(lattice: Lattice, symbols: list[str | None], places: np.ndarray, operations: list[str]) -> Structure:
    """The atoms that operations make of sites, each once."""
    # As in other CIF files, thirds are written with four or five digits.
    rounded = places.copy()
    for third in (1 / 3, 2 / 3, 1 / 6, 5 / 6):
        rounded[np.abs(rounded - third) < 2e-4] = third
    made = [SymmOp.from_xyz_str(text) for text in operations]
    species, found = [], []
    for symbol, place in zip(symbols, rounded, strict=True):
        own: list[np.ndarray] = []
        for operation in made:
            image = operation.operate(place) % 1
            away = [np.linalg.norm(lattice.get_cartesian_coords((image - o) - np.round(image - o))) for o in own]
            if min(away, default=1.0) > 0.1:
                own.append(image)
        species += [symbol] * len(own)
        found += own
    return Structure(lattice, species, found)


def _ncrystal() -> Iterator[tuple[str, Structure]]:
    library = importlib.import_module("NCrystal")
    for file in library.browseFiles(factory="stdlib"):
        info = library.createInfo(file.name)
        if not info.hasStructureInfo() or not info.hasAtomInfo():
            continue
        cell = info.structure_info
        lattice = Lattice.from_parameters(*(cell[key] for key in ("a", "b", "c", "alpha", "beta", "gamma")))
        known = [atom for atom in info.atominfos if atom.atomData.isElement()]
        atoms = [(atom.atomData.elementName(), place) for atom in known for place in atom.positions]
        if len(atoms) == cell["n_atoms"]:
            yield file.name, Structure(lattice, *map(list, zip(*atoms, strict=True)))


def _xraylib() -> Iterator[tuple[str, Structure]]:
    library = importlib.import_module("xraylib")
    for name in library.Crystal_GetCrystalsList():
        crystal = library.Crystal_GetCrystal(name)
        lattice = Lattice.from_parameters(*(crystal[key] for key in ("a", "b", "c", "alpha", "beta", "gamma")))
        atoms = crystal["atom"]
        if all(atom["fraction"] == 1 and 0 < atom["Zatom"] < 100 for atom in atoms):
            species = [Element.from_Z(atom["Zatom"]) for atom in atoms]
            yield name, Structure(lattice, species, [[atom[axis] for axis in "xyz"] for atom in atoms])


def _xrayutilities() -> Iterator[tuple[str, Structure]]:
    materials = importlib.import_module("xrayutilities.materials")
    for name, crystal in vars(materials).items():
        if not isinstance(crystal, materials.Crystal):
            continue
        base = [(atom.name, place, occupied) for atom, place, occupied, _ in crystal.lattice.base()]
        if all(occupied == 1 and Element.is_valid_symbol(symbol) for symbol, _, occupied in base):
            lattice = Lattice(np.array([crystal.a1, crystal.a2, crystal.a3]))
            yield name, Structure(lattice, [symbol for symbol, *_ in base], [place for _, place, _ in base])


def _crystals() -> Iterator[tuple[str, Structure]]:
    library = importlib.import_module("crystals")
    for name in sorted(library.Crystal.builtins):
        crystal = library.Crystal.from_database(name)
        atoms = sorted(crystal, key=str)
        species = [atom.element for atom in atoms]
        yield name, Structure(crystal.lattice_vectors, species, [atom.coords_fractional for atom in atoms])


def _robocrys() -> Iterator[tuple[str, Structure]]:
    path = _folder("robocrys") / "condense" / "mineral_db.json.gz"
    table = json.loads(gzip.decompress(path.read_bytes()))
    for name, row in zip(table["index"], table["data"], strict=True):
        record = dict(zip(table["columns"], row, strict=True))
        yield f"{name} ({record['mineral']})", Structure.from_dict(record["structure"])


READERS: dict[str, Callable[[], Iterator[tuple[str, Structure]]]] = {
    "larixite": _larixite,
    "NCrystal": _ncrystal,
    "xraylib": _xraylib,
    "xrayutilities": _xrayutilities,
    "crystals": _crystals,
    "robocrys": _robocrys,
}
