"""Which structures a method is shown and how its answers count; runner, scorer and re-scorer all look it up here.

The "supported" rows take the classes that a method is meant for, and a label is right if it is the class. The "all"
rows (starred in the paper) take every class, and a label is right if it has the space group that the paper lists:
an atom of alpha-La (dhcp, 194) that is called hcp (194) counts. The published numbers show this, and two things
more: methods that label atoms are scored on the nanotubes too, which they do not treat; and where nothing is
defective, monolayers weigh as if they had been replicated in three directions. See docs/benchmark.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from .._version import BASE_SEED, ITERATIONS
from ..methods.resolved import MethodFacts
from ..prototypes import class_ids, get_prototype
from ..prototypes.replication import smallest_replication
from ..structures import StructureSpec, benchmark_structures, condition, pristine_structures
from .tables import ALL, SUPPORTED, TABLES, ScoredOn, table_conditions

REST: Literal["rest"] = "rest"
"""The classes that are shown to a method although it is not meant for them."""


class Unit(NamedTuple):
    """The piece of a run that is kept when it is interrupted: a condition, and the classes, `SUPPORTED` or `REST`."""

    condition: str
    classes: str


class Sampling(NamedTuple):
    """Which random structures are drawn: how many for each supercell, and from which base seed."""

    iterations: int = ITERATIONS
    seed: int = BASE_SEED


@dataclass(frozen=True)
class Plan:
    """What a method is asked, under which sampling.

    Parameters
    ----------
    facts : MethodFacts
        What the method declares, or what its record says that it declared.
    sampling : Sampling
        Which random structures are drawn.
    """

    facts: MethodFacts
    sampling: Sampling

    @cached_property
    def supported(self) -> tuple[str, ...]:
        """Ids of the classes that the method is meant for, in the paper's order."""
        return tuple(c for c in class_ids() if c in self.facts.scored_on and self._treats(c))

    @cached_property
    def all_scored(self) -> tuple[str, ...]:
        """Ids of the classes of the "all" rows, in the paper's order."""
        return tuple(c for c in class_ids() if self.facts.level == "atom" or self._treats(c))

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Ids of the classes whose structures are shown to the method: those for which one of its labels can be right.

        Structures of other classes are wrong whatever it says, so that it need not be asked.
        """
        recognised = self.facts.recognises
        if self.facts.truth == "space_group":
            return tuple(c for c in class_ids() if c in recognised and self._treats(c) and symmetry(c) != c)
        known = {symmetry(c) for c in recognised}
        return tuple(c for c in class_ids() if self._treats(c) and (c in recognised or symmetry(c) in known))

    def scored_classes(self, scored_on: ScoredOn) -> tuple[str, ...]:
        """Ids of the classes of these rows."""
        return self.all_scored if scored_on == ALL else self.supported

    def rows_of(self, table: str) -> tuple[ScoredOn, ...]:
        """The sets of classes on which the method is scored in a table: "all" where they are not the supported ones."""
        return tuple(s for s in TABLES[table] if s == SUPPORTED or self.all_scored != self.supported)

    def units_needed(self, condition_name: str, scored_on: ScoredOn) -> list[Unit]:
        """The units of work from which a cell is scored."""
        units = [Unit(condition_name, SUPPORTED)]
        if scored_on != SUPPORTED and self._classes_of(REST):
            units.append(Unit(condition_name, REST))
        return units

    def units_of(self, tables: Sequence[str], conditions: Iterable[str], supported_only: bool = False) -> set[Unit]:
        """The units that are needed for all cells of these tables under these conditions."""
        wanted = set(conditions)
        return {
            unit
            for table in tables
            for scored_on in self.rows_of(table)
            if scored_on == SUPPORTED or not supported_only
            for name in table_conditions(table)
            if name in wanted and self._is_scored(name, scored_on)
            for unit in self.units_needed(name, scored_on)
        }

    def is_asked(self, condition_name: str) -> bool:
        """Whether any structure of its supported classes is scored under a condition."""
        return self._is_scored(condition_name, SUPPORTED)

    def unit_structures(self, unit: Unit) -> Iterator[StructureSpec]:
        """The structures of a unit, in the order in which they are asked and kept."""
        return self.structures(unit.condition, self._classes_of(unit.classes))

    def weighted_structures(self, condition_name: str, scored_on: ScoredOn) -> Iterator[tuple[StructureSpec, int]]:
        """The structures of a cell, each with the number of labels for which it counts."""
        for spec in self.structures(condition_name, self.scored_classes(scored_on)):
            yield spec, self._weight(spec)

    def structures(self, condition_name: str, classes: Sequence[str]) -> Iterator[StructureSpec]:
        """The structures of these classes on which the method is scored under a condition.

        Methods of finite structures: the 396 pristine ones; otherwise all supercells, periodic and finite. Methods of
        periodic structures only: the smallest supercell if pristine, otherwise all three (paper, Methods). Nanotubes
        are always finite. Methods of space groups are not asked where the class's is not the right answer.
        """
        wanted, is_pristine = condition(condition_name), condition_name == "pristine"
        iterations, seed = self.sampling
        if self.facts.truth == "space_group" and not wanted.has_symmetry:
            return
        if wanted.labels_atoms and self.facts.level != "atom":
            return
        if self.facts.finite and is_pristine:
            yield from pristine_structures(classes)
        elif self.facts.finite:
            yield from benchmark_structures(condition_name, iterations=iterations, classes=classes, seed=seed)
        elif wanted.own_prototypes():
            yield from benchmark_structures(condition_name, iterations=iterations, periodic=[True], seed=seed)
        else:
            for class_id in classes:
                prototype = get_prototype(class_id)
                if is_pristine:
                    yield StructureSpec(class_id, prototype.supercell_sizes[0], prototype.is_periodic)
                    continue
                periodic = [prototype.is_periodic]
                yield from benchmark_structures(
                    condition_name, iterations=iterations, classes=[class_id], periodic=periodic, seed=seed
                )

    def _is_scored(self, condition_name: str, scored_on: ScoredOn) -> bool:
        return next(self.structures(condition_name, self.scored_classes(scored_on)), None) is not None

    def _classes_of(self, which: str) -> tuple[str, ...]:
        return self.supported if which == SUPPORTED else tuple(c for c in self.shown if c not in self.supported)

    def _weight(self, spec: StructureSpec) -> int:
        """The number of labels for which a structure counts: 1, or its atoms.

        The paper's pristine monolayers were replicated in three directions, vacuum included. That changes no atom's
        surroundings, so that here they only weigh as much.
        """
        if self.facts.level == "structure":
            return 1
        if spec.condition == "pristine" and not self.facts.finite and spec.prototype.group == "monolayer":
            cell = spec.prototype.n_atoms()
            return cell * smallest_replication(cell, dimensions=3) ** 3
        return spec.n_atoms

    def _treats(self, class_id: str) -> bool:
        return self.facts.finite or get_prototype(class_id).is_periodic


def unit_order() -> list[Unit]:
    """All possible units, in the order in which they are run and joined."""
    conditions = dict.fromkeys(c for table in TABLES for c in table_conditions(table))
    return [Unit(name, which) for name in conditions for which in (SUPPORTED, REST)]


def symmetry(class_id: str) -> str:
    """The space group that the paper lists, as text; the class id where none counts.

    None counts for the six ternary classes, which are listed with a word, and for the seven listed as P1, which the
    paper left out: otherwise any spoilt structure would be right.
    """
    space_group = get_prototype(class_id).space_group
    if space_group is None or not isinstance(space_group.paper, int) or space_group.paper <= 1:
        return class_id
    return str(space_group.paper)
