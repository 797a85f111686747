"""A record as the plain-text tables that `arise-bench` prints."""

from __future__ import annotations

from typing import Any

from ..prototypes import class_ids

_HEADER = f"  {'condition':<20}{'ours':>8}{'paper':>9}{'diff':>8}   {'95 % interval':<17}{'n':>9}{'structures':>12}"


def format_record(record: dict[str, Any], tables: list[str]) -> str:
    """One block for each of these tables and each set of classes: a line a condition, accuracies in percent."""
    blocks = []
    for table in tables:
        for scored_on in ("supported", "all"):
            cells = [c for c in record["cells"] if c["table"] == table and c["scored_on"] == scored_on]
            if cells:
                lines = [_title(record, table, scored_on), _HEADER, *map(_line, cells)]
                blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _title(record: dict[str, Any], table: str, scored_on: str) -> str:
    of = {"atom": "atoms", "structure": "structures"}[record["level"]]
    engine = f", engine {record['engine']}" if record["engine"] else ""
    if record["trained_on_defects"]:
        engine += ", trained on defects"
    if scored_on == "supported":
        who = f"{len(record['scored_on_supported'])} of {len(class_ids())} classes"
    else:
        who = "all classes, by space group"
    return f"{record['method']}, Table {table}: right {of} in percent, {who}{engine}"


def _line(cell: dict[str, Any]) -> str:
    low, high = cell["ci95"]
    paper, difference = "", ""
    if cell["paper"] is not None:
        paper, difference = f"{cell['paper']:.2f}", f"{round(cell['accuracy'] - cell['paper'], 2) + 0.0:+.2f}"
    return (
        f"  {cell['condition']:<20}{cell['accuracy']:>8.2f}{paper:>9}{difference:>8}   "
        f"{f'{low:.2f} - {high:.2f}':<17}{cell['n']:>9}{cell['n_structures']:>12}"
    )
