"""Conditions of Table V: the same prototypes in other shapes, of other species, and as real compounds.

None is random: which variants a class has is data, `data/variants.json`, made by `scripts/variants.py`. Each takes the
smallest supercell of a class, periodic and finite. The reasons are in docs/variants.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from ...errors import StructureError
from ...prototypes import Prototype
from ...prototypes.replication import replicated
from .base import Condition
from .depth import DepthCondition


@dataclass(frozen=True, eq=False)
class Variant:
    """A variant of a class.

    Attributes: `name` (formula, empty where only the geometry differs), `moved` (size of the move away from the
    prototype, 0 where there is none), `distance` (from the prototype, whatever the species; see docs/variants.md), and
    what differs from the prototype's cell, otherwise None: `numbers`, `cell` (angstrom) and `fractional` coordinates.
    """

    name: str
    moved: float
    distance: float
    numbers: list[int] | None
    cell: NDArray[np.float64] | None
    fractional: NDArray[np.float64] | None

    def build(self, prototype: Prototype) -> Atoms:
        """The cell, its atoms in the order of the prototype's."""
        atoms = prototype.build()
        fractional = atoms.get_scaled_positions(wrap=False) if self.fractional is None else self.fractional
        cell = atoms.cell.array if self.cell is None else self.cell
        x, y, z = fractional.T[:, :, None]
        positions = x * cell[0] + y * cell[1] + z * cell[2]  # in an order of operations that no library changes
        return Atoms(self.numbers or atoms.numbers, positions=np.round(positions, 6), cell=cell, pbc=True)


@dataclass(frozen=True)
class Variants(DepthCondition):
    """The variants of one kind; their iterations are their places in the table, whatever the seed."""

    label: str
    is_random = False

    @property
    def name(self) -> str:
        return self.label

    def treats(self, prototype: Prototype, periodic: bool) -> bool:
        return bool(variants_of(prototype.id, self.name)) and super().treats(prototype, periodic)

    def iterations(self, prototype: Prototype, k: int, draws: int) -> Iterable[int]:
        return range(len(variants_of(prototype.id, self.name)))

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        return self.make_numbered(prototype, k, periodic, 0, rng)

    def make_numbered(
        self, prototype: Prototype, k: int, periodic: bool, iteration: int, rng: np.random.Generator
    ) -> Atoms:
        variants = variants_of(prototype.id, self.name)
        if not 0 <= iteration < len(variants):
            raise StructureError(f"{prototype.id!r} has {len(variants)} structures of {self.name!r}, no {iteration}.")
        if periodic and not prototype.is_periodic:
            raise StructureError(f"class {prototype.id!r} has no periodic form.")
        return replicated(variants[iteration].build(prototype), prototype.repetitions_of(k), periodic)


VARIANT_CONDITIONS: dict[str, Condition] = {
    name: Variants(name) for name in ("variant-near", "variant-middle", "variant-far", "species", "compounds")
}
"""The conditions of Table V by name."""


def variants_of(class_id: str, condition: str) -> tuple[Variant, ...]:
    """The variants of a class under one of these conditions; none if the class has no such variant."""
    return _table().get((class_id, condition), ())


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, str], tuple[Variant, ...]]:
    records = json.loads((files(__package__) / "data" / "variants.json").read_text(encoding="utf-8"))
    return {
        (class_id, condition): tuple(_variant(cell) for cell in record[condition])
        for class_id, record in records.items()
        for condition in VARIANT_CONDITIONS
    }


def _variant(record: dict[str, Any]) -> Variant:
    return Variant(
        name=record.get("name", ""),
        moved=record.get("moved", 0.0),
        distance=record["distance"],
        numbers=record.get("numbers"),
        cell=np.array(record["cell"]) if "cell" in record else None,
        fractional=np.array(record["fractional"]) if "fractional" in record else None,
    )
