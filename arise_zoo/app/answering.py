"""What is said of a file: its frames one after the other, as plain values that the page draws."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.data import chemical_symbols, covalent_radii
from ase.data.colors import jmol_colors

from ..analysis.atoms.picture import TOUCHING, colours, nearest_distance
from ..analysis.maps import OTHER_COLOUR
from ..errors import AriseZooError, StructureError
from ..index import StructureIndex
from ..models import Model, list_models, load_model
from ..models.atoms import AtomClassification, check_labels_atoms, classify_atoms
from ..models.classification import Answer, classify
from ..models.verdicts import name_of
from ..prototypes import class_ids, get_prototype
from ..reading import Trajectory
from ..reading.frames import format_of
from ..reading.source import Source, source_of

FORMATS = {
    *("cif", "extxyz", "xyz", "vasp", "vasp-xdatcar", "lammps-data", "lammps-dump-text", "proteindatabank", "gromacs"),
    *("traj", "xsf", "cube", "gen", "aims"),
}
"""Formats, as ASE names them, whose readers open no other file than the one they are given."""

NEAREST = 5
"""Entries of the index that are named."""

_TOP = 5
_UNPACKED = 10  # times as large as what is sent
_AT_THE_EDGE = 1e-3  # fractional coordinate up to which an atom is drawn at both ends of the cell
_FEW = 500  # atoms up to which it is


@dataclass(frozen=True)
class Limits:
    """What a file and its answer may cost.

    Attributes
    ----------
    megabytes : float, default 20
        Of a file as it is sent; unpacked it may have ten times as many.
    atoms : int, default 20000
        Of a frame.
    frames : int, default 100
        That are answered; of more, so many at even distances.
    seconds : float, default 60
        Of an answer, after which what there is of it stays.

    Raises
    ------
    AriseZooError
        For a limit that is not above 0.
    """

    megabytes: float = 20.0
    atoms: int = 20_000
    frames: int = 100
    seconds: float = 60.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise AriseZooError(f"the limit of {field.name} must be above 0, not {getattr(self, field.name)}.")

    @property
    def bytes(self) -> int:
        """Of a file as it is sent."""
        return int(self.megabytes * 1e6)


LIMITS = Limits()


class Answerer:
    """Models and index, read once.

    Parameters
    ----------
    model : str or Path
        Model of whole structures.
    atoms_model : str, Path or None
        Model of single atoms, which colours them; by default the one that is part of the package, if there is one.
    limits : Limits

    Raises
    ------
    AriseZooError
        For a model that does not exist, or is of the other kind.
    """

    def __init__(
        self, model: str | Path = "arise-field", atoms_model: str | Path | None = None, limits: Limits = LIMITS
    ):
        self._limits, self._model = limits, load_model(model)
        if self._model.labels_atoms:
            raise AriseZooError(f"{self._model.name} labels single atoms; name it as the model of atoms.")
        shipped = next((entry.name for entry in list_models() if entry.single_atoms), None)
        wanted = atoms_model or shipped
        self._of_atoms: Model | None = load_model(wanted) if wanted else None
        if self._of_atoms is not None:
            check_labels_atoms(self._of_atoms)
        self._index = StructureIndex.load()
        self._frame(0, get_prototype("fcc_cu").build(), _Palette())  # what is compiled or read late, now

    @property
    def names(self) -> dict[str, str | None]:
        """Names of the models."""
        return {"model": self._model.name, "atoms_model": self._of_atoms.name if self._of_atoms else None}

    def answer(self, path: Path, species: str | None = None) -> Iterator[dict[str, Any]]:
        """How many frames there are, then each of those that are answered.

        `species`: what types or labels mean, as for `read_frames`. Raises `StructureError` for a file that cannot be
        read or is beyond the limits.
        """
        source = source_of(path)
        if source.holds_more_than(_UNPACKED * self._limits.bytes):
            most = _UNPACKED * self._limits.megabytes
            raise StructureError(f"{path} is packed and holds too much; the limit is {most:g} MB.")
        options = {"format": _format(source), "species": species}
        frames = Trajectory(path, **options)
        n_frames, step = len(frames), -(-len(frames) // self._limits.frames)
        if step > 1:
            frames = Trajectory(path, f"::{step}", **options)
        yield {"frames": n_frames, "answered": len(frames)}
        palette = _Palette()
        for number, atoms in frames:
            if len(atoms) > self._limits.atoms:
                raise StructureError(
                    f"{len(atoms)} atoms are more than the {self._limits.atoms} that are allowed here."
                )
            yield self._frame(number, atoms, palette)

    def _frame(self, number: int, atoms: Atoms, palette: _Palette) -> dict[str, Any]:
        (answer,) = classify(atoms, self._model, top=_TOP)
        drawn, positions = _drawn(atoms)
        kinds = np.unique(atoms.numbers).tolist()
        radii = covalent_radii[kinds] / covalent_radii[atoms.numbers].mean()
        radii *= TOUCHING * nearest_distance(Atoms(positions=positions))
        return {
            "frame": number,
            "n_atoms": len(atoms),
            "cell": (atoms.cell.array if atoms.pbc.any() else np.zeros((3, 3))).tolist(),
            "positions": _packed(positions, np.float32),
            "species": [
                {
                    "name": chemical_symbols[kind],
                    "colour": _css(jmol_colors[kind % len(jmol_colors)]),
                    "radius": float(radius),
                }
                for kind, radius in zip(kinds, radii, strict=True)
            ],
            "of_species": _packed(np.searchsorted(kinds, atoms.numbers)[drawn], np.uint8),
            "atoms": self._atoms(atoms, drawn, palette),
            "said": _said(answer),
            "near": self._near(atoms),
        }

    def _atoms(self, atoms: Atoms, drawn: np.ndarray, palette: _Palette) -> dict[str, Any] | None:
        """What the model of atoms says of each, None without one or where it has no answer."""
        if self._of_atoms is None:
            return None
        try:
            found: AtomClassification = classify_atoms(atoms, self._of_atoms)
        except StructureError:  # the model of the whole says why
            return None
        names = list(found.counts())
        places = np.array([names.index(name) if name in names else 0 for name in found.names])
        return {
            "labels": [
                {"name": name_of(name), "colour": colour, "share": found.counts()[name] / len(found)}
                for name, colour in zip(names, palette.of(names), strict=True)
            ],
            "of_labels": _packed(places[found.numbers][drawn], np.uint8),
            "uncertainty": _packed(found.mutual_information[drawn], np.float32),
        }

    def _near(self, atoms: Atoms) -> dict[str, Any] | None:
        try:
            found = self._index.search(atoms, NEAREST)
        except StructureError:
            return None
        names = ("id", "prototype", "formula", "space_group", "distance", "meaning")
        hits = [{name: getattr(hit, name) for name in names} for hit in found]
        return {"meaning": found.meaning, "probability": found.probability, "hits": hits}


class _Palette:
    """Colours of labels, the same in all frames of a file."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}

    def of(self, names: list[str]) -> list[str]:
        self._known.update(dict.fromkeys(names))
        found = colours(list(self._known))
        return [found.get(name, OTHER_COLOUR) for name in names]


