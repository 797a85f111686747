"""How numbers of records are written on every page, and how far a record is from the paper.

What is put where is in `report` (Markdown) and `page` (HTML).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..benchmark.tables import TABLES, published_rows, table_conditions

Record = dict[str, Any]
Cell = dict[str, Any]


class Differences(NamedTuple):
    """Differences from the paper over all its cells, ours minus published, in points of percent."""

    n: int
    largest: float
    where: Cell
    mean_absolute: float


def cells_of(record: Record, table: str, scored_on: str) -> dict[str, Cell]:
    """Condition -> cell."""
    return {c["condition"]: c for c in record["cells"] if c["table"] == table and c["scored_on"] == scored_on}


def percent(value: float) -> str:
    """Two decimals, as the paper has."""
    return f"{value:.2f}"


def interval_text(cell: Cell) -> str:
    """The 95 % interval of a cell."""
    low, high = cell["ci95"]
    return f"[{percent(low)}, {percent(high)}]"


def difference_text(cell: Cell) -> str:
    """Ours minus published, with its sign; no minus before zero."""
    return f"{round(cell['accuracy'] - cell['paper'], 2) + 0.0:+.2f}"


def differences(record: Record) -> Differences | None:
    """None if the paper has none of its cells. Table 2 is left out where S1, of which it repeats rows, is there."""
    met = [c for c in record["cells"] if c["paper"] is not None]
    repeats = {(c["scored_on"], c["condition"]) for c in met if c["table"] != "2"}
    met = [c for c in met if c["table"] != "2" or (c["scored_on"], c["condition"]) not in repeats]
    if not met:
        return None
    found = [c["accuracy"] - c["paper"] for c in met]
    worst = max(range(len(met)), key=lambda i: abs(found[i]))
    return Differences(len(met), found[worst], met[worst], sum(map(abs, found)) / len(found))


def rows_not_met(records: list[Record], table: str, scored_on: str) -> dict[str, list[float]]:
    """Rows of the paper's table that no record stands beside: name -> accuracies, in the order of the conditions."""
    conditions = table_conditions(table)
    beside = []
    for record in records:
        cells = cells_of(record, table, scored_on)
        beside.append([cells[c]["paper"] if c in cells else None for c in conditions])
    found = published_rows(table, scored_on) if scored_on in TABLES[table] else {}
    rows = {name: [row[c] for c in conditions] for name, row in found.items()}
    return {name: row for name, row in rows.items() if not any(_fits(row, other) for other in beside)}


def _fits(row: list[float], beside: list[float | None]) -> bool:
    # Records of single conditions stand beside a row too.
    return any(b is not None for b in beside) and all(b is None or a == b for a, b in zip(row, beside, strict=True))
