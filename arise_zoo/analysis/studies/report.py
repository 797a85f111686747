"""Filling a page with the numbers of the studies' records, so that none on it is written by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...common.pages import fill_between
from ...common.storage import write_text
from ...errors import AriseZooError
from . import flat, study_names

END = "<!-- end of study -->"


class StudyReportError(AriseZooError):
    """A page that cannot be filled."""


def begin(name: str) -> str:
    """The marker after which the numbers of a study go, up to `END`."""
    return f"<!-- study: {name} -->"


def fill_page(page: str | Path, records: str | Path) -> list[str]:
    """Put the numbers of the records `<name>.json` in a folder between the markers of a page; returns their names.

    Raises `StudyReportError` if the page or a record that it wants cannot be read.
    """
    page, records = Path(page), Path(records)
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise StudyReportError(f"cannot read {page}: {error.strerror}.") from error
    filled = []
    for name in study_names():
        if begin(name) not in text:
            continue
        try:
            record = json.loads((records / f"{name}.json").read_text(encoding="utf-8"))
            text = fill_between(text, begin(name), END, table(record))
        except (OSError, ValueError) as error:
            raise StudyReportError(
                f"cannot fill {begin(name)} of {page}; it needs {records / name}.json and {END}."
            ) from error
        filled.append(name)
    write_text(page, text)
    return filled


def table(record: dict[str, Any]) -> str:
    """A Markdown table of all numbers of a record."""
    lines = ["| number | value | 95 % interval |", "| --- | --: | --: |"]
    values = dict(flat(record["numbers"]))
    for name, value in values.items():
        if not name.endswith("ci95"):
            beside = name.removesuffix("percent") + "ci95" if name.endswith(".percent") else f"{name}_ci95"
            shown = _text(values[beside]) if beside in values else ""
            lines.append(f"| {name.replace('_', ' ').replace('.', ', ')} | {_text(value)} | {shown} |")
    made = f"Model `{record['model']}`, seed {record['seed']}{', small version' if record['small'] else ''}."
    made += " Mutual information is in bits."
    return "\n".join([made, "", *lines])


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
