"""What the leaderboard's page shows, worked out from records: texts of numbers, ranks, curves, counts.

All numbers are texts as they are to be read, under the names they have in records, so that the page's scripts do no
more than place them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ...benchmark.record import Auroc, Calibration, Cell, Estimate, Record
from ...benchmark.tables import ALL, SUPPORTED, TABLES, table_conditions
from ...methods import list_methods
from ...prototypes import class_ids, load_prototypes
from ...prototypes.near_duplicates import NEAR_DUPLICATES
from ..class_accuracy import Share, class_shares, confusion, share
from ..collect import counts_of
from ..condition_names import KINDS, amount, condition_meaning, condition_name, kind
from ..formatting import cells_of, differences, paper_texts, percent, rows_not_met
from ..overall import DETECTION, Place, group_conditions, overall
from ..ranking import CONDITIONS, GROUPS, Standing, class_sums, standings, structures_per_class
from .dynamics import by_lattice
from .links import links
from .unknowns import EstimatePool, decisions, detections

if TYPE_CHECKING:
    import pyarrow as pa

    Json = Mapping[str, "Json"] | Sequence["Json"] | str | float | None

_KINDS = {
    "pristine": ("No defects", ""),
    "displacement": ("Displaced atoms", "largest displacement, % of d_NN"),
    "missing": ("Missing atoms", "atoms missing, %"),
    "both": ("Missing and displaced", "missing, % / displaced, % of d_NN"),
    "dynamics": ("Molecular dynamics: all lattices", "temperature / melting point"),
    "depth": ("Beyond the paper", ""),
}
"""Kind of condition -> its name, and the label of the axis on which its conditions lie."""


def content(records: list[Record], folder: Path) -> dict[str, Json]:
    """The page's data, as JSON; `folder` holds what `collect` stored beside the records, where it did."""
    counts = counts_of(records, folder)
    first, conditions, known = records[0], _conditions(records), _known(records)
    summed = (*CONDITIONS, *known)
    sums = {r["method"]: class_sums(r, counts[r["method"]], summed) for r in records if r["method"] in counts}
    ranked = {group: standings(sums, group, first["iterations"]) for group in dict.fromkeys((*GROUPS, *known))}
    pool, estimates = _Pool(), EstimatePool()
    return {
        "made": {key: first[key] for key in ("protocol_version", "data_version", "seed", "iterations")},
        "conditions": [_condition(c) for c in conditions],
        "hardest": _hardest(ranked, [c for c in known if c in conditions]) or conditions[0],
        "kinds": _kinds(conditions),
        "groups": {group: _group(group, first["iterations"]) for group in ranked},
        "classes": _classes(),
        "near": NEAR_DUPLICATES,
        "overall": _overall(records, counts),
        "methods": [
            _method(r, counts.get(r["method"]), ranked, pool)
            | {"detection": detections(r, conditions, estimates), "decisions": decisions(r, estimates)}
            for r in records
        ],
        "by_score": [*ranked["all"], *(r["method"] for r in records if r["method"] not in ranked["all"])],
        "tables": [_table(records, table, scored_on) for table in TABLES for scored_on in TABLES[table]],
        "lattices": by_lattice(records, counts),
        "shares": pool.entries,
        "estimates": estimates.entries,
    }


class _Pool:
    """Shares, each once, since most classes of most methods are wholly right or wholly wrong.

    An entry is: percent as text, how many are right, of how many, and the ends of the interval where it has one.
    """

    def __init__(self) -> None:
        self.entries: list[Json] = []
        self._place: dict[Share, int] = {}

    def __call__(self, share: Share) -> int:
        if share not in self._place:
            self._place[share] = len(self.entries)
            ends = [f"{end:.1f}" for end in share.ci95 or ()]
            text = f"{100 * share.right / share.n:.1f}"
            self.entries.append([text, share.right, share.n, *ends])
        return self._place[share]


def _conditions(records: list[Record]) -> list[str]:
    """Conditions that at least one record has, kind by kind."""
    there = {cell["condition"] for record in records for cell in record["cells"]}
    ordered = dict.fromkeys(c for table in TABLES for c in table_conditions(table) if c in there)
    return sorted(ordered, key=lambda c: ([*_KINDS].index(kind(c)), amount(c) or 0))


def _known(records: list[Record]) -> list[str]:
    """Conditions of the records' tables whose structures are of a class as a whole."""
    groups = group_conditions(records)
    return [c for group, members in groups.items() if group != DETECTION for c in members]


