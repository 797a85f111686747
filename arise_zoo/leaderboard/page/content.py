"""What the leaderboard's page shows, worked out from records: texts of numbers, ranks, curves, counts.

All numbers are texts as they are to be read, so that the page's script does no more than place them.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...benchmark.tables import ALL, SUPPORTED, TABLES, table_conditions
from ...methods import list_methods
from ...prototypes import class_ids, load_prototypes
from ...prototypes.near_duplicates import NEAR_DUPLICATES
from ..class_accuracy import Share, class_shares, confusion, share
from ..collect import read_counts
from ..condition_names import amount, condition_name, kind
from ..formatting import cells_of, differences, paper_texts, percent, rows_not_met
from ..ranking import GROUPS, class_sums, standings, structures_per_class

if TYPE_CHECKING:
    import pyarrow as pa

Record = dict[str, Any]
Json = Any


def content(records: list[Record], folder: Path) -> Json:
    """The page's data; its form is what `page.js` reads."""
    paths = {r["method"]: folder / f"{r['method']}.parquet" for r in records}
    counts = {r["method"]: read_counts(path, r) for r in records if (path := paths[r["method"]]).is_file()}
    ranks = _ranks(records, counts)
    pool = _Pool()
    first = records[0]
    conditions = _conditions(records)
    return {
        "made": {key: first[key] for key in ("protocol_version", "data_version", "seed", "iterations")},
        "conditions": [{"id": c, "name": condition_name(c), "kind": kind(c), "amount": amount(c)} for c in conditions],
        "groups": {
            group: int(sum(structures_per_class(c, first["iterations"]).sum() for c in members))
            for group, members in GROUPS.items()
        },
        "classes": _classes(),
        "near": NEAR_DUPLICATES,
        "methods": [_method(r, counts.get(r["method"]), ranks, pool) for r in records],
        "tables": [_table(records, table, scored_on) for table in TABLES for scored_on in TABLES[table]],
        "shares": pool.entries,
    }


class _Pool:
    """Shares as texts, each once: most of the classes of most methods are wholly right or wholly wrong."""

    def __init__(self) -> None:
        self.entries: list[Json] = []
        self._place: dict[Share, int] = {}

    def __call__(self, share: Share) -> int:
        if share not in self._place:
            self._place[share] = len(self.entries)
            interval = [f"{end:.1f}" for end in share.ci95] if share.ci95 else None
            self.entries.append([f"{100 * share.right / share.n:.1f}", share.right, share.n, interval])
        return self._place[share]


def _conditions(records: list[Record]) -> list[str]:
    """Conditions that at least one record has, in the order of the tables, kind by kind."""
    there = {cell["condition"] for record in records for cell in record["cells"]}
    ordered = dict.fromkeys(c for table in TABLES for c in table_conditions(table))
    kinds = list(dict.fromkeys(map(kind, ordered)))
    return sorted((c for c in ordered if c in there), key=lambda c: (kinds.index(kind(c)), amount(c) or 0))


def _classes() -> list[Json]:
    """Classes of one name are told apart by what the paper lists as their symmetry."""
    names = Counter(p.name for p in load_prototypes())
    return [
        {"id": p.id, "name": p.name if names[p.name] == 1 else f"{p.name} ({p.space_group.paper})", "group": p.group}
        for p in load_prototypes()
    ]


def _ranks(records: list[Record], counts: dict[str, pa.Table]) -> dict[str, Json]:
    """Method -> group -> its standing."""
    sums = {r["method"]: class_sums(r, counts[r["method"]]) for r in records if r["method"] in counts}
    ranks: dict[str, Json] = {r["method"]: {} for r in records}
    for group in GROUPS:
        for name, standing in standings(sums, group, records[0]["iterations"]).items():
            ranks[name][group] = {
                "score": [percent(standing.score), *map(percent, standing.ci95)],
                "rank": standing.rank,
                "ties": standing.ties,
            }
    return ranks


