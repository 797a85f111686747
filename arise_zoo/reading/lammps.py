"""LAMMPS data and dump files, whose atoms have types: numbers that mean elements only if somebody says which."""

from __future__ import annotations

import io
import re

import numpy as np
from ase import Atoms
from ase.data import atomic_masses

from ..errors import StructureError
from .species import SpeciesMap, numbers_of

_SECTION = re.compile(r"^\s*(?P<name>[A-Z][A-Za-z ]+?)\s*(?:#\s*(?P<remark>.*))?$")
_MASS_TOLERANCE = 0.3  # u
_COORDINATES = (("x", "y", "z"), ("xu", "yu", "zu"), ("xs", "ys", "zs"), ("xsu", "ysu", "zsu"))
_OLD_COLUMNS = "id type xs ys zs"


def read_data(text: str, where: str, species: SpeciesMap) -> list[Atoms]:
    """The structure of a data file.

    A type is the element that `species` or a remark beside its mass names, or the one of its mass; otherwise a species
    of its own. Raises `StructureError`.
    """
    from ase.io.lammpsdata import read_lammps_data

    count = re.search(r"^\s*(\d+)\s+atom types", text, re.M)
    if count is None:
        raise StructureError(f"{where} does not say how many atom types it has.")
    n_types = int(count[1])
    if n_types > 10_000:
        raise StructureError(f"{where} has {n_types} atom types, which is too many.")
    labels = _labels(text, n_types)
    means = {label: species.get(str(number), label) for number, label in labels.items()}
    numbers, notes = numbers_of(list(means.values()), {})
    style = next((m["remark"] for m in map(_SECTION.match, text.splitlines()) if m and m["name"] == "Atoms"), None)
    style = style.split()[0] if style else None
    try:
        atoms = read_lammps_data(
            io.StringIO(text), Z_of_type={i: numbers[means[label]] for i, label in labels.items()}, atom_style=style
        )
    except StructureError:
        raise
    except Exception as error:  # of any kind
        raise StructureError(f"{where} is not a data file of LAMMPS that can be read ({_reason(error)}).") from error
    announced = re.search(r"^\s*(\d+)\s+atoms\b", text, re.M)
    if announced and int(announced[1]) != len(atoms):
        raise StructureError(f"{where} announces {announced[1]} atoms but holds {len(atoms)}.")
    if notes:
        atoms.info["notes"] = tuple(notes)
    return [atoms]


def _labels(text: str, n_types: int) -> dict[int, str]:
    """What each type is called: by the remark beside its mass, by its mass, else by its number."""
    labels = {number: f"type {number}" for number in range(1, n_types + 1)}
    inside = False
    for line in text.splitlines():
        section = _SECTION.match(line)
        if section and section["name"] in ("Masses", "Atoms", "Velocities", "Bonds", "Pair Coeffs"):
            inside = section["name"] == "Masses"
            continue
        found = re.match(r"^\s*(\d+)\s+([-+.\deE]+)\s*(?:#\s*(\S+))?", line) if inside else None
        if found and int(found[1]) in labels:
            labels[int(found[1])] = found[3] or _by_mass(float(found[2])) or labels[int(found[1])]
    return labels


def _by_mass(mass: float) -> str | None:
    from ase.data import chemical_symbols

    differences = np.abs(atomic_masses[1:] - mass)
    nearest = int(np.argmin(differences)) + 1
    return str(chemical_symbols[nearest]) if differences[nearest - 1] < _MASS_TOLERANCE else None


def read_dump(text: str, where: str, species: SpeciesMap, first: int = 0) -> list[Atoms]:
    """The frames of a text dump, numbered from `first`; raises `StructureError`, naming the frame, for one that is torn
    or lacks a column."""
    lines = text.splitlines()
    frames: list[Atoms] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        frame, at = _frame(lines, at, f"frame {first + len(frames)} of {where}", species)
        frames.append(frame)
    return frames


