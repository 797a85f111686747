"""Scores recomputed from a record and its predictions, without the method."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..common.progress import Progress
from ..methods import UNKNOWN, MethodFacts
from ..methods.resolved import check_facts
from .plan import Plan, Sampling, Unit
from .predictions import PredictionStore
from .querying import known_labels
from .record import Record, RecordError, Scores
from .scoring import score, uncertainty_entries
from .tables import table_conditions
from .uncertainty.calibration import ProbabilitySummary, probability_summary

_ROUNDING = 1e-3  # probabilities of a method may add up to 1 within this


_DERIVED = {"class": "class_id", "supercell": "k"} | {name: name for name in ("periodic", "condition", "iteration")}
"""Columns of predictions that follow from a structure's id, and the attribute of the structure that they hold."""


def recorded_method(record: Record) -> MethodFacts:
    """The facts of the method that a record is of; raises `MethodError` if they are contradictory."""
    facts = MethodFacts(
        record["method"],
        record["level"],
        record["truth"],
        tuple(record["recognises"]),
        tuple(record["scored_on_supported"]),
        record["finite"],
        "calibration" in record,
    )
    check_facts(facts)
    return facts


def rescore(record: Record, predictions: Path, progress: bool = False) -> Scores:
    """`cells`, `per_class` and how sure the method is, as the predictions give them; `progress`: whether to show it.

    Raises `RecordError` if the predictions are not of the structures of the record's tables, in their order, or hold
    labels that do not exist.
    """
    plan = Plan(recorded_method(record), Sampling(record["iterations"], record["seed"]))
    store = PredictionStore(predictions.parent)
    tables = record["table"].split(",")
    conditions = [name for table in tables for name in table_conditions(table)]
    planned = plan.units_of(tables, conditions)
    if store.n_groups != len(store.joined) or not planned.issuperset(store.joined):
        raise RecordError("the predictions hold structures twice, or some that no table asks for.")
    with Progress(len(store.joined), "checking", show=progress, warm_up=1) as bar:
        for unit in store.joined:
            bar.note(f"checking {unit.condition}")
            _check(plan, store, unit)
            bar.advance()
    if (said := record["predictions"]["rows"]) != store.n_rows:
        raise RecordError(f"the record counts {said} predictions, but there are {store.n_rows}.")
    cells, per_class = score(plan, store, tables)
    return {"cells": cells, "per_class": per_class, **uncertainty_entries(plan, store, tables)}


def _check(plan: Plan, store: PredictionStore, unit: Unit) -> None:
    import pyarrow.compute as pc

    table = store.read(unit)
    specs = list(plan.unit_structures(unit))
    if table["structure"].to_pylist() != [spec.id for spec in specs]:
        raise RecordError(f"the predictions of {unit.condition} are not of the benchmark's structures.")
    for column, attribute in _DERIVED.items():
        values = [getattr(spec, attribute) for spec in specs]
        if column not in table.column_names or table[column].to_pylist() != values:
            what = "other classes" if column == "class" else f"another {column}"
            raise RecordError(f"the predictions of {unit.condition} name {what} than their structures have.")
    expected = [spec.n_atoms if plan.facts.level == "atom" else 1 for spec in specs]
    if pc.list_value_length(table["labels"]).to_pylist() != expected:
        raise RecordError(f"the predictions of {unit.condition} have another number of labels than the structures.")
    allowed = {UNKNOWN, *known_labels(plan.facts.truth)}
    for label in pc.unique(pc.list_flatten(table["labels"])).to_pylist():
        if label not in allowed:
            raise RecordError(f"the predictions of {unit.condition} hold the label {label!r}, which does not exist.")
    if plan.facts.probabilistic:
        named = pc.not_equal(pc.list_flatten(table["labels"]), UNKNOWN).to_numpy(zero_copy_only=False)
        _check_probabilities(unit, probability_summary(table), named, len(plan.facts.recognises))


def _check_probabilities(unit: Unit, found: ProbabilitySummary, named: np.ndarray, n_classes: int) -> None:
    """What a file says of probabilities must be possible: numbers of one distribution over the classes.

    `named`: where a class was named, shape (n,), whose probability is then the highest.
    """
    highest, truth, squares = found.highest, found.truth, found.squares
    most = np.where(named, np.minimum(highest, 1.0 - highest), highest)
    possible = np.isfinite([highest, truth, squares]).all(axis=0)
    possible &= (highest >= 1.0 / n_classes - _ROUNDING) & (highest <= 1.0 + _ROUNDING) & (truth >= -_ROUNDING)
    possible &= np.where(found.right, np.abs(truth - highest) <= _ROUNDING, truth <= most + _ROUNDING)
    possible &= (squares >= highest**2 - _ROUNDING) & (squares <= highest + _ROUNDING)
    if not possible.all():
        raise RecordError(f"the predictions of {unit.condition} hold probabilities that no distribution has.")
