"""From predictions to the cells of the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..common.statistics import accuracy, interval
from ..methods import UNKNOWN
from ..structures import condition
from .calibration import calibration, detection, probability_summary
from .predictions import PredictionStore, Unit
from .scope import has_all_rows, labels_scored, scored_classes, scored_structures, shown_classes, symmetry
from .tables import ALL, SUPPORTED, TABLES, published_accuracy, table_conditions

if TYPE_CHECKING:
    import pyarrow as pa

    from ..methods import Method


class Count(NamedTuple):
    """Right labels and labels of one structure; `right_symmetry`: labels of the right space group."""

    right: int
    right_symmetry: int
    total: int


def count_right(truth: str, table: pa.Table) -> dict[str, Count]:
    """For each structure id of a predictions table: its right labels and its labels; `truth` as of the method."""
    import pyarrow as pa
    import pyarrow.compute as pc

    classes = table["class"].to_pylist()
    labels = table["labels"].combine_chunks()
    owner = pc.list_parent_indices(labels)
    given = pc.dictionary_encode(pc.list_flatten(labels))
    meant = given.dictionary.to_pylist()
    symmetries = meant if truth == "space_group" else [symmetry(m) if m != UNKNOWN else m for m in meant]

    def right(said: list[str], truths: list[str]) -> np.ndarray:
        said_of_each = pa.array(said, pa.string()).take(given.indices)
        equal = pc.equal(said_of_each, pa.array(truths, pa.string()).take(owner)).to_numpy(zero_copy_only=False)
        return np.bincount(owner.to_numpy(), weights=equal, minlength=len(classes)).astype(int)

    known = {c: condition(c).is_known for c in pc.unique(table["condition"]).to_pylist()}
    truths = [c if known[of] else UNKNOWN for c, of in zip(classes, table["condition"].to_pylist(), strict=True)]
    by_symmetry = right(symmetries, [symmetry(c) if c != UNKNOWN else c for c in truths])
    by_label = by_symmetry if truth == "space_group" else right(meant, truths)
    totals = pc.list_value_length(labels).to_pylist()
    rows = zip(table["structure"].to_pylist(), by_label.tolist(), by_symmetry.tolist(), totals, strict=True)
    return {structure: Count(*counts) for structure, *counts in rows}


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
            for name in table_conditions(table):
                if not all(unit in store for unit in units_needed(method, name, scored_on)):
                    continue
                if name not in counts:
                    counts[name] = _condition_counts(method, store, name)
                cells.append(_cell(method, table, name, scored_on, counts[name], iterations, seed))
    return cells, {name: _per_class(found) for name, found in counts.items()}


def calibration_entries(method: Method, store: PredictionStore, tables: list[str]) -> dict[str, list[dict[str, Any]]]:
    """For a method with probabilities: its `calibration` under each condition of these tables that is in the store, and
    the `detection` of what it does not know, against the pristine structures.
    """
    conditions = dict.fromkeys(c for table in tables for c in table_conditions(table))
    found = {c: probability_summary(store.read(Unit(c, SUPPORTED))) for c in conditions if Unit(c, SUPPORTED) in store}
    unknown = [c for c in found if not condition(c).is_known]
    entries = {"calibration": [calibration(found[c], c) for c in found if c not in unknown]}
    if unknown and "pristine" in found:
        entries["detection"] = [detection(found[c], found["pristine"], c) for c in unknown]
    return entries


def units_needed(method: Method, condition: str, scored_on: str) -> list[Unit]:
    """The units of work from which a cell is scored."""
    units = [Unit(condition, SUPPORTED)]
    if scored_on != SUPPORTED and unit_classes(method, "rest"):
        units.append(Unit(condition, "rest"))
    return units


def unit_classes(method: Method, which: str) -> tuple[str, ...]:
    """Classes of a unit: `supported`, or the `rest` of those that are shown to the method."""
    supported = scored_classes(method, SUPPORTED)
    if which == SUPPORTED:
        return supported
    return tuple(c for c in shown_classes(method) if c not in supported)


def _condition_counts(method: Method, store: PredictionStore, condition: str) -> dict[str, Count]:
    counts: dict[str, Count] = {}
    for unit in (Unit(condition, SUPPORTED), Unit(condition, "rest")):
        if unit in store:
            counts.update(count_right(method.truth, store.read(unit)))
    return counts


def _cell(
    method: Method, table: str, condition: str, scored_on: str, counts: dict[str, Count], iterations: int, seed: int
) -> dict[str, Any]:
    correct, total = [], []
    for spec in scored_structures(method, condition, scored_classes(method, scored_on), iterations, seed):
        n_labels = labels_scored(method, spec)
        count = counts.get(spec.id)
        total.append(n_labels)
        if count is None:  # not shown to the method, since none of its labels can be right
            correct.append(0)
        else:
            right = count.right_symmetry if scored_on == ALL else count.right
            correct.append(right * n_labels / count.total)
    correct, total = np.array(correct), np.array(total, dtype=float)
    low, high = interval(correct, total)
    paper_row = getattr(method, "paper_row", None) or method.name
    return {
        "table": table,
        "condition": condition,
        "scored_on": scored_on,
        "accuracy": round(accuracy(correct, total), 4),
        "ci95": [round(low, 4), round(high, 4)],
        "n": int(total.sum()),
        "n_structures": len(total),
        "paper": published_accuracy(table, paper_row, scored_on, condition),
    }


def _per_class(counts: dict[str, Count]) -> dict[str, list[int]]:
    per_class: dict[str, list[int]] = {}
    for structure, count in counts.items():
        sums = per_class.setdefault(structure.partition("/")[0], [0, 0])
        sums[0] += count.right
        sums[1] += count.total
    return per_class
