"""Filling pages from committed records, so that no number on them is written by hand.

`README.md` gets a table of some conditions; `leaderboard/README.md` all tables as the paper prints them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import AriseZooError
from ..storage import write_text
from .record import RecordError, read_record
from .tables import TABLES, table_conditions

BEGIN, END = "<!-- numbers: filled by `arise-bench report` -->", "<!-- end of numbers -->"

_SHOWN = ("pristine", "displacement-0.02", "displacement-0.04", "missing-0.01", "missing-0.05", "missing-0.2")

Record = dict[str, Any]


class ReportError(AriseZooError):
    """A page that cannot be filled, or that differs from the records."""


def read_records(folder: Path) -> list[Record]:
    """All records of a folder (`*.json`), in the order of the registry, others by name.

    Raises `RecordError` if there are none, or if they differ in protocol version, data version, seed or iterations.
    """
    from ..methods import list_methods

    records = [read_record(path) for path in sorted(Path(folder).glob("*.json"))]
    if not records:
        raise RecordError(f"there are no records in {folder}; name the folder with --records.")
    for key in ("protocol_version", "data_version", "seed", "iterations"):
        found = sorted({str(record[key]) for record in records})
        if len(found) > 1:
            raise RecordError(f"the records in {folder} differ in {key.replace('_', ' ')}: {', '.join(found)}.")
    place = {entry.name: number for number, entry in enumerate(list_methods())}
    return sorted(records, key=lambda record: (place.get(record["method"], len(place)), record["method"]))


def fill_page(page: Path, numbers: str, *, check: bool = False) -> None:
    """Put numbers between the markers of a page; `check` only compares.

    Raises `ReportError` if the markers are missing or, with `check`, if the page has other numbers.
    """
    try:
        text = Path(page).read_text(encoding="utf-8")
    except OSError as error:
        raise ReportError(f"cannot read {page}: {error.strerror}.") from error
    try:
        before, rest = text.split(BEGIN)
        _, after = rest.split(END)
    except ValueError as error:
        raise ReportError(f"{page} has no place for the numbers; put {BEGIN} and {END} into it.") from error
    filled = f"{before}{BEGIN}\n{numbers}\n{END}{after}"
    if check and filled != text:
        raise ReportError(f"the numbers in {page} are not those of the records; run `arise-bench report`.")
    if filled != text:
        write_text(Path(page), filled)


def summary_table(records: list[Record]) -> str:
    """Markdown: a row a method, a column for each of six conditions of Table 2; ours, interval, n, the paper's."""
    header = ["method", "scored on", *_SHOWN]
    lines = [_row(header), _row(["---"] * len(header))]
    for record in records:
        cells = _cells(record, "2", "supported")
        what = "atoms" if record["level"] == "atom" else "structures"
        who = f"{what} of {len(record['scored_on_supported'])} classes"
        lines.append(_row([_name(record), who, *(_summary(cells.get(c)) for c in _SHOWN)]))
    return "\n".join(lines)


def all_tables(records: list[Record]) -> str:
    """Markdown: for each table and set of classes a row a method, a column a condition: ours, paper's, difference."""
    blocks = []
    for table, scored_on in ((t, s) for t in TABLES for s in TABLES[t]):
        conditions = table_conditions(table)
        rows = []
        for record in records:
            cells = _cells(record, table, scored_on)
            if cells:
                rows.append(_row([_name(record), *(_entry(cells.get(c)) for c in conditions)]))
        if rows:
            header = [_row(["method", *conditions]), _row(["---", *["--:"] * len(conditions)])]
            blocks.append("\n".join([f"## Table {table}, {scored_on} classes\n", *header, *rows]))
    return "\n\n".join([*blocks, _differences(records), _made(records)])


def _differences(records: list[Record]) -> str:
    lines = ["## Differences from the paper\n", _row(["method", "cells", "largest", "where", "mean absolute"])]
    lines.append(_row(["---", "--:", "--:", "---", "--:"]))
    for record in records:
        # Table 2 repeats rows of Table S1.
        cells = [c for c in record["cells"] if c["paper"] is not None and c["table"] != "2"]
        if not cells:
            continue
        differences = [c["accuracy"] - c["paper"] for c in cells]
        worst = max(range(len(cells)), key=lambda i: abs(differences[i]))
        where = f"{cells[worst]['table']}, {cells[worst]['scored_on']}, {cells[worst]['condition']}"
        mean = sum(map(abs, differences)) / len(differences)
        row = [_name(record), str(len(cells)), f"{differences[worst]:+.2f}", where, f"{mean:.2f}"]
        lines.append(_row(row))
    return "\n".join(lines)


def _made(records: list[Record]) -> str:
    lines = ["## How the records were made\n", _row(["method", "engine", "versions", "wall time", "structures asked"])]
    lines.append(_row(["---", "---", "---", "--:", "--:"]))
    for record in records:
        versions = ", ".join(f"{name} {version}" for name, version in record["packages"].items())
        asked = f"{record['predictions']['rows']:,}"
        row = [_name(record), record["engine"] or "", versions, f"{record['wall_s']:.0f} s", asked]
        lines.append(_row(row))
    first = records[0]
    lines.append(
        f"\nProtocol {first['protocol_version']}, data version {first['data_version']}, base seed {first['seed']}, "
        f"{first['iterations']} iterations."
    )
    return "\n".join(lines)


def _cells(record: Record, table: str, scored_on: str) -> dict[str, Record]:
    return {c["condition"]: c for c in record["cells"] if c["table"] == table and c["scored_on"] == scored_on}


def _name(record: Record) -> str:
    return f"`{record['method']}`" + ("<br>trained on defects" if record["trained_on_defects"] else "")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _summary(cell: Record | None) -> str:
    if cell is None:
        return ""
    low, high = cell["ci95"]
    paper = "" if cell["paper"] is None else f"<br>paper {cell['paper']:.2f}"
    return f"**{cell['accuracy']:.2f}**<br>[{low:.2f}, {high:.2f}]<br>n = {cell['n']}{paper}"


def _entry(cell: Record | None) -> str:
    if cell is None:
        return ""
    paper = ""
    if cell["paper"] is not None:
        difference = round(cell["accuracy"] - cell["paper"], 2) + 0.0
        paper = f"<br>paper {cell['paper']:.2f}<br>{difference:+.2f}"
    low, high = cell["ci95"]
    return f"**{cell['accuracy']:.2f}**{paper}<br>[{low:.2f}, {high:.2f}]<br>n = {cell['n']}"
