"""Scores made again from a record and its predictions, without the method."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import AriseZooError
from ..methods import UNKNOWN
from ..methods.registry import check_method
from ..prototypes import class_ids
from .predictions import PredictionStore, Unit
from .record import RecordError
from .scope import scored_structures
from .scoring import calibration_entries, score, unit_classes, units_needed
from .tables import TABLES, table_conditions


@dataclass(frozen=True)
class RecordedMethod:
    """What scoring has to know of a method, as its record says it."""

    name: str
    level: str
    truth: str
    recognises: tuple[str, ...]
    scored_on: tuple[str, ...]
    finite: bool
    probabilistic: bool

    def predict(self, atoms: Any) -> str:
        """A record does not predict."""
        raise AriseZooError("a record does not predict.")


def recorded_method(record: dict[str, Any]) -> RecordedMethod:
    """The method of a record; raises `MethodError` if there can be none such."""
    method = RecordedMethod(
        record["method"],
        record["level"],
        record["truth"],
        tuple(record["recognises"]),
        tuple(record["scored_on_supported"]),
        record["finite"],
        "calibration" in record,
    )
    check_method(method)
    return method


def rescore(record: dict[str, Any], predictions: Path) -> dict[str, Any]:
    """`cells`, `per_class` and, with probabilities, `calibration` as the predictions give them.

    Raises `RecordError` if the predictions are not of the structures of the record's tables, in their order, or hold
    labels that do not exist.
    """
    method = recorded_method(record)
    store = PredictionStore(predictions.parent)
    tables = record["table"].split(",")
    wanted = {
        unit
        for table in tables
        for scored_on in TABLES[table]
        for condition in table_conditions(table)
        for unit in units_needed(method, condition, scored_on)
        if unit in store
    }
    for unit in wanted:
        _check(method, store, unit, record["iterations"], record["seed"])
    cells, per_class = score(method, store, tables, record["iterations"], record["seed"])
    return {
        "cells": cells,
        "per_class": per_class,
        **(calibration_entries(method, store, tables) if method.probabilistic else {}),
    }


def _check(method: RecordedMethod, store: PredictionStore, unit: Unit, iterations: int, seed: int) -> None:
    import pyarrow.compute as pc

    table = store.read(unit)
    specs = list(scored_structures(method, unit.condition, unit_classes(method, unit.classes), iterations, seed))
    if table["structure"].to_pylist() != [spec.id for spec in specs]:
        raise RecordError(f"the predictions of {unit.condition} are not of the benchmark's structures.")
    if table["class"].to_pylist() != [spec.class_id for spec in specs]:
        raise RecordError(f"the predictions of {unit.condition} name other classes than their structures have.")
    expected = [spec.n_atoms if method.level == "atom" else 1 for spec in specs]
    if pc.list_value_length(table["labels"]).to_pylist() != expected:
        raise RecordError(f"the predictions of {unit.condition} have another number of labels than the structures.")
    allowed = {UNKNOWN, *(map(str, range(1, 231)) if method.truth == "space_group" else class_ids())}
    for label in pc.unique(pc.list_flatten(table["labels"])).to_pylist():
        if label not in allowed:
            raise RecordError(f"the predictions of {unit.condition} hold the label {label!r}, which does not exist.")
