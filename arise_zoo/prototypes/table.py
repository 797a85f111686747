"""The class table: one `Prototype` per class, read from `data/prototypes.json`.

The table holds facts only (Leitherer et al., Nat. Commun. 12, 6234 (2021), Supplementary Tables; crystal
parameters from the sources named in `data/sources.json`). How a cell is rebuilt from them is in `build.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..errors import UnknownNameError

if TYPE_CHECKING:
    from ase import Atoms


@dataclass(frozen=True)
class Source:
    """Where a class comes from: name of the collection, its reference, and the licence of the parameters."""

    name: str
    reference: str
    licence: str


@dataclass(frozen=True)
class SpaceGroup:
    """Space group of a class.

    `number` and `symbol` are what the geometry has; `paper` is what the paper lists, which differs for 22
    numbered classes and is a word ("cubic", "tetragonal", "orthorhombic") for the six ternaries.
    """

    number: int
    symbol: str
    paper: int | str


@dataclass(frozen=True, eq=False)
class Prototype:
    """One crystal class.

    Attributes: `number` (place in the paper's list, from 1), `id` (the label to use), `name` (as the paper prints
    it), `group` (elemental, binary, ternary, quaternary, monolayer, nanotube), `formula` of the cell,
    `space_group` (None for nanotubes), `source`, `reference_label` and `aflow_label` (names in the paper's data
    set and in the AFLOW library), `notes`, and `recipe`, from which `build()` makes the cell.
    """

    number: int
    id: str
    name: str
    group: str
    formula: str
    source: Source
    space_group: SpaceGroup | None
    reference_label: str = ""
    aflow_label: str | None = None
    notes: tuple[str, ...] = ()
    recipe: dict[str, Any] = field(default_factory=dict, repr=False)

    def build(self) -> Atoms:
        """The cell that the paper replicates (periodic; angstrom), or the finite tube (no cell)."""
        cell: Atoms = self._cell.copy()
        return cell

    def supercells(self) -> list[Atoms]:
        """The finite clusters: the three of the paper's series as isolated structures, or the one nanotube.

        Use `arise_zoo.structures.supercell` for one of them, or for the periodic versions.
        """
        from .replication import replicated

        return [replicated(self._cell, self.repetitions_of(k), periodic=False) for k in self.supercell_sizes]

    @property
    def is_periodic(self) -> bool:
        """Whether the class has a periodic form (all but nanotubes)."""
        return bool(self._cell.pbc.any())

    @cached_property
    def supercell_sizes(self) -> tuple[int, ...]:
        """Repetitions k of the series: the smallest k with at least 100 atoms, then k + 1 and k + 2; (1,) for tubes."""
        if self.group == "nanotube":
            return (1,)
        from .replication import smallest_replication

        k = smallest_replication(self.n_atoms(), sum(self.repetitions))
        return (k, k + 1, k + 2)

    def n_atoms(self, k: int = 1) -> int:
        """Number of atoms of the cell, or of its supercell of k replicas a direction."""
        n: int = len(self._cell) * k ** sum(self.repetitions)
        return n

    @property
    def repetitions(self) -> tuple[int, int, int]:
        """Directions in which the cell is replicated: 1 where it is, 0 where it is not (monolayers along c)."""
        return {"nanotube": (0, 0, 0), "monolayer": (1, 1, 0)}.get(self.group, (1, 1, 1))

    def repetitions_of(self, k: int) -> tuple[int, int, int]:
        """How often the supercell of k replicas a direction repeats the cell along each of its vectors."""
        x, y, z = (k if direction else 1 for direction in self.repetitions)
        return x, y, z

    @cached_property
    def _cell(self) -> Atoms:
        from .build import build_cell

        return build_cell(self.recipe, self.space_group.number if self.space_group else 1)


def _read(name: str) -> Any:
    return json.loads((files(__package__) / "data" / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _load() -> dict[str, Prototype]:
    sources = {key: Source(**value) for key, value in _read("sources.json").items()}
    table = {}
    for record in _read("prototypes.json"):
        space_group = record.pop("space_group", None)
        known = {
            key: record.pop(key)
            for key in ("number", "id", "name", "group", "formula", "reference_label", "aflow_label")
            if key in record
        }
        table[known["id"]] = Prototype(
            **known,
            source=sources[record.pop("source")],
            space_group=SpaceGroup(**space_group) if space_group else None,
            notes=tuple(record.pop("notes", ())),
            recipe=record,
        )
    return table


def load_prototypes() -> list[Prototype]:
    """All 108 classes in the paper's order."""
    return list(_load().values())


def class_ids() -> tuple[str, ...]:
    """The 108 labels in the paper's order."""
    return tuple(_load())


def get_prototype(class_id: str) -> Prototype:
    """The class with this id, such as `"fcc_cu"`; raises `UnknownNameError` with the nearest id otherwise."""
    try:
        return _load()[class_id]
    except KeyError:
        raise UnknownNameError("class", class_id, _load()) from None
