"""`StructureIndex`: a library of structures in which the nearest ones to a structure are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from .._version import __version__
from ..errors import AriseZooError, StructureError, UnknownNameError
from ..hub import fetch
from .answers import ASPECTS, GEOMETRY, IDENTICAL, NONE, SIMILAR, WHOLE, Hit, Similar
from .describing import described
from .evidence import match, space_group
from .folder import Kept, atoms_of, read_folder, table_of, write_folder
from .grouping import groups
from .metric import shipped_metric
from .neighbours import Neighbours
from .sources import as_atoms, fail, items_of
from .surroundings import agree, surroundings

SHIPPED = Path(__file__).parent / "shipped"
"""The index of prototypes that comes with the package."""

_LOOKED_AT = 32  # entries among which the first of another prototype is looked for, besides those that are wanted


class StructureIndex:
    """A library of structures, each with a vector in which disorder counts little and another prototype much.

    A structure that is added is recognised at once; nothing is trained.

    Attributes
    ----------
    name : str
        Name of the index.
    entries : pyarrow.Table
        One row an entry: id, prototype, geometry, source, formula, number of atoms, space group where it has been
        looked for, length of the first peak of the pair distribution (angstrom), and the structure.
    problems : tuple of str
        A sentence for each structure of the library that could not be taken in.
    """

    def __init__(self, name: str, kept: Kept, problems: Sequence[str] = ()):
        self.name, self.entries, self.problems = name, kept.entries, tuple(problems)
        self._vectors, self._graph = kept.vectors, kept.graph
        self._neighbours: dict[str, Neighbours] = {}
        columns = {WHOLE: "prototype", GEOMETRY: "geometry"}
        self._labels: dict[str, list[str]] = {a: kept.entries[column].to_pylist() for a, column in columns.items()}

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        return f"<StructureIndex {self.name}: {len(self)} entries of {len(set(self._labels[WHOLE]))} prototypes>"

    @classmethod
    def build(
        cls,
        library: Any,
        name: str = "index",
        *,
        skip: bool = False,
        symmetry: bool = False,
        keep: str | PathLike[str] | None = None,
        n_jobs: int = 1,
        progress: bool = False,
    ) -> StructureIndex:
        """Make an index of a library.

        Parameters
        ----------
        library
            Structures, files, folders, databases of ASE, prototypes, "classes" for the 108 classes, mappings of ids to
            these, or several of these, as `arise_zoo.index.items_of` takes them.
        name : str, default "index"
            Name of the index.
        skip : bool, default False
            Leave out what cannot be used and say so in `problems`, instead of raising an error.
        symmetry : bool, default False
            Find the space group of every entry now, which takes longer than all else, instead of when it is named.
        keep : path, optional
            Folder that keeps what has been described, a file for 64 structures, so that the same call goes on where
            another one broke off.
        n_jobs : int, default 1
            Processes (-1: one per core).
        progress : bool, default False
            Show progress on standard error.

        Raises
        ------
        StructureError
            For a structure that cannot be used, an id that comes twice, or a library that holds no structure.
        """
        empty = cls(name, _nothing())
        return empty.add(library, skip=skip, symmetry=symmetry, keep=keep, n_jobs=n_jobs, progress=progress)

    def add(
        self,
        library: Any,
        *,
        skip: bool = False,
        symmetry: bool = False,
        keep: str | PathLike[str] | None = None,
        n_jobs: int = 1,
        progress: bool = False,
    ) -> StructureIndex:
        """This index and a library together, as another index; parameters as of `build`."""
        problems: list[str] = []

        def note(error: StructureError) -> None:
            problems.append(str(error))

        tables, parts, known = [self.entries], [self._vectors], set(self.entries["id"].to_pylist())
        everything, kept = items_of(library, note if skip else fail), None if keep is None else Path(keep)
        for items, facts, vectors in described(everything, symmetry, kept, n_jobs, progress):
            good, rows = [], []
            for place, (item, fact) in enumerate(zip(items, facts, strict=True)):
                if not isinstance(fact, str) and item.id not in known:
                    known.add(item.id)
                    good.append(place)
                    rows.append((item, fact))
                    continue
                said = fact if isinstance(fact, str) else "another entry has this id; give it one of its own."
                if not skip:
                    raise StructureError(f"{item.id}: {said}")
                problems.append(f"{item.id}: {said}")
            tables.append(table_of(rows))
            parts.append({aspect: vectors[aspect][good] for aspect in ASPECTS})
        import pyarrow as pa

        table = pa.concat_tables(tables).combine_chunks()
        if len(table) == 0:
            more = f" ({problems[0]})" if problems else ""
            raise StructureError(f"the library holds no structure that an index can be made of{more}.")
        joined = {aspect: np.concatenate([part[aspect] for part in parts]) for aspect in ASPECTS}
        return type(self)(self.name, Kept(table, joined, None), [*self.problems, *problems])

    def save(self, folder: str | PathLike[str]) -> Path:
        """Write the index into a folder, which may hold an older one, and return it."""
        kept = Kept(self.entries, self._vectors, None)
        write_folder(Path(folder), self.name, shipped_metric(), kept)
        return Path(folder)

    @classmethod
    def load(cls, name_or_folder: str | PathLike[str] | None = None, revision: str | None = None) -> StructureIndex:
        """Read an index from a folder, or, as OWNER/NAME, from the Hub (default: the index of prototypes that comes
        with the package).

        `revision`: a tag or commit on the Hub (default: the tag of this package's version). Raises `IndexFolderError`
        for a folder that holds none, or one that is damaged or of another metric, and `HubError` if it cannot be had.
        """
        folder = SHIPPED if name_or_folder is None else Path(name_or_folder)
        named = str(name_or_folder)
        if revision is not None or (not folder.exists() and named.count("/") == 1 and not named.startswith((".", "/"))):
            folder = fetch(named, "dataset", revision or f"v{__version__}")
        name, kept = read_folder(folder, shipped_metric())
        return cls(name, kept)

    def atoms(self, entry: int | str) -> Atoms:
        """The structure of an entry, by its row or id; raises `UnknownNameError` for an id that there is not."""
        if not isinstance(entry, str):
            return atoms_of(self.entries, entry)
        ids = self.entries["id"].to_pylist()
        if entry not in ids:
            raise UnknownNameError("entry", entry, ids)
        return atoms_of(self.entries, ids.index(entry))

    def search(
        self, structure: Any, k: int = 10, *, aspect: str = WHOLE, matcher: bool = False, name: str = "structure"
    ) -> Similar:
        """The nearest entries to a structure, and what their distances mean.

        Parameters
        ----------
        structure : ase.Atoms or structure of pymatgen
            What is asked about.
        k : int, default 10
            Entries to name.
        aspect : {"whole", "geometry"}
            Compare geometry and decoration, or geometry alone, whatever the species.
        matcher : bool, default False
            Ask pymatgen's `StructureMatcher` about each of them too (extra `peers`).
        name : str
            What the answer calls the structure.

        Raises
        ------
        StructureError
            For a structure that has no descriptor.
        MissingPackageError
            With `matcher`, without pymatgen.
        """
        if aspect not in ASPECTS:
            raise UnknownNameError("aspect", aspect, ASPECTS)
        if k < 1:
            raise AriseZooError(f"the number of entries to name must be at least 1, not {k}.")
        atoms, metric = as_atoms(structure), shipped_metric()
        query = metric.project(metric.describe(atoms)[None], aspect)[0]
        rows, distances = self._near(aspect).nearest(query, k + _LOOKED_AT)
        other = self._distance_of_another(rows, distances, aspect)
        judge = metric.judge(atoms, aspect)
        probability = float(judge.probabilities(float(distances[0]), other))
        meaning = judge.meaning(probability)
        own = surroundings(atoms) if distances[0] <= judge.identical else None
        hits = []
        for row, distance in zip(rows[:k].tolist(), distances[:k].tolist(), strict=True):
            is_near = distance <= judge.identical
            if is_near and own is not None and agree(own, surroundings(self.atoms(row)), aspect == WHOLE):
                said = IDENTICAL
            elif self._is_one(row, int(rows[0]), aspect):
                said = meaning
            else:
                said = SIMILAR if distance <= 1.0 and meaning != NONE else NONE
            hits.append(self._hit(row, distance, said, match(atoms, self.atoms(row)) if matcher else None))
        return Similar(name, aspect, tuple(hits), probability, space_group(atoms))

    def groups(self, *, elements: bool = True, aspect: str = WHOLE) -> list[list[str]]:
        """Ids of entries that do not differ, a list for each group of at least two, without comparing every pair.

        `elements`: whether structures of other elements, or of another size, are different ones; without it, those of
        one prototype without a difference in proportions are one group. `aspect`: as of `search`.
        """
        if aspect not in ASPECTS:
            raise UnknownNameError("aspect", aspect, ASPECTS)
        tolerance = shipped_metric().identical(aspect)
        keys = self.entries["formula"].to_pylist() if elements else [""] * len(self)
        lengths = self.entries["length"].to_numpy() if elements else None
        ids = self.entries["id"].to_pylist()
        found = groups(self._vectors[aspect][:, 0], tolerance, keys, lengths)
        alike = (rows for group in found for rows in self._without_defects(group, aspect))
        return [[ids[row] for row in rows] for rows in sorted(alike)]

    def _without_defects(self, rows: list[int], aspect: str) -> Iterator[list[int]]:
        """Entries that do not differ on average, those apart some of whose atoms have other surroundings."""
        known = [surroundings(self.atoms(row)) for row in rows]
        while len(rows) > 1:
            same = [agree(known[0], one, aspect == WHOLE) for one in known]
            if sum(same) > 1:
                yield [row for row, is_same in zip(rows, same, strict=True) if is_same]
            rows = [row for row, is_same in zip(rows, same, strict=True) if not is_same]
            known = [one for one, is_same in zip(known, same, strict=True) if not is_same]

    def _near(self, aspect: str) -> Neighbours:
        if aspect not in self._neighbours:
            graph = self._graph if aspect == WHOLE else None
            self._neighbours[aspect] = Neighbours(self._vectors[aspect], shipped_metric().n_cold, graph)
        return self._neighbours[aspect]

    def _is_one(self, row: int, other: int, aspect: str) -> bool:
        """Whether two entries are one thing: of one prototype (or geometry), or without a difference in this aspect."""
        if self._labels[aspect][row] == self._labels[aspect][other]:
            return True
        vectors = self._vectors[aspect][:, 0]
        apart = float(np.linalg.norm(vectors[row].astype(np.float64) - vectors[other]))
        return apart <= shipped_metric().identical(aspect)

    def _distance_of_another(self, rows: np.ndarray, distances: np.ndarray, aspect: str) -> float:
        """Distance of the first entry that is something else than the nearest; at least that, if none is in sight."""
        for row, distance in zip(rows[1:].tolist(), distances[1:].tolist(), strict=True):
            if not self._is_one(row, int(rows[0]), aspect):
                return float(distance)
        return float(distances[-1]) if len(rows) < len(self) else float("inf")

    def _hit(self, row: int, distance: float, meaning: str, verdict: Any) -> Hit:
        facts = {
            column: self.entries[column][row].as_py()
            for column in ("id", "prototype", "geometry", "formula", "source", "n_atoms", "space_group")
        }
        if facts["space_group"] is None:
            facts["space_group"] = space_group(self.atoms(row))
        return Hit(**facts, distance=distance, meaning=meaning, match=verdict)


def _nothing() -> Kept:
    """An index without entries."""
    metric = shipped_metric()
    empty = {
        aspect: np.empty((0, metric.n_views, metric.matrices[aspect].shape[1]), dtype=np.float32) for aspect in ASPECTS
    }
    return Kept(table_of([]), empty, None)
