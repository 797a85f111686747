"""Scores recomputed from a record and its predictions, without the method."""

from __future__ import annotations

from pathlib import Path

from ..methods import UNKNOWN, MethodFacts
from ..methods.resolved import check_facts
from .plan import Plan, Sampling, Unit
from .predictions import PredictionStore
from .querying import known_labels
from .record import ProbabilityEntries, Record, RecordError, Scores
from .scoring import calibration_entries, score
from .tables import table_conditions


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


def rescore(record: Record, predictions: Path) -> Scores:
    """`cells`, `per_class` and, with probabilities, `calibration` as the predictions give them.

    Raises `RecordError` if the predictions are not of the structures of the record's tables, in their order, or hold
    labels that do not exist.
    """
    plan = Plan(recorded_method(record), Sampling(record["iterations"], record["seed"]))
    store = PredictionStore(predictions.parent)
    tables = record["table"].split(",")
    conditions = [name for table in tables for name in table_conditions(table)]
    for unit in plan.units_of(tables, conditions):
        if unit in store:
            _check(plan, store, unit)
    cells, per_class = score(plan, store, tables)
    entries: ProbabilityEntries = calibration_entries(store, tables) if plan.facts.probabilistic else {}
    return {"cells": cells, "per_class": per_class, **entries}


def _check(plan: Plan, store: PredictionStore, unit: Unit) -> None:
    import pyarrow.compute as pc

    table = store.read(unit)
    specs = list(plan.unit_structures(unit))
    if table["structure"].to_pylist() != [spec.id for spec in specs]:
        raise RecordError(f"the predictions of {unit.condition} are not of the benchmark's structures.")
    if table["class"].to_pylist() != [spec.class_id for spec in specs]:
        raise RecordError(f"the predictions of {unit.condition} name other classes than their structures have.")
    expected = [spec.n_atoms if plan.facts.level == "atom" else 1 for spec in specs]
    if pc.list_value_length(table["labels"]).to_pylist() != expected:
        raise RecordError(f"the predictions of {unit.condition} have another number of labels than the structures.")
    allowed = {UNKNOWN, *known_labels(plan.facts.truth)}
    for label in pc.unique(pc.list_flatten(table["labels"])).to_pylist():
        if label not in allowed:
            raise RecordError(f"the predictions of {unit.condition} hold the label {label!r}, which does not exist.")
