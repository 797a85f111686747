"""Markdown tables of what stands above single conditions: the overall ranking, and the detection of the unknown.

Tables of single conditions, and the filling of pages, are in `markdown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..benchmark.record import Against, Detection, Estimate, Record
from ..prototypes import class_ids
from .collect import counts_of
from .condition_names import condition_name
from .formatting import percent
from .markdown import all_tables, method_name, row
from .overall import DETECTION, InGroup, Place, group_conditions, overall

_SCORES = {
    "mutual_information": "own uncertainty",
    "max_probability": "1 − highest probability",
    "confidence": "1 − confidence",
    "unknown_atoms": "share of unknown atoms",
}


def leaderboard_tables(records: list[Record], folder: Path) -> str:
    """All of `leaderboard/README.md` that is filled in; `folder` holds what `collect` stored beside the records."""
    return "\n\n".join([overall_tables(records, folder), all_tables(records), *detection_tables(records)])


def overall_tables(records: list[Record], folder: Path) -> str:
    """The full ranking and, if there is one, the partial ranking."""
    places = overall(records, counts_of(records, folder))
    groups = [g for g in group_conditions(records) if any(g in place.groups for place in places.values())]
    blocks = []
    for complete, title in ((True, "## Overall"), (False, "### Partial ranking")):
        if members := [r for r in _in_order(records, places) if places[r["method"]].complete is complete]:
            header = ["rank", "method", "score", *groups, "groups", "classes"]
            lines = [row(header), row(["---", "---", *["--:"] * (len(groups) + 3)])]
            lines += [_placed(record, places[record["method"]], groups) for record in members]
            blocks.append("\n".join([f"{title}\n", *lines]))
    return "\n\n".join(blocks or ["## Overall\n\nNo record has all conditions of a group."])


def detection_tables(records: list[Record]) -> list[str]:
    """A table for each unknown condition: each method by each of its scores, and by its decision."""
    conditions = group_conditions(records)
    groups = {group: members for group, members in conditions.items() if group != DETECTION}
    kinds = {e["unknown"]: e["distance"] for record in records for e in record.get("detection", [])}
    blocks = []
    for unknown, kind in kinds.items():
        header = ["method", "by", "n", "detected"]
        header += [f"{what}, {group}" for group in groups for what in ("AUROC", "false alarms")]
        lines = [row([*header, "lowest AUROC"]), row(["---", "---", *["--:"] * (len(header) - 1)])]
        for record in records:
            lines += [row(_detected(record, e, groups)) for e in record.get("detection", []) if e["unknown"] == unknown]
            if fields := _decided(record, unknown, groups):
                lines.append(row(fields))
        blocks.append("\n".join([f"## Detection: {condition_name(unknown)} ({kind})\n", *lines]))
    return blocks


def _in_order(records: list[Record], places: dict[str, Place]) -> list[Record]:
    by_name = {record["method"]: record for record in records}
    return [by_name[name] for name in places]


def _placed(record: Record, place: Place, groups: list[str]) -> str:
    first, last = place.standing.rank
    rank = str(first) if first == last else f"{first}–{last}"
    score = _in_group(InGroup(place.standing.score, place.standing.ci95), bold=True)
    shown = [_in_group(place.groups[group]) if group in place.groups else "–" for group in groups]
    coverage = [f"{len(place.groups)} of {len(groups)}", f"{len(record['recognises'])} of {len(class_ids())}"]
    return row([rank, method_name(record), score, *shown, *coverage])


def _in_group(found: InGroup, bold: bool = False) -> str:
    low, high = map(percent, found.ci95)
    return f"{'**' if bold else ''}{percent(found.score)}{'**' if bold else ''}<br>[{low}, {high}]"


def _detected(record: Record, entry: Detection, groups: dict[str, tuple[str, ...]]) -> list[str]:
    """AUROC and false alarms at 95 % detection: means over the conditions of each group, and the lowest AUROC."""
    fields = [method_name(record), _SCORES[entry["score"]], str(entry["n"]), "≥ 0.95"]
    for members in groups.values():
        found = [entry["against"][c] for c in members if c in entry["against"]]
        fields += [_mean([a["auroc"] for a in found]), _mean([a["false_alarms"] for a in found])]
    name, least = min(entry["against"].items(), key=_area)
    return [*fields, f"{_estimate(least['auroc'])}<br>{condition_name(name)}, n = {least['n']}"]


def _decided(record: Record, unknown: str, groups: dict[str, tuple[str, ...]]) -> list[str]:
    """Shares called unknown. The AUROC of a decision is the mean of the shares rightly called so and rightly not."""
    said = {entry["condition"]: entry for entry in record.get("decisions", [])}
    if unknown not in said:
        return []
    detected = said[unknown]["called_unknown"]
    fields = [method_name(record), "its decision", str(said[unknown]["n"]), _estimate(detected)]
    for members in groups.values():
        alarms = [said[c]["called_unknown"] for c in members if c in said]
        balanced = [(1 + detected["value"] - found["value"]) / 2 for found in alarms]
        fields += [f"{np.mean(balanced):.3f}" if balanced else "–", _mean(alarms)]
    return [*fields, ""]


def _area(named: tuple[str, Against]) -> float:
    return named[1]["auroc"]["value"]


def _mean(estimates: Sequence[Estimate]) -> str:
    return f"{np.mean([found['value'] for found in estimates]):.3f}" if estimates else "–"


def _estimate(found: Estimate) -> str:
    low, high = found["ci95"]
    return f"{found['value']:.3f} [{low:.3f}, {high:.3f}]"
