"""Filling the README's table of numbers from committed records, so that no number on it is written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import AriseZooError
from ..storage import write_text
from .record import RecordError, read_record

BEGIN, END = "<!-- numbers: filled by `arise-bench report` -->", "<!-- end of numbers -->"

_SHOWN = ("pristine", "displacement-0.02", "displacement-0.04", "missing-0.01", "missing-0.05", "missing-0.2")


class ReportError(AriseZooError):
    """A page that cannot be filled, or that differs from the records."""


def read_records(folder: Path) -> list[dict[str, Any]]:
    """All records below a folder (`*.json`), in the order of the registry, others by name; all of one version."""
    from ..methods import list_methods

    records = [read_record(path) for path in sorted(Path(folder).glob("*.json"))]
    if not records:
        raise RecordError(f"there are no records in {folder}; name the folder with --records.")
    for key in ("protocol_version", "data_version"):
        versions = {record[key] for record in records}
        if len(versions) > 1:
            what = key.replace("_", " ")
            raise RecordError(f"the records in {folder} have different {what}s: {', '.join(sorted(versions))}.")
    place = {entry.name: number for number, entry in enumerate(list_methods())}
    return sorted(records, key=lambda record: (place.get(record["method"], len(place)), record["method"]))


def fill_readme(readme: Path, records: list[dict[str, Any]], *, check: bool = False) -> None:
    """Put the table of numbers between the markers of a README; `check` only compares.

    Raises `ReportError` if the markers are missing or, with `check`, if the table is not that of the records.
    """
    text = Path(readme).read_text(encoding="utf-8")
    try:
        before, rest = text.split(BEGIN)
        _, after = rest.split(END)
    except ValueError as error:
        raise ReportError(f"{readme} has no place for the numbers; put {BEGIN} and {END} into it.") from error
    filled = f"{before}{BEGIN}\n{numbers_table(records)}\n{END}{after}"
    if check and filled != text:
        raise ReportError(f"the numbers in {readme} are not those of the records; run `arise-bench report`.")
    if filled != text:
        write_text(Path(readme), filled)


def numbers_table(records: list[dict[str, Any]]) -> str:
    """Markdown: a row a method, a column for each of six conditions of Table 2; ours, interval, n, the paper's."""
    header = ["method", "scored on", *_SHOWN]
    lines = [_row(header), _row(["---"] * len(header))]
    for record in records:
        cells = {c["condition"]: c for c in record["cells"] if c["table"] == "2" and c["scored_on"] == "supported"}
        what = "atoms" if record["level"] == "atom" else "structures"
        name = f"`{record['method']}`"
        who = f"{what} of {len(record['scored_on_supported'])} classes"
        lines.append(_row([name, who, *(_cell(cells.get(condition)) for condition in _SHOWN)]))
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: dict[str, Any] | None) -> str:
    if cell is None:
        return ""
    low, high = cell["ci95"]
    paper = "" if cell["paper"] is None else f"<br>paper {cell['paper']:.2f}"
    return f"**{cell['accuracy']:.2f}**<br>[{low:.2f}, {high:.2f}]<br>n = {cell['n']}{paper}"