def _frame(lines: list[str], at: int, where: str, species: SpeciesMap) -> tuple[Atoms, int]:
    n_atoms, bounds, header = 0, None, ""
    while at < len(lines) and lines[at].startswith("ITEM:"):
        item = lines[at][5:].strip()
        if item.startswith("NUMBER OF ATOMS"):
            n_atoms = _integer(lines, at + 1, where)
            at += 2
        elif item.startswith("BOX BOUNDS"):
            bounds, header = lines[at + 1 : at + 4], item
            at += 4
        elif item.startswith("ATOMS"):
            columns = item[5:].split() or _OLD_COLUMNS.split()
            rows = [line.split() for line in lines[at + 1 : at + 1 + n_atoms]]
            if len(rows) < n_atoms or any(len(row) < len(columns) for row in rows):
                raise StructureError(f"{where} announces {n_atoms} atoms but ends before; it was cut off.")
            if bounds is None:
                raise StructureError(f"{where} has no box bounds.")
            return _atoms(columns, rows, bounds, header, where, species), at + 1 + n_atoms
        else:
            at += 2
    raise StructureError(f"{where} is not a text dump of LAMMPS: line {at + 1} is not as expected.")


def _integer(lines: list[str], at: int, where: str) -> int:
    try:
        return int(lines[at])
    except (IndexError, ValueError):
        raise StructureError(f"{where} does not say how many atoms it has (line {at + 1}).") from None


def _atoms(
    columns: list[str], rows: list[list[str]], bounds: list[str], header: str, where: str, species: SpeciesMap
) -> Atoms:
    column = {name: i for i, name in enumerate(columns)}
    kind = next((name for name in ("element", "type", "mass") if name in column), None)
    if kind is None:
        raise StructureError(f"{where} has no column type or element; add one to the dump command.")
    names = next((names for names in _COORDINATES if all(name in column for name in names)), None)
    if names is None:
        raise StructureError(f"{where} has no coordinates of atoms (x y z, xu yu zu, xs ys zs); add them to the dump.")
    try:
        numbers = [[float(value) for value in line.split()[:3]] for line in bounds]
        places = np.array([[float(row[column[name]]) for name in names] for row in rows]).reshape(-1, 3)
        order = np.argsort([int(row[column["id"]]) for row in rows], kind="stable") if "id" in column else slice(None)
        cell, origin = _cell(numbers)
    except (ValueError, IndexError) as error:
        raise StructureError(f"{where} holds something else than a number ({error}).") from error
    labels = [row[column[kind]] for row in rows]
    if kind == "mass":
        labels = [_by_mass(float(label)) or f"mass {label}" for label in labels]
    elif kind == "type":
        labels = [species.get(label, f"type {label}") for label in labels]
    known, notes = numbers_of(labels, species if kind == "element" else {})
    positions = places @ cell if names[0].startswith("xs") else places - origin
    periodic = [flag.startswith("p") for flag in header.split()[-3:]] if len(header.split()) >= 5 else [True] * 3
    atoms = Atoms([known[label] for label in labels], positions=positions, cell=cell, pbc=periodic)[order]
    if notes:
        atoms.info["notes"] = tuple(notes)
    return atoms


def _cell(bounds: list[list[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Cell vectors and origin of a box; a sheared one is given by the bounds of what it spans and three tilts."""
    low, high = np.array([row[0] for row in bounds]), np.array([row[1] for row in bounds])
    xy, xz, yz = (row[2] if len(row) > 2 else 0.0 for row in bounds)
    low = low - [min(0.0, xy, xz, xy + xz), min(0.0, yz), 0.0]
    high = high - [max(0.0, xy, xz, xy + xz), max(0.0, yz), 0.0]
    lengths = high - low
    return np.array([[lengths[0], 0, 0], [xy, lengths[1], 0], [xz, yz, lengths[2]]]), low


def _reason(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
