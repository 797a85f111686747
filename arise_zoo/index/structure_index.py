"""`StructureIndex`: a library of structures in which the nearest ones to a structure are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from ..common.parallel import workers
from ..common.progress import Progress
from ..descriptors import first_peak_distance
from ..errors import AriseZooError, StructureError, UnknownNameError
from ..reading import check_atoms
from .answers import ASPECTS, GEOMETRY, WHOLE, Hit, Similar
from .evidence import formula, match, space_group
from .folder import Kept, atoms_of, read_folder, table_of, write_folder
from .grouping import groups
from .metric import shipped_metric
from .neighbours import Neighbours
from .sources import Item, as_atoms, fail, items_of

SHIPPED = Path(__file__).parent / "shipped"
"""The index of prototypes that comes with the package."""

_BLOCK = 64  # structures that a worker describes at a time
_LOOKED_AT = 32  # entries among which the first of another prototype is looked for, besides those that are wanted


class StructureIndex:
    """A library of structures, each with a vector in which disorder counts little and another prototype much.

    A structure that is added is recognised at once; nothing is trained.

    Attributes
    ----------
    name : str
        Name of the index.
    entries : pyarrow.Table
        One row an entry: id, prototype, geometry, source, formula, number of atoms, space group, length of the first
        peak of the pair distribution (angstrom), and the structure.
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
        cls, library: Any, name: str = "index", *, skip: bool = False, n_jobs: int = 1, progress: bool = False
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
        n_jobs : int, default 1
            Processes (-1: one per core).
        progress : bool, default False
            Show progress on standard error.

        Raises
        ------
        StructureError
            For a structure that cannot be used, an id that comes twice, or a library that holds no structure.
        """
        return cls(name, _nothing()).add(library, skip=skip, n_jobs=n_jobs, progress=progress)

    def add(self, library: Any, *, skip: bool = False, n_jobs: int = 1, progress: bool = False) -> StructureIndex:
        """This index and a library together, as another index; parameters as of `build`."""
        problems: list[str] = []

        def note(error: StructureError) -> None:
            problems.append(str(error))

        tables, parts, known = [self.entries], [self._vectors], set(self.entries["id"].to_pylist())
        for items, facts, vectors in _described(items_of(library, note if skip else fail), n_jobs, progress):
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
    def load(cls, folder: str | PathLike[str] | None = None) -> StructureIndex:
        """Read an index from a folder (default: the index of prototypes that comes with the package).

        Raises `IndexFolderError` for a folder that holds none, or one that is damaged or of another metric.
        """
        name, kept = read_folder(SHIPPED if folder is None else Path(folder), shipped_metric())
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
        judge = metric.judge(atoms, aspect)
        other = self._distance_of_another(rows, distances, aspect)
        probability = float(judge.probabilities(float(distances[0]), other))
        hits = []
        for row, distance in zip(rows[:k].tolist(), distances[:k].tolist(), strict=True):
            own = self._is_one(row, int(rows[0]), aspect)
            meaning = judge.meaning(distance, probability if own else 0.0)
            hits.append(self._hit(row, distance, meaning, match(atoms, self.atoms(row)) if matcher else None))
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
        return [[ids[row] for row in rows] for rows in groups(self._vectors[aspect][:, 0], tolerance, keys, lengths)]

    def _near(self, aspect: str) -> Neighbours:
        if aspect not in self._neighbours:
            graph = self._graph if aspect == WHOLE else None
            self._neighbours[aspect] = Neighbours(self._vectors[aspect], graph)
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
        return Hit(**facts, distance=distance, meaning=meaning, match=verdict)


def _nothing() -> Kept:
    """An index without entries."""
    metric = shipped_metric()
    empty = {
        aspect: np.empty((0, metric.n_views, metric.matrices[aspect].shape[1]), dtype=np.float32) for aspect in ASPECTS
    }
    return Kept(table_of([]), empty, None)


_Facts = dict[str, Any] | str
"""What is told of an entry, or the sentence that says why it cannot be one."""


def _described(
    items: Iterator[Item], n_jobs: int, progress: bool
) -> Iterator[tuple[list[Item], list[_Facts], dict[str, np.ndarray]]]:
    """Blocks of items, with facts and vectors of each; a library is read as its structures are described."""
    import joblib

    read: list[list[Item]] = []

    def blocks() -> Iterator[Any]:
        while block := list(islice(items, _BLOCK)):
            read.append(block)
            yield joblib.delayed(_describe)([item.atoms for item in block])

    with workers(n_jobs) as run, Progress(None, "describing", show=progress) as bar:
        for facts, vectors in run(blocks()):
            block = read.pop(0)
            bar.advance(len(block))
            yield block, facts, vectors


def _describe(structures: Sequence[Atoms]) -> tuple[list[_Facts], dict[str, np.ndarray]]:
    metric = shipped_metric()
    facts: list[_Facts] = []
    views = np.zeros((len(structures), metric.n_views, metric.n_features))
    for place, atoms in enumerate(structures):
        try:
            check_atoms(atoms, "the structure")
            views[place] = metric.views(atoms)
            facts.append(
                {
                    "formula": formula(atoms),
                    "n_atoms": len(atoms),
                    "space_group": space_group(atoms),
                    "length": first_peak_distance(atoms),
                }
            )
        except StructureError as error:
            facts.append(str(error))
    return facts, {aspect: metric.project(views, aspect) for aspect in ASPECTS}
