"""Filling pages from committed records, so that no number on them is written by hand.

`README.md` gets a table of some conditions; `leaderboard/README.md` all tables as the paper prints them;
`leaderboard/index.html` is made as a whole by `page`.
"""

from __future__ import annotations

import html
import operator
from collections.abc import Callable
from pathlib import Path

from ..benchmark.record import Cell, Record, RecordError, read_record
from ..benchmark.tables import TABLES, table_conditions
from ..common.pages import fill_between
from ..common.storage import write_text
from ..errors import AriseZooError
from .condition_names import condition_name
from .formatting import cells_of, differences, interval_text, paper_texts, percent, rows_not_met, supported_cells

BEGIN, END = "<!-- numbers: filled by `arise-bench report` -->", "<!-- end of numbers -->"

_SHOWN = (("S1", "pristine"), ("S1", "displacement-0.04"), ("S1", "missing-0.2"), ("S3", "both-0.3-0.1"))


class ReportError(AriseZooError):
    """A page that cannot be filled, or that differs from the records."""


def read_records(folder: Path) -> list[Record]:
    """All records of a folder (`*.json`), this package's methods first, others by name.

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
    # Pages must not depend on what else is installed.
    own = [entry.name for entry in list_methods() if entry.package == "arise-zoo"]
    place = {name: number for number, name in enumerate(own)}
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
        filled = fill_between(text, BEGIN, END, numbers)
    except ValueError as error:
        raise ReportError(f"{page} has no place for the numbers; put {BEGIN} and {END} into it.") from error
    if check and filled != text:
        raise ReportError(f"the numbers in {page} are not those of the records; run `arise-bench report`.")
    if filled != text:
        write_text(Path(page), filled)


def write_page(page: Path, text: str, *, check: bool = False, same: Callable[[str, str], bool] = operator.eq) -> None:
    """Write a page that is made as a whole, unless it is the `same`; with `check`, raise `ReportError` instead."""
    page = Path(page)
    if not page.is_file() or not same(page.read_text(encoding="utf-8"), text):
        if check:
            raise ReportError(f"{page} is not what the records give; run `arise-bench report`.")
        write_text(page, text)


def summary_table(records: list[Record]) -> str:
    """Markdown: a row a method, a column for each of four conditions; ours, interval, the paper's; n in the last."""
    header = ["method", *(condition_name(condition) for _, condition in _SHOWN), "n, in this order"]
    lines = [row(header), row(["---", *["--:"] * len(_SHOWN), "---"])]
    for record in records:
        cells = [supported_cells(record, table).get(condition) for table, condition in _SHOWN]
        what = "atoms" if record["level"] == "atom" else "structures"
        sizes = ", ".join(str(cell["n"]) if cell else "–" for cell in cells)
        who = f"{sizes} {what} of {len(record['scored_on_supported'])} classes"
        lines.append(row([method_name(record), *map(_summary, cells), who]))
    return "\n".join(lines)


def all_tables(records: list[Record]) -> str:
    """Markdown: for each table and set of classes a row a method, a column a condition: ours, paper's, difference."""
    blocks = []
    for table, scored_on in ((t, s) for t in TABLES for s in TABLES[t]):
        conditions = table_conditions(table)
        rows = []
        for record in records:
            cells = cells_of(record, table, scored_on)
            if cells:
                rows.append(row([method_name(record), *(_entry(cells.get(c)) for c in conditions)]))
        for name, published in rows_not_met(records, table, scored_on).items():
            rows.append(row([f"`{name}`<br>paper only", *(f"paper {percent(value)}" for value in published)]))
        if rows:
            header = [row(["method", *conditions]), row(["---", *["--:"] * len(conditions)])]
            blocks.append("\n".join([f"## Table {table}, {scored_on} classes\n", *header, *rows]))
    return "\n\n".join([*blocks, _differences(records), _made(records)])


def _differences(records: list[Record]) -> str:
    lines = ["## Differences from the paper\n", row(["method", "cells", "largest", "where", "mean absolute"])]
    lines.append(row(["---", "--:", "--:", "---", "--:"]))
    for record in records:
        found = differences(record)
        if found:
            where = ", ".join(found.where[key] for key in ("table", "scored_on", "condition"))
            fields = [method_name(record), str(found.n), f"{found.largest:+.2f}", where, percent(found.mean_absolute)]
            lines.append(row(fields))
    return "\n".join(lines)


def _made(records: list[Record]) -> str:
    lines = ["## How the records were made\n", row(["method", "engine", "versions", "wall time", "structures asked"])]
    lines.append(row(["---", "---", "---", "--:", "--:"]))
    for record in records:
        versions = ", ".join(f"{name} {version}" for name, version in record["packages"].items())
        engine, asked = _safe(record["engine"] or ""), f"{record['predictions']['rows']:,}"
        lines.append(row([method_name(record), engine, _safe(versions), f"{record['wall_s']:.0f} s", asked]))
    first = records[0]
    lines.append(
        f"\nProtocol {first['protocol_version']}, data version {first['data_version']}, base seed {first['seed']}, "
        f"{first['iterations']} iterations."
    )
    return "\n".join(lines)


def method_name(record: Record) -> str:
    """Name of a method in a table, with what readers must know of it."""
    return f"`{_safe(record['method'])}`" + ("<br>trained on defects" if record["trained_on_defects"] else "")


def row(cells: list[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(cells)} |"


def _safe(text: str) -> str:
    """Text that others wrote, as it may stand in a cell of a table."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "&#124;").replace("`", "&#96;")


def _summary(cell: Cell | None) -> str:
    if cell is None:
        return ""
    paper = paper_texts(cell)
    return f"**{percent(cell['accuracy'])}** {interval_text(cell)}" + (f"<br>paper {paper[0]}" if paper else "")


def _entry(cell: Cell | None) -> str:
    if cell is None:
        return ""
    paper = "<br>paper {}<br>{}".format(*texts) if (texts := paper_texts(cell)) else ""
    return f"**{percent(cell['accuracy'])}**{paper}<br>{interval_text(cell)}<br>n = {cell['n']}"
