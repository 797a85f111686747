"""`read_frames` and `read_structure`: which format a file has, and who reads it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from os import PathLike
from typing import Any

from ase import Atoms

from ..errors import StructureError, UnknownNameError
from . import cif, lammps
from .checks import check_atoms
from .labels import check_xyz, relabelled_poscar, relabelled_xyz
from .source import Source, source_of
from .species import SpeciesMap, parse_species
from .streaming import STREAMED, is_long, is_past, is_wanted, texts_of_frames

Reader = Callable[[str, str, SpeciesMap], list[Atoms]]

_OWN: dict[str, Reader] = {
    "cif": cif.read_cif,
    "lammps-data": lammps.read_data,
    "lammps-dump-text": lammps.read_dump,
}
_RELABELLED = {"extxyz": relabelled_xyz, "xyz": relabelled_xyz, "vasp": relabelled_poscar}
_SUFFIXES = {".cif": "cif", ".mcif": "cif", ".xyz": "extxyz", ".extxyz": "extxyz", ".poscar": "vasp", ".vasp": "vasp"}
_ALIASES = {"poscar": "vasp", "lammps": "lammps-data", "lammpstrj": "lammps-dump-text", "dump": "lammps-dump-text"}


def read_frames(
    path: str | PathLike[str],
    *,
    format: str | None = None,
    species: str | Sequence[str] | SpeciesMap | None = None,
) -> list[Atoms]:
    """All structures of a file, at least one.

    Parameters
    ----------
    path : str or Path
        The file, which may be compressed (.gz, .bz2, .xz); with `@0:100:5` behind it, some of its frames; `-` for
        standard input.
    format : str, optional
        Its format, by the name that ASE gives it (default: told by its name and content).
    species : str, sequence or mapping, optional
        Elements for types or labels: "Cu,Zr" for the types 1 and 2, "A=Cu,B=Zr" for labels.

    Returns
    -------
    list of ase.Atoms
        What had to be decided in reading a structure is in `atoms.info["notes"]`, a tuple of sentences.

    Raises
    ------
    StructureError
        If there is no such file, if it cannot be read or contradicts itself, or if it holds no structure.
    """
    return [atoms for _, atoms in read_named(path, format=format, species=species)]


def read_named(
    path: str | PathLike[str],
    *,
    format: str | None = None,
    species: str | Sequence[str] | SpeciesMap | None = None,
) -> list[tuple[str, Atoms]]:
    """As `read_frames`, each structure after its name: that of the file, with `@3` behind it for frame 3 of several."""
    wanted, known = parse_species(species), known_format(format)
    source = source_of(path)
    frames = _read(source, known, wanted)
    if not frames:
        raise StructureError(f"{source.name} holds no structure.")
    if source.frames is None and len(frames) == 1:
        return [(source.given, frames[0])]
    if isinstance(source.frames, int):
        _one(frames, source.frames, source.name)
        numbers = [source.frames % len(frames)]
    else:
        numbers = list(range(len(frames))[source.frames or slice(None)])
    if not numbers:
        raise StructureError(f"{source.name} has none of these frames; its {len(frames)} are numbered from 0.")
    return [(f"{source.given}@{number}", frames[number]) for number in numbers]


def iter_named(
    path: str | PathLike[str],
    *,
    format: str | None = None,
    species: str | Sequence[str] | SpeciesMap | None = None,
) -> Iterable[tuple[str, Atoms]]:
    """As `read_named`, but from long files of extended XYZ and text dumps of LAMMPS frames are read one at a time.

    What is wrong with a frame of such a file is said when its turn comes.
    """
    source, known = source_of(path), known_format(format)
    kind = (known or _format_of(source, source.head.decode("latin-1"))) if is_long(source) else None
    if kind is None or kind not in STREAMED:
        return read_named(path, format=format, species=species)
    return _streamed(source, kind, parse_species(species))


def _streamed(source: Source, format: str, species: SpeciesMap) -> Iterator[tuple[str, Atoms]]:
    found = False
    for number, text in enumerate(texts_of_frames(source, format)):
        if is_past(number, source.frames):
            break
        if not is_wanted(number, source.frames):
            continue
        found = True
        if format == "lammps-dump-text":
            (atoms,) = lammps.read_dump(text, source.name, species, number)
        else:
            (atoms,) = _of_text(replace(source, name=f"frame {number} of {source.name}"), format, text, species)
        yield f"{source.given}@{number}", atoms
    if not found:
        raise StructureError(f"{source.name} has none of these frames.")


def read_structure(
    path: str | PathLike[str],
    frame: int = -1,
    *,
    format: str | None = None,
    species: str | Sequence[str] | SpeciesMap | None = None,
) -> Atoms:
    """One structure of a file, by default the last, checked; otherwise as `read_frames`."""
    atoms = _one(read_frames(path, format=format, species=species), frame, str(path))
    check_atoms(atoms, str(path))
    return atoms


def _one(frames: list[Atoms], number: int, where: str) -> Atoms:
    if not -len(frames) <= number < len(frames):
        raise StructureError(f"{where} has no frame {number}; its {len(frames)} are numbered from 0.")
    return frames[number]


def known_format(name: str | None) -> str | None:
    """The name by which ASE knows a format; raises `UnknownNameError`."""
    from ase.io.formats import all_formats, define_io_format  # noqa: F401

    if name is None:
        return None
    name = name.strip().lower()
    name = _ALIASES.get(name, name)
    if name not in all_formats:
        raise UnknownNameError("format", name, [*all_formats, *_ALIASES])
    return name


def _read(source: Source, format: str | None, species: SpeciesMap) -> list[Atoms]:
    if format is None and source.is_binary():
        return _by_ase(source, None, None)
    own = format is None or format in _OWN or format in _RELABELLED
    if not own:
        return _by_ase(source, format, None)
    text = source.text()
    if not text.strip():
        raise StructureError(f"{source.name} is empty; it holds no atoms.")
    return _of_text(source, format or _format_of(source, text), text, species)


def _of_text(source: Source, format: str | None, text: str, species: SpeciesMap) -> list[Atoms]:
    if format in _OWN:
        return _OWN[format](text, source.name, species)
    if format not in _RELABELLED:
        return _by_ase(source, format, None)
    notes: list[str] = []
    if format != "vasp":
        check_xyz(text, source.name)
    if species:
        text, notes = _RELABELLED[format](text, source.name, species)
    try:
        frames = _by_ase(source, format, text)
    except StructureError:  # a species that ASE does not know
        text, notes = _RELABELLED[format](text, source.name, species)
        frames = _by_ase(source, format, text)
    for atoms in frames if notes else ():
        atoms.info["notes"] = tuple(notes)
    return frames


def _format_of(source: Source, text: str) -> str | None:
    """What the name or the content tells; None where ASE has to find out."""
    if source.suffix in _SUFFIXES:
        return _SUFFIXES[source.suffix]
    if re.match(r"(POSCAR|CONTCAR)", source.stem):
        return "vasp"
    head = text[:4000]
    if head.lstrip().startswith("ITEM:"):
        return "lammps-dump-text"
    if re.search(r"^\s*\d+\s+atoms\b", head, re.M) and re.search(r"^\s*\d+\s+atom types\b", head, re.M):
        return "lammps-data"
    if re.search(r"^\s*data_", head, re.M) and "_cell_length_a" in text:
        return "cif"
    if re.match(r"\s*\d+\s*\n", head) and not _is_known(source.suffix):
        return "extxyz"
    return None


def _is_known(suffix: str) -> bool:
    from ase.io.formats import all_formats, define_io_format, extension2format  # noqa: F401

    return suffix[1:] in extension2format or suffix[1:] in all_formats


def _by_ase(source: Source, format: str | None, text: str | None) -> list[Atoms]:
    """Read by ASE: the text if it was changed, else the file."""
    import ase.io
    from ase.data import atomic_numbers
    from ase.io.formats import UnknownFileTypeError

    with source.as_file() as file:
        target: Any = file if text is None else io.StringIO(text)
        try:
            return list(ase.io.iread(target, index=":", format=format, do_not_split_by_at_sign=True))
        except UnknownFileTypeError as error:
            raise StructureError(
                f"the format of {source.name} cannot be told; name it with --format (see `ase info --formats`)."
            ) from error
        except Exception as error:  # every format raises its own errors
            name = str(error.args[0]) if isinstance(error, KeyError) and error.args else None
            if name is not None and name not in atomic_numbers and name.isalnum():
                raise StructureError(
                    f"{source.name} holds the species {name!r}, which is no element known to ASE."
                ) from error
            reason = " ".join(f"{type(error).__name__}: {error}".replace(str(file), source.name).split())[:300]
            raise StructureError(
                f"ASE cannot read {source.name} ({reason}); see `ase info --formats`, and name the format with "
                "--format."
            ) from error