def _hardest(ranked: dict[str, dict[str, Standing]], conditions: Sequence[str]) -> str | None:
    """The condition with the lowest mean score of those methods that are ranked under each; None if there are none."""
    everywhere = [name for name in ranked["all"] if all(name in ranked[c] for c in conditions)]
    if not (everywhere and conditions):
        return None
    return min(conditions, key=lambda c: sum(ranked[c][name].score for name in everywhere))


def _condition(condition: str) -> Json:
    name, meaning = condition_name(condition), condition_meaning(condition)
    return {"id": condition, "name": name, "meaning": meaning, "ticks": _ticks(condition)}


def _ticks(condition: str) -> list[str]:
    """Lines that stand for a condition on the axis of its kind."""
    if kind(condition) == "depth":
        return [condition_name(condition)]
    if kind(condition) == "dynamics":
        return [f"{amount(condition):g}"]
    return [f"{100 * float(part):g}" for part in condition.split("-")[1:]] or ["0"]


def _kinds(conditions: list[str]) -> list[Json]:
    """Kinds of conditions; the steps of the paper's curves start at pristine."""
    kinds: list[Json] = []
    for name, (title, axis) in _KINDS.items():
        members = [c for c in conditions if kind(c) == name]
        before = [c for c in conditions if c == "pristine" and name in KINDS[1:]]
        if members:
            kinds.append({"id": name, "name": title, "axis": axis, "conditions": members, "steps": before + members})
    return kinds


def _group(group: str, iterations: int) -> Json:
    n = sum(int(structures_per_class(c, iterations).sum()) for c in GROUPS.get(group, (group,)))
    if group not in GROUPS:
        return {"name": condition_name(group), "n": n}
    return {"name": "all of the paper" if group == "all" else _KINDS[group][0].lower(), "n": n}


def _classes() -> list[Json]:
    """Classes of one name are told apart by what the paper lists as their symmetry."""
    names = Counter(p.name for p in load_prototypes())
    return [
        {
            "id": p.id,
            "name": f"{p.name} ({p.space_group.paper})" if p.space_group and names[p.name] > 1 else p.name,
            "group": p.group,
        }
        for p in load_prototypes()
    ]


def _method(
    record: Record,
    counts: pa.Table | None,
    ranked: dict[str, dict[str, Standing]],
    pool: _Pool,
) -> dict[str, Json]:
    entries = {entry.name: entry for entry in list_methods() if entry.package == "arise-zoo"}
    name, declared = record["method"], record.get("declaration", {})
    by_class = class_shares(record, counts)
    # In the order of the classes, since their ids would be most of the page.
    shown = {c: [pool(found[k]) if k in found else None for k in class_ids()] for c, found in by_class.items()}
    named = counts is not None and record["level"] == "structure" and record["truth"] == "class"
    who = {key: record[key] for key in ("method", "level", "truth", "finite", "trained_on_defects", "citation")}
    run = {key: record[key] for key in ("engine", "packages", "hardware", "wall_s", "finished", "data_sha256")}
    return {
        **who,
        **run,
        "predictions": {"rows": record["predictions"]["rows"], "sha256": record["predictions"]["sha256"]},
        "summary": entries[name].summary if name in entries else "",
        "links": links(record, entries.get(name), counts is not None, declared),
        "declared": declared,
        "recognises": len(record["recognises"]),
        "supported": len(record["scored_on_supported"]),
        "cells": {scored_on: _cells(record, scored_on) for scored_on in (SUPPORTED, ALL)},
        "ranks": {group: _standing(name, found) for group, found in ranked.items() if name in found},
        "worst": {c: _worst(record, found, pool) for c, found in by_class.items()},
        "classes": {c: _runs(found) for c, found in shown.items() if any(place is not None for place in found)},
        "calibration": {entry["condition"]: _calibration(entry, pool) for entry in record.get("calibration", [])},
        "confusion": _confusion(counts, pool) if named else {},
        "speed": _speed(record),
        "differences": _differences(record),
    }


def _cells(record: Record, scored_on: str) -> dict[str, Json]:
    """Condition -> cell."""
    return {c: _cell(x) for table in TABLES for c, x in cells_of(record, table, scored_on).items()}


def _cell(cell: Cell) -> Json:
    paper, difference = paper_texts(cell) or (None, None)
    return {
        "accuracy": percent(cell["accuracy"]),
        "ci95": list(map(percent, cell["ci95"])),
        "n": cell["n"],
        "n_structures": cell["n_structures"],
        "paper": paper,
        "difference": difference,
    }