def _method(record: Record, counts: pa.Table | None, ranks: dict[str, Json], pool: _Pool) -> Json:
    summaries = {entry.name: entry.summary for entry in list_methods() if entry.package == "arise-zoo"}
    by_class = class_shares(record, counts)
    classes = set(class_ids())
    shown = {c: {k: pool(s) for k, s in found.items() if k in classes} for c, found in by_class.items()}
    named = counts is not None and record["level"] == "structure" and record["truth"] == "class"
    keys = ("method", "level", "truth", "finite", "engine", "citation", "trained_on_defects", "table", "packages")
    return {
        **{key: record[key] for key in (*keys, "predictions", "wall_s", "hardware", "finished", "data_sha256")},
        "summary": summaries.get(record["method"], ""),
        "recognises": len(record["recognises"]),
        "supported": len(record["scored_on_supported"]),
        "cells": {scored_on: _cells(record, scored_on) for scored_on in (SUPPORTED, ALL)},
        "ranks": ranks[record["method"]],
        "worst": {c: _worst(record, found, pool) for c, found in by_class.items()},
        "classes": {c: found for c, found in shown.items() if found},
        "calibration": {entry["condition"]: _calibration(entry, pool) for entry in record.get("calibration", [])},
        "detection": {e["condition"]: _aurocs(e["auroc"]) for e in record.get("detection", [])},
        "confusion": _confusion(counts, pool) if named else {},
        "speed": _speed(record),
        "differences": _differences(record),
    }


def _cells(record: Record, scored_on: str) -> Json:
    """Condition -> cell. Table S1 has all of Table 2."""
    found: dict[str, Json] = {}
    for table in TABLES:
        found |= {c: _cell(cell) for c, cell in cells_of(record, table, scored_on).items()}
    return found


def _cell(cell: Record) -> Json:
    return [percent(cell["accuracy"]), *map(percent, cell["ci95"]), cell["n"], cell["n_structures"], paper_texts(cell)]


def _worst(record: Record, found: dict[str, Share], pool: _Pool) -> Json:
    meant = {c: share for c, share in found.items() if c in record["scored_on_supported"]}
    if not meant:
        return None
    least = min(share.right / share.n for share in meant.values())
    worst = [c for c, share in meant.items() if share.right / share.n == least]
    return [pool(meant[worst[0]]), worst]


def _calibration(entry: Record, pool: _Pool) -> Json:
    bins = entry["bins"]
    diagram = []
    for place, (n, confidence, accuracy) in enumerate(
        zip(bins["n"], bins["confidence"], bins["accuracy"], strict=True)
    ):
        if n:
            diagram.append([place, f"{confidence:.3f}", pool(share(round(accuracy * n), n))])
    scores = {name: _estimate(entry[name]) for name in ("ece", "log_loss", "brier")}
    return {"n": entry["n"], **scores, "auroc": _aurocs(entry["auroc_of_errors"]), "bins": diagram}


def _aurocs(found: Record) -> Json:
    return {name: [*_estimate(auroc), *auroc.get("n", [])] if auroc else None for name, auroc in found.items()}


def _estimate(estimate: Record) -> list[str]:
    return [f"{number:.3f}" for number in (estimate["value"], *estimate["ci95"])]


def _confusion(counts: pa.Table, pool: _Pool) -> Json:
    return {
        condition: [[[pool(share) for share in row] for row in group] for group in groups]
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
    where = [found.where["table"], found.where["scored_on"], found.where["condition"]]
    return {"n": found.n, "largest": f"{found.largest:+.2f}", "where": where, "mean": percent(found.mean_absolute)}


def _table(records: list[Record], table: str, scored_on: str) -> Json:
    rows = {r["method"]: {c: _cell(x) for c, x in cells_of(r, table, scored_on).items()} for r in records}
    not_met = rows_not_met(records, table, scored_on)
    return {
        "table": table,
        "scored_on": scored_on,
        "conditions": table_conditions(table),
        "rows": {name: cells for name, cells in rows.items() if cells},
        "paper_only": {name: list(map(percent, row)) for name, row in not_met.items()},
    }
