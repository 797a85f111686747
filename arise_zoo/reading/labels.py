"""Files whose species ASE does not understand, with these exchanged for elements: extended XYZ and POSCAR."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from ase.data import chemical_symbols

from ..errors import StructureError
from .species import SpeciesMap, numbers_of

_MOST_COLUMNS = 1000
_PROPERTIES = re.compile(r"Properties\s*=\s*\"?([^\s\"]+)", re.I)


def relabelled_xyz(text: str, where: str, species: SpeciesMap) -> tuple[str, list[str]]:
    """The text of an XYZ file, plain or extended, with elements as species, and what was decided."""
    lines = text.splitlines()
    places: list[tuple[int, int]] = []
    labels = []
    for begin, n_atoms, column in _xyz_frames(lines, where):
        for number in range(begin, begin + n_atoms):
            words = lines[number].split()
            if len(words) <= column:
                raise StructureError(f"{where} has no species in line {number + 1}.")
            places.append((number, column))
            labels.append(words[column])
    numbers, notes = numbers_of(labels, species)
    for (number, column), label in zip(places, labels, strict=True):
        words = lines[number].split()
        words[column] = chemical_symbols[numbers[label]]
        lines[number] = " ".join(words)
    return "\n".join(lines) + "\n", notes


def check_xyz(text: str, where: str) -> None:
    """Raise `StructureError` unless the file holds as many atoms as it announces, for which memory is taken at once."""
    for _ in _xyz_frames(text.splitlines(), where):
        pass


def split_xyz(lines: Iterable[str], where: str) -> Iterator[str]:
    """The text of each frame of an XYZ file; raises `StructureError` as `check_xyz` does."""
    numbered = enumerate(lines, 1)
    for at, line in numbered:
        if not line.strip():
            continue
        n_atoms = _n_atoms(line, at, where)
        frame = [line, *(text for _, text in islice(numbered, min(n_atoms + 1, sys.maxsize)))]
        if len(frame) < n_atoms + 2 - (n_atoms == 0):
            raise _ends_before(n_atoms, at, where)
        yield "".join(frame)


def _n_atoms(line: str, at: int, where: str) -> int:
    try:
        n_atoms = int(line.split()[0])
    except ValueError:
        raise StructureError(f"{where} has no number of atoms in line {at}.") from None
    if n_atoms < 0:
        raise _ends_before(n_atoms, at, where)
    return n_atoms


def _ends_before(n_atoms: int, at: int, where: str) -> StructureError:
    return StructureError(f"{where} announces {n_atoms} atoms in line {at} but ends before.")


def _xyz_frames(lines: list[str], where: str) -> Iterator[tuple[int, int, int]]:
    """Number of the first line of atoms, number of atoms, and column of the species, of each frame."""
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        n_atoms = _n_atoms(lines[at], at + 1, where)
        if at + 2 + n_atoms > len(lines) + (n_atoms == 0):
            raise _ends_before(n_atoms, at + 1, where)
        yield at + 2, n_atoms, _species_column(lines[at + 1] if at + 1 < len(lines) else "", where)
        at += 2 + n_atoms


def _species_column(comment: str, where: str) -> int:
    found = _PROPERTIES.search(comment)
    if not found:
        return 0
    parts, column, at = found[1].split(":"), 0, 0
    for name, _, width in zip(parts[::3], parts[1::3], parts[2::3], strict=False):
        if not re.fullmatch(r"[0-9]{1,4}", width) or not 0 < int(width) <= _MOST_COLUMNS:
            raise StructureError(f"{where} has Properties that cannot be read ({name}:{width[:20]}).")
        if name.lower() in ("species", "element", "type"):
            at = column
        column += int(width)
    return at


def relabelled_poscar(text: str, where: str, species: SpeciesMap) -> tuple[str, list[str]]:
    """The text of a POSCAR file with a line of elements, and what was decided."""
    lines = text.splitlines()
    if len(lines) < 8:
        raise StructureError(f"{where} ends before its first atom.")
    words = lines[5].split()
    if words and all(word.isdigit() for word in words):  # of VASP 4: numbers of atoms, without elements
        labels = [species.get(str(i), f"type {i}") for i in range(1, len(words) + 1)]
        lines.insert(5, "")
    else:
        labels = [re.split(r"[_/.]", species.get(word, word))[0] for word in words]
    numbers, notes = numbers_of(labels, {})
    lines[5] = " ".join(chemical_symbols[numbers[label]] for label in labels)
    return "\n".join(lines) + "\n", notes
