"""What an index can be made of: structures of ASE and pymatgen, prototypes, files, folders, databases, data sets."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from ase import Atoms

from ..errors import AriseZooError, StructureError
from ..prototypes import Prototype, load_prototypes
from ..prototypes.geometries import geometry_of
from ..reading import check_atoms, read_frames

CLASSES = "classes"
"""The library that is the 108 classes; a file or folder of this name is given as `./classes`."""

_DATABASES = (".db", ".aselmdb", ".json")
_NEVER = ("manifest.json",)


class Item(NamedTuple):
    """One structure of a library: `id`, unique in an index; `atoms`; `prototype`, what it is a structure of; `source`,
    where it is from, with its licence if that is known; `geometry`, what it is whatever the species, if that is known.
    """

    id: str
    atoms: Atoms
    prototype: str
    source: str = ""
    geometry: str = ""


Trouble = Callable[[StructureError], None]
"""What is done about a structure or file that cannot be used: raise, or note it and go on."""


def fail(error: StructureError) -> None:
    """Raise the error."""
    raise error


def items_of(library: Any, trouble: Trouble = fail) -> Iterator[Item]:
    """The structures of a library, one at a time.

    Parameters
    ----------
    library
        `ase.Atoms`, a structure of pymatgen, a `Prototype`, an `Item`, the path of a file of structures, of a database
        of ASE or of a folder of both (searched to its end; ids are paths below it), the word "classes" for the 108
        classes, a configuration of this package's data sets (`arise/dynamics:solids`); a mapping of ids to any of
        these, or an iterable of them. Other data sets of `datasets` are taken if their rows have `numbers`,
        `positions`, `cell` and `pbc`, as those of this package: `id` names a row, `label` is its prototype.
    trouble : callable, optional
        Given the `StructureError` of each file that cannot be read (default: it is raised).
    """
    if isinstance(library, Mapping):
        for name, one in library.items():
            items = items_of(one, trouble)
            yield from items if _is_dataset(one) else (_renamed(item, str(name)) for item in items)
    elif _is_dataset(library):
        yield from _of_dataset(library)
    elif isinstance(library, Item):
        yield library
    elif isinstance(library, Prototype):
        yield _of_prototype(library)
    elif isinstance(library, str) and library == CLASSES:
        yield from map(_of_prototype, load_prototypes())
    elif isinstance(library, (str, PathLike)):
        yield from _of_named_dataset(str(library)) if _names_dataset(str(library)) else _of_path(Path(library), trouble)
    elif isinstance(library, Atoms) or _is_pymatgen(library):
        yield _of_structure(library, 0)
    elif isinstance(library, Iterable):
        for place, one in enumerate(library):
            single = isinstance(one, Atoms) or _is_pymatgen(one)
            yield from [_of_structure(one, place)] if single else items_of(one, trouble)
    else:
        raise StructureError(
            f"an index cannot be made of a {type(library).__name__}; give structures of ASE or pymatgen, or paths."
        )


def as_atoms(structure: Any) -> Atoms:
    """A structure of ASE or pymatgen as `ase.Atoms`, checked; raises `StructureError` for anything else."""
    if _is_pymatgen(structure):
        if not structure.is_ordered:
            raise StructureError("the structure has sites of several species; order it first.")
        lattice = getattr(structure, "lattice", None)  # a molecule has none
        numbers = [site.specie.Z for site in structure]
        pbc = False if lattice is None else lattice.pbc
        cell = None if lattice is None else lattice.matrix
        structure = Atoms(numbers, positions=structure.cart_coords, cell=cell, pbc=pbc)
    if not isinstance(structure, Atoms):
        raise StructureError(f"a {type(structure).__name__} is no structure of ASE or pymatgen.")
    check_atoms(structure, "the structure")
    return structure


def _is_pymatgen(structure: Any) -> bool:
    core = sys.modules.get("pymatgen.core.structure")  # whoever has such a structure has loaded it
    return core is not None and isinstance(structure, core.SiteCollection)


def _of_prototype(prototype: Prototype) -> Item:
    atoms, source = prototype.build(), prototype.source
    licence = f", {source.licence}" if source.licence else ""
    return Item(prototype.id, atoms, prototype.id, f"{source.name}{licence}", geometry_of(prototype.id))


def _of_structure(structure: Any, place: int) -> Item:
    atoms = as_atoms(structure)
    name = str(atoms.info.get("name") or f"structure-{place}")
    return Item(name, atoms, str(atoms.info.get("prototype") or name))


def _renamed(item: Item, name: str) -> Item:
    """With the id that a mapping gives; of several frames of a file each keeps its number."""
    at = item.id.rpartition("@")[2] if "@" in item.id else ""
    return item._replace(id=f"{name}@{at}" if at else name, prototype=name, geometry="")


_GEOMETRY = ("numbers", "positions", "cell", "pbc")
_OWNER_NAME = re.compile(r"[\w-]+/([\w-]+)(:[\w.-]+)?")


def is_library(path: str | PathLike[str]) -> bool:
    """Whether a path is that of a folder or a database, or no path but the name of a data set of this package."""
    return Path(path).is_dir() or Path(path).suffix.lower() in _DATABASES or _names_dataset(str(path))


def _names_dataset(name: str) -> bool:
    found = _OWNER_NAME.fullmatch(name)
    if not found or Path(name).exists():
        return False
    from ..datasets import DATASETS

    return found[1] in DATASETS


def _of_named_dataset(name: str) -> Iterator[Item]:
    from ..datasets import load_dataset

    repository, _, config = name.partition(":")
    yield from items_of(load_dataset(repository, config or None))


def _is_dataset(library: Any) -> bool:
    return isinstance(getattr(library, "features", None), Mapping)


def _of_dataset(rows: Any) -> Iterator[Item]:
    if not set(_GEOMETRY) <= set(rows.features):
        raise StructureError(f"the data set has no columns {', '.join(_GEOMETRY)}; choose a configuration with them.")
    names = getattr(rows.features.get("label"), "names", None)  # of classes whose numbers the rows hold
    for place, row in enumerate(rows):
        numbers, positions, cell, pbc = (row[column] for column in _GEOMETRY)
        own, label = str(row.get("id", f"row-{place}")), row.get("label")
        prototype = own if label in (None, -1) else str(names[label] if names else label)
        yield Item(own, Atoms(numbers, positions=positions, cell=cell, pbc=pbc), prototype)


def _of_path(path: Path, trouble: Trouble) -> Iterator[Item]:
    if not path.is_dir():
        yield from _guarded(path, path.name, trouble)
        return
    files = sorted(
        file
        for file in path.rglob("*")
        if file.is_file()
        and file.name not in _NEVER
        and not any(p.startswith(".") for p in file.relative_to(path).parts)
    )
    if not files:
        raise StructureError(f"the folder {path} holds no file; name one with files of structures.")
    for file in files:
        yield from _guarded(file, str(file.relative_to(path)), trouble)


def _guarded(path: Path, name: str, trouble: Trouble) -> Iterator[Item]:
    try:
        yield from _of_database(path, name) if path.suffix.lower() in _DATABASES else _of_file(path, name)
    except StructureError as error:
        trouble(error)


def _of_file(path: Path, name: str) -> Iterator[Item]:
    frames = read_frames(path)
    for number, atoms in enumerate(frames):
        own = name if len(frames) == 1 else f"{name}@{number}"
        yield Item(own, atoms, own, str(path))


def _of_database(path: Path, name: str) -> Iterator[Item]:
    """The rows of a database of ASE; the key `prototype` of a row, if it has one, is its prototype."""
    from ase.db import connect

    if not path.is_file():
        raise StructureError(f"there is no file {path}.")
    try:
        for row in connect(str(path)).select():
            own = f"{name}@{row.id}"
            yield Item(own, row.toatoms(), str(row.key_value_pairs.get("prototype", own)), str(path))
    except AriseZooError:
        raise
    except Exception as error:  # of any kind
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise StructureError(f"{path} is not a database of ASE that can be read ({reason}).") from error
