"""The tables, the paper's and three more: their conditions, who is scored on what, and the published accuracies.

Published values: Leitherer et al., Nat. Commun. 12, 6234 (2021), Supplementary Tables 1-3 (doi
10.1038/s41467-021-26511-5). Table 2 holds the same numbers as the "supported" rows of Table S1. The entry of
spglib (loose) at displacement 2 % is 20.00 in Table 2; the 0.20 of Table S1 is a misprint.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import Literal

from ..errors import UnknownNameError
from ..structures.conditions import DEPTH_CONDITIONS, DYNAMICS_CONDITIONS, VARIANT_CONDITIONS

ScoredOn = Literal["supported", "all"]
SUPPORTED: Literal["supported"] = "supported"
ALL: Literal["all"] = "all"

TABLES: dict[str, tuple[ScoredOn, ...]] = {
    "2": (SUPPORTED,),
    "S1": (SUPPORTED, ALL),
    "S2": (SUPPORTED, ALL),
    "S3": (SUPPORTED, ALL),
    "D": (SUPPORTED,),
    "M": (SUPPORTED,),
    "V": (SUPPORTED,),
}
"""The paper's tables, the depth suite, D, molecular dynamics, M, and the variants, V, each with the sets of classes on
which methods are scored in it."""

PAPER_TABLES = ("S1", "S2", "S3")
"""The paper's tables that have conditions of their own."""

REPEATED = {"2": "S1"}
"""Table 2 repeats the supported rows of Table S1."""

OWN_CONDITIONS = {"D": DEPTH_CONDITIONS, "M": DYNAMICS_CONDITIONS, "V": VARIANT_CONDITIONS}
"""The tables that are not the paper's, each with its conditions."""

_FILE = {table: table for table in PAPER_TABLES} | REPEATED


@cache
def _published(file: str) -> tuple[tuple[str, ...], dict[tuple[str, str], dict[str, float]]]:
    text = (files(__package__) / "data" / f"published_{file}.csv").read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    _, _, *columns = reader.fieldnames or ()
    rows = {}
    for row in reader:
        key = row.pop("method"), row.pop("scored_on")
        rows[key] = {condition: float(accuracy) for condition, accuracy in row.items()}
    return tuple(columns), rows


def parse_tables(table: str) -> list[str]:
    """Names of tables joined by commas, in the paper's order; raises `UnknownNameError` for one that is not."""
    names = [name.strip() for name in table.split(",")]
    for name in names:
        if name not in TABLES:
            raise UnknownNameError("table", name, TABLES)
    return [name for name in TABLES if name in names]


def table_conditions(table: str) -> tuple[str, ...]:
    """Names of a table's conditions, in its order; raises `UnknownNameError` for an unknown table."""
    if table not in TABLES:
        raise UnknownNameError("table", table, TABLES)
    return _published(_FILE[table])[0] if table in _FILE else tuple(OWN_CONDITIONS[table])


def published_accuracy(table: str, method: str, scored_on: str, condition: str) -> float | None:
    """The paper's accuracy in percent, or None where the paper has none."""
    if table not in TABLES:
        raise UnknownNameError("table", table, TABLES)
    if scored_on not in TABLES[table] or table not in _FILE:
        return None
    return _published(_FILE[table])[1].get((method, scored_on), {}).get(condition)


def published_rows(table: str, scored_on: str) -> dict[str, dict[str, float]]:
    """The paper's rows of a table, method -> condition -> accuracy in percent; empty where it has none."""
    if table not in _FILE:
        return {}
    return {method: row for (method, on), row in _published(_FILE[table])[1].items() if on == scored_on}
