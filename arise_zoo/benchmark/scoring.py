"""From predictions to the cells of the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..common.statistics import accuracy, interval
from ..datasets.load import use_dynamics
from ..methods import UNKNOWN
from ..simulation.frames import atom_labels, in_use, index_sha256
from ..simulation.interface import BETWEEN, LIQUID, SOLID
from ..structures import benchmark_structures, condition, pristine_structures
from .plan import REST, Plan, Unit, symmetry
from .predictions import PredictionStore
from .record import Cell, UncertaintyEntries
from .tables import ALL, SUPPORTED, ScoredOn, published_accuracy, table_conditions
from .uncertainty.calibration import calibration, probability_summary
from .uncertainty.detection import decisions, detection, detection_by_class
from .uncertainty.doubt import Doubt, doubt

if TYPE_CHECKING:
    import pyarrow as pa


class Count(NamedTuple):
    """Right labels and labels of one structure; `right_symmetry`: labels of the right space group."""

    right: int
    right_symmetry: int
    total: int


def count_right(truth: str, table: pa.Table) -> dict[str, Count]:
    """Right labels and labels for each structure id of a predictions table; `truth` is the method's."""
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

    names = pc.unique(table["condition"]).to_pylist()
    if any(condition(name).labels_atoms for name in names):
        return _count_by_atoms(table)
    known = {c: condition(c).is_known for c in names}
    truths = [c if known[of] else UNKNOWN for c, of in zip(classes, table["condition"].to_pylist(), strict=True)]
    by_symmetry = right(symmetries, [symmetry(c) if c != UNKNOWN else c for c in truths])
    by_label = by_symmetry if truth == "space_group" else right(meant, truths)
    totals = pc.list_value_length(labels).to_pylist()
    rows = zip(table["structure"].to_pylist(), by_label.tolist(), by_symmetry.tolist(), totals, strict=True)
    return {structure: Count(*counts) for structure, *counts in rows}


def _count_by_atoms(table: pa.Table) -> dict[str, Count]:
    """As `count_right`, where each atom has a right answer of its own or none; the class, not its space group."""
    if not in_use():
        use_dynamics()
    counts = {}
    for structure, class_id, labels in zip(
        *(table[c].to_pylist() for c in ("structure", "class", "labels")), strict=True
    ):
        truth, given = atom_labels(structure), np.asarray(labels, dtype=str)
        right = int(((truth == SOLID) & (given == class_id)).sum() + ((truth == LIQUID) & (given == UNKNOWN)).sum())
        counts[structure] = Count(right, right, int((truth != BETWEEN).sum()))
    return counts


def score(plan: Plan, store: PredictionStore, tables: list[str]) -> tuple[list[Cell], dict[str, dict[str, list[int]]]]:
    """The cells of these tables that can be scored from what is in the store, and the counts per class."""
    counts: dict[str, dict[str, Count]] = {}
    cells = []
    for table in tables:
        for scored_on in plan.rows_of(table):
            for name in table_conditions(table):
                if not all(unit in store for unit in plan.units_needed(name, scored_on)):
                    continue
                if name not in counts:
                    counts[name] = _condition_counts(plan.facts.truth, store, name)
                cells.append(_cell(plan, table, name, scored_on, counts[name]))
    return cells, {name: _per_class(found) for name, found in counts.items()}


def uncertainty_entries(plan: Plan, store: PredictionStore, tables: list[str]) -> UncertaintyEntries:
    """How sure the method is under the conditions of these tables that are in the store, on its supported classes.

    `decisions` of all of them; `calibration`, with probabilities, of the known ones; `detection` of what is of no
    class, if there is any, against the known ones.
    """
    conditions = dict.fromkeys(c for table in tables for c in table_conditions(table))
    doubts: dict[str, Doubt] = {}
    numbers: dict[str, int] = {}
    entries: UncertaintyEntries = {"calibration": []} if plan.facts.probabilistic else {}
    for name in conditions:
        unit = Unit(name, SUPPORTED)
        if condition(name).labels_atoms:  # neither known nor unknown
            continue
        if unit not in store or not len(table := store.read(unit)):
            continue
        doubts[name] = doubt(table, plan.facts.level, numbers)
        if plan.facts.probabilistic and condition(name).is_known:
            entries["calibration"].append(calibration(probability_summary(table), name))
    entries["decisions"] = decisions(doubts)
    known = [name for name in doubts if condition(name).is_known]
    if known and len(known) < len(doubts):
        every = {name: structures_of_classes(name, plan.sampling.iterations) for name in known}
        entries["detection"] = detection(doubts)
        entries["detection_by_class"] = detection_by_class(doubts, numbers, every)
    return entries


def structures_of_classes(condition_name: str, iterations: int) -> dict[str, int]:
    """Class id -> number of its structures under a condition, whether or not a method treats them."""
    frames = index_sha256() if condition(condition_name).is_stored else ""
    return _structures_of_classes(condition_name, iterations, frames)


@cache
def _structures_of_classes(condition_name: str, iterations: int, frames: str) -> dict[str, int]:
    if condition_name == "pristine":
        return dict(Counter(spec.class_id for spec in pristine_structures()))
    return dict(Counter(spec.class_id for spec in benchmark_structures(condition_name, iterations=iterations)))


def _condition_counts(truth: str, store: PredictionStore, condition: str) -> dict[str, Count]:
    counts: dict[str, Count] = {}
    for unit in (Unit(condition, SUPPORTED), Unit(condition, REST)):
        if unit in store:
            counts.update(count_right(truth, store.read(unit)))
    return counts


def _cell(plan: Plan, table: str, name: str, scored_on: ScoredOn, counts: dict[str, Count]) -> Cell:
    wanted = condition(name)
    rights, totals = [], []
    blocks: list[Hashable] = []
    for spec, n_labels in plan.weighted_structures(name, scored_on):
        count = counts.get(spec.id)
        totals.append(n_labels)
        block = wanted.block(spec.iteration)
        blocks.append(len(blocks) if block is None else (spec.class_id, spec.k, block))
        if count is None:  # not shown to the method, since none of its labels can be right
            rights.append(0.0)
        else:
            right = count.right_symmetry if scored_on == ALL else count.right
            rights.append(right * n_labels / count.total)
    correct, total = np.array(rights), np.array(totals, dtype=float)
    low, high = interval(*_by_block(correct, total, blocks))
    return {
        "table": table,
        "condition": name,
        "scored_on": scored_on,
        "accuracy": round(accuracy(correct, total), 4),
        "ci95": [round(low, 4), round(high, 4)],
        "n": int(total.sum()),
        "n_structures": len(total),
        "paper": published_accuracy(table, plan.facts.paper_row or plan.facts.name, scored_on, name),
    }


def _by_block(correct: np.ndarray, total: np.ndarray, blocks: list[Hashable]) -> tuple[np.ndarray, np.ndarray]:
    """Sums over structures that are not independent of each other, such as the frames of one run."""
    if all(isinstance(block, int) for block in blocks):
        return correct, total
    place: dict[Hashable, int] = {}
    which = [place.setdefault(block, len(place)) for block in blocks]
    return np.bincount(which, correct), np.bincount(which, total)


def _per_class(counts: dict[str, Count]) -> dict[str, list[int]]:
    per_class: dict[str, list[int]] = {}
    for structure, count in counts.items():
        sums = per_class.setdefault(structure.partition("/")[0], [0, 0])
        sums[0] += count.right
        sums[1] += count.total
    return per_class
