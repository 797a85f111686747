"""How numbers of records are written: cells and their differences from the paper, and a record as plain-text tables.

The layout of pages is in `markdown` and `page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..benchmark.record import Cell, Record
from ..benchmark.tables import ALL, REPEATED, SUPPORTED, TABLES, published_rows, table_conditions
from ..prototypes import class_ids

_HEADER = f"  {'condition':<20}{'ours':>8}{'paper':>9}{'diff':>8}   {'95 % interval':<17}{'n':>9}{'structures':>12}"


class Differences(NamedTuple):
    """Differences from the paper over all its cells, ours minus published, in points of percent."""

    n: int
    largest: float
    where: Cell
    mean_absolute: float


def cells_of(record: Record, table: str, scored_on: str) -> dict[str, Cell]:
    """Condition -> cell."""
    return {c["condition"]: c for c in record["cells"] if c["table"] == table and c["scored_on"] == scored_on}


def supported_cells(record: Record, table: str) -> dict[str, Cell]:
    """Condition -> cell of the supported rows of a table, or of the table that repeats them."""
    repeats = [repeated for repeated, original in REPEATED.items() if original == table]
    return {c: cell for name in (*repeats, table) for c, cell in cells_of(record, name, SUPPORTED).items()}


def percent(value: float) -> str:
    """Two decimals, as in the paper."""
    return f"{value:.2f}"


def interval_text(cell: Cell, form: str = "[{}, {}]") -> str:
    """The 95 % interval of a cell."""
    return form.format(*map(percent, cell["ci95"]))


def paper_texts(cell: Cell) -> tuple[str, str] | None:
    """The published accuracy and ours minus it, with its sign (no minus before zero); None if nothing was published."""
    paper = cell["paper"]
    return None if paper is None else (percent(paper), f"{round(cell['accuracy'] - paper, 2) + 0.0:+.2f}")


def differences(record: Record) -> Differences | None:
    """How far a record is from the paper, each published value once; None if the paper has none of its cells."""
    met: dict[tuple[str, str], tuple[Cell, float]] = {}
    for cell in sorted(record["cells"], key=lambda cell: cell["table"] in REPEATED):
        if cell["paper"] is not None:
            met.setdefault((cell["scored_on"], cell["condition"]), (cell, cell["accuracy"] - cell["paper"]))
    if not met:
        return None
    where, largest = max(met.values(), key=lambda found: abs(found[1]))
    return Differences(len(met), largest, where, sum(abs(found) for _, found in met.values()) / len(met))


def rows_not_met(records: Sequence[Record], table: str, scored_on: str) -> dict[str, list[float]]:
    """Rows of the paper's table beside which no record stands: name -> accuracies, in the order of the conditions."""
    if scored_on not in TABLES[table]:
        return {}
    beside = []
    for record in records:
        cells = cells_of(record, table, scored_on).items()
        beside.append({c: cell["paper"] for c, cell in cells if cell["paper"] is not None})
    # Records of single conditions stand beside a row too.
    return {
        name: [row[c] for c in table_conditions(table)]
        for name, row in published_rows(table, scored_on).items()
        if not any(found and all(row[c] == paper for c, paper in found.items()) for found in beside)
    }


def format_record(record: Record, tables: Sequence[str]) -> str:
    """A record as plain text: a block for each of these tables and each set of classes, a line for each condition."""
    blocks = []
    for table in tables:
        for scored_on in (SUPPORTED, ALL):
            if cells := cells_of(record, table, scored_on):
                blocks.append("\n".join([_title(record, table, scored_on), _HEADER, *map(_line, cells.values())]))
    return "\n\n".join(blocks)


def _title(record: Record, table: str, scored_on: str) -> str:
    engine = f", engine {record['engine']}" if record["engine"] else ""
    if record["trained_on_defects"]:
        engine += ", trained on defects"
    who = "all classes, by space group"
    if scored_on == SUPPORTED:
        who = f"{len(record['scored_on_supported'])} of {len(class_ids())} classes"
    return f"{record['method']}, Table {table}: right {record['level']}s in percent, {who}{engine}"


def _line(cell: Cell) -> str:
    paper, difference = paper_texts(cell) or ("", "")
    return (
        f"  {cell['condition']:<20}{cell['accuracy']:>8.2f}{paper:>9}{difference:>8}   "
        f"{interval_text(cell, '{} - {}'):<17}{cell['n']:>9}{cell['n_structures']:>12}"
    )