def _format(source: Source) -> str:
    """The format of a file, by the name that ASE gives it; raises `StructureError` for one that is not read here."""
    from ase.io.formats import UnknownFileTypeError, filetype

    found = format_of(source)
    if found is None:
        try:
            with source.as_file() as file:
                found = str(filetype(str(file)))
        except (UnknownFileTypeError, OSError, ValueError):
            found = "unknown"
    if found not in FORMATS:
        known = "CIF, XYZ, POSCAR, XDATCAR, LAMMPS data and dump, PDB, GRO, ASE's traj, XSF, cube, GEN and FHI-aims"
        raise StructureError(f"{source.name} has a format ({found}) that is not read here; {known} are.")
    return found


def _drawn(atoms: Atoms) -> tuple[np.ndarray, np.ndarray]:
    """Which atoms are drawn, and where: all, and in small cells those at an edge at each of its images."""
    everyone = np.arange(len(atoms))
    if not atoms.pbc.any() or len(atoms) > _FEW:
        return everyone, atoms.positions
    places = atoms.get_scaled_positions(wrap=True)
    places[np.abs(places - 1) < _AT_THE_EDGE] = 0.0
    places[:, ~atoms.pbc] = atoms.get_scaled_positions(wrap=False)[:, ~atoms.pbc]
    at_the_edge = (places < _AT_THE_EDGE) & atoms.pbc
    drawn, positions = [], []
    for shift in product((0, 1), repeat=3):
        chosen = everyone[at_the_edge[:, np.array(shift, bool)].all(axis=1)]
        drawn.append(chosen)
        positions.append(atoms.cell.cartesian_positions(places[chosen] + shift))
    return np.concatenate(drawn), np.concatenate(positions)


def _said(answer: Answer) -> dict[str, Any]:
    """The answer for the whole structure."""
    pairs = zip(answer.labels, answer.probabilities, strict=True)
    names = ("verdict", "certainty", "problem", "mutual_information", "geometry_probability", "decoration_probability")
    return {
        **{name: getattr(answer, name) for name in names},
        "geometry": name_of(answer.geometry or ""),
        "decoration": name_of(answer.decoration or ""),
        "is_plain": answer.geometry == answer.decoration == answer.label,
        "ranked": [{**_class(label), "probability": share} for label, share in pairs],
        "notes": list(answer.notes),
    }


def _class(label: str) -> dict[str, str]:
    if label not in class_ids():
        return {"name": label, "about": ""}
    prototype, name = get_prototype(label), name_of(label)
    whole = [prototype.name] if prototype.name != name else []
    group = [prototype.space_group.symbol] if prototype.space_group else []
    return {"name": name, "about": ", ".join(whole + group)}


def _packed(values: np.ndarray, kind: type[np.generic]) -> str:
    """Numbers as the page unpacks them: base64 of little-endian bytes, row after row."""
    return base64.b64encode(np.ascontiguousarray(values, np.dtype(kind).newbyteorder("<")).tobytes()).decode()


def _css(rgb: np.ndarray) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb)
