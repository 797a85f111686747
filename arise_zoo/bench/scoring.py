"""From predictions to the cells of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .predictions import PredictionStore, Unit
from .scope import has_all_rows, scored_classes, scored_structures, truth
from .scores import accuracy, interval
from .tables import SUPPORTED, TABLES, published_accuracy, table_conditions

if TYPE_CHECKING:
    import pyarrow as pa

    from ..methods import Method


class Count(NamedTuple):
    """Right labels and labels of one structure."""

    correct: int
    total: int


def count_right(method: Method, table: pa.Table) -> dict[str, Count]:
    """For each structure id of a predictions table: its right labels and its labels."""
    import pyarrow as pa
    import pyarrow.compute as pc

    classes = table["class"].to_pylist()
    labels = table["labels"].combine_chunks()
    totals = pc.list_value_length(labels).to_numpy(zero_copy_only=False)
    truths = pa.array([truth(method, class_id) for class_id in classes], pa.string())
    owner = pc.list_parent_indices(labels)
    right = pc.equal(pc.list_flatten(labels), truths.take(owner)).to_numpy(zero_copy_only=False)
    correct = np.bincount(owner.to_numpy(), weights=right, minlength=len(classes)).astype(int)
    ids = table["structure"].to_pylist()
    return {i: Count(int(c), int(t)) for i, c, t in zip(ids, correct, totals, strict=True)}


def score(
    method: Method, store: PredictionStore, tables: list[str], iterations: int, seed: int
) -> tuple[list[dict[str, Any]], dict[str, dict[str, list[int]]]]:
    """The cells of these tables that can be scored from what is in the store, and the counts per class."""
    counts: dict[str, dict[str, Count]] = {}
    cells = []
    for table in tables:
        for scored_on in TABLES[table]:
            if scored_on != SUPPORTED and not has_all_rows(method):
                continue
            for condition in table_conditions(table):
                if not all(unit in store for unit in units_needed(method, condition, scored_on)):
                    continue
                if condition not in counts:
                    counts[condition] = _condition_counts(method, store, condition)
                cells.append(_cell(method, table, condition, scored_on, counts[condition], iterations, seed))
    return cells, {condition: _per_class(found) for condition, found in counts.items()}


def units_needed(method: Method, condition: str, scored_on: str) -> list[Unit]:
    """The units of work from which a cell is scored."""
    units = [Unit(condition, SUPPORTED)]
    if scored_on != SUPPORTED and unit_classes(method, "rest"):
        units.append(Unit(condition, "rest"))
    return units


def unit_classes(method: Method, which: str) -> tuple[str, ...]:
    """Classes of a unit: `supported`, or the `rest` of those that the method recognises."""
    supported = scored_classes(method, SUPPORTED)
    if which == SUPPORTED:
        return supported
    return tuple(c for c in scored_classes(method, "all") if c in set(method.recognises) - set(supported))


def _condition_counts(method: Method, store: PredictionStore, condition: str) -> dict[str, Count]:
    counts: dict[str, Count] = {}
    for unit in (Unit(condition, SUPPORTED), Unit(condition, "rest")):
        if unit in store:
            counts.update(count_right(method, store.read(unit)))
    return counts


def _cell(
    method: Method, table: str, condition: str, scored_on: str, counts: dict[str, Count], iterations: int, seed: int
) -> dict[str, Any]:
    structures = scored_structures(method, condition, scored_classes(method, scored_on), iterations, seed)
    scored = [
        # A structure of a class that the method does not recognise was not shown to it, and all of it is wrong.
        counts.get(spec.id) or Count(0, spec.n_atoms if method.level == "atom" else 1)
        for spec in structures
    ]
    correct, total = np.array(scored, dtype=float).T
    low, high = interval(correct, total)
    return {
        "table": table,
        "condition": condition,
        "scored_on": scored_on,
        "accuracy": round(accuracy(correct, total), 4),
        "ci95": [round(low, 4), round(high, 4)],
        "n": int(total.sum()),
        "n_structures": len(scored),
        "paper": published_accuracy(table, method.name, scored_on, condition),
    }


def _per_class(counts: dict[str, Count]) -> dict[str, list[int]]:
    per_class: dict[str, list[int]] = {}
    for structure, count in counts.items():
        sums = per_class.setdefault(structure.partition("/")[0], [0, 0])
        sums[0] += count.correct
        sums[1] += count.total
    return per_class