def _standing(name: str, ranked: dict[str, Standing]) -> Json:
    """Score and rank of a method, and its place among all: by rank, then by score; the same place where both agree."""
    keys = {other: (*standing.rank, -round(standing.score, 2)) for other, standing in ranked.items()}
    found = ranked[name]
    first, last = found.rank
    return {
        "score": percent(found.score),
        "ci95": list(map(percent, found.ci95)),
        "first": first,
        "last": last,
        "place": sum(key < keys[name] for key in keys.values()),
        "ties": found.ties,
    }


def _overall(records: list[Record], counts: dict[str, pa.Table]) -> Json:
    """Number of conditions of each group in which any method takes part, and the places of the methods."""
    places = overall(records, counts)
    there = {group for place in places.values() for group in place.groups}
    groups = {group: len(members) for group, members in group_conditions(records).items() if group in there}
    return {"groups": groups, "places": {name: _place(place) for name, place in places.items()}}


def _place(place: Place) -> Json:
    first, last = place.standing.rank
    return {
        "score": percent(place.standing.score),
        "ci95": list(map(percent, place.standing.ci95)),
        "first": first,
        "last": last,
        "ties": place.standing.ties,
        "complete": float(place.complete),
        "groups": {
            group: {"score": percent(found.score), "ci95": list(map(percent, found.ci95))}
            for group, found in place.groups.items()
        },
    }


def _worst(record: Record, found: dict[str, Share], pool: _Pool) -> Json:
    meant = {c: share for c, share in found.items() if c in record["scored_on_supported"]}
    if not meant:
        return None
    least = min(share.right / share.n for share in meant.values())
    worst = [c for c, share in meant.items() if share.right / share.n == least]
    return {"share": pool(meant[worst[0]]), "classes": [class_ids().index(c) for c in worst]}


def _runs(places: list[int | None]) -> list[int | None]:
    """Each place that differs from the one before, followed by how often it comes; most neighbours are alike."""
    return [item for place, members in groupby(places) for item in (place, len(list(members)))]


def _calibration(entry: Calibration, pool: _Pool) -> Json:
    bins = entry["bins"]
    diagram = zip(bins["n"], bins["right"], bins["confidence"], strict=True)
    return {
        "n": entry["n"],
        **{name: _estimate(entry[name]) for name in ("ece", "log_loss", "brier")},
        "auroc_of_errors": _aurocs(entry["auroc_of_errors"]),
        "bins": [{"confidence": f"{c:.3f}", "share": pool(share(k, n))} for n, k, c in diagram if n],
    }


def _aurocs(found: dict[str, Auroc | None]) -> Json:
    return {name: auroc and {**_estimate(auroc), "n": auroc["n"]} for name, auroc in found.items()}


def _estimate(estimate: Estimate) -> dict[str, Json]:
    return {"value": f"{estimate['value']:.3f}", "ci95": [f"{end:.3f}" for end in estimate["ci95"]]}


def _confusion(counts: pa.Table, pool: _Pool) -> Json:
    """Condition -> true class -> shares of the labels: those of its group of near-duplicates, in order, then others."""
    return {
        condition: {
            class_id: list(map(pool, row))
            for ids, rows in zip(NEAR_DUPLICATES, groups, strict=True)
            for class_id, row in zip(ids, rows, strict=True)
            if row
        }
        for condition, groups in confusion(counts).items()
    }


def _speed(record: Record) -> str | None:
    if not record["wall_s"]:
        return None
    speed = record["predictions"]["rows"] / record["wall_s"]
    return f"{speed:.0f}" if speed >= 100 else f"{speed:.3g}"


def _differences(record: Record) -> Json:
    found = differences(record)
    if found is None:
        return None
    where = {key: found.where[key] for key in ("table", "scored_on", "condition")}
    return {"n": found.n, "largest": f"{found.largest:+.2f}", "mean_absolute": percent(found.mean_absolute), **where}


def _table(records: list[Record], table: str, scored_on: str) -> Json:
    """`rows` names the methods that have cells in the table; the cells are those of the methods."""
    conditions = table_conditions(table)
    not_met = rows_not_met(records, table, scored_on)
    return {
        "table": table,
        "scored_on": scored_on,
        "conditions": conditions,
        "rows": [r["method"] for r in records if cells_of(r, table, scored_on)],
        "paper_only": {name: dict(zip(conditions, map(percent, row), strict=True)) for name, row in not_met.items()},
    }
