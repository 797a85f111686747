"""Right labels class by class, each share with its 95 % interval, and what near-duplicate classes are taken for.

Both follow from what `collect` stores beside the records. Accuracies of whole tables are in `benchmark.scoring`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..benchmark.record import Record
from ..common.statistics import interval, share_interval
from ..prototypes.near_duplicates import NEAR_DUPLICATES

if TYPE_CHECKING:
    import pyarrow as pa


class Share(NamedTuple):
    """Right labels, labels, and the 95 % interval of their share in percent, None where it is not known."""

    right: int
    n: int
    ci95: tuple[float, float] | None


@cache
def share(right: int, n: int) -> Share:
    """The share of n structures with one label each, with its Wilson score interval."""
    return Share(right, n, share_interval(right, n))


def class_shares(record: Record, counts: pa.Table | None) -> dict[str, dict[str, Share]]:
    """Condition -> class -> share. Where atoms are labelled, intervals need `counts`, the result of `read_counts`."""
    if record["level"] == "structure":
        return {
            condition: {c: share(*counted) for c, counted in found.items()}
            for condition, found in record["per_class"].items()
        }
    spread = {} if counts is None else _by_structure(counts)
    return {
        condition: {
            c: Share(counted[0], counted[1], interval(*spread[condition, c]) if (condition, c) in spread else None)
            for c, counted in found.items()
        }
        for condition, found in record["per_class"].items()
    }


def confusion(counts: pa.Table) -> dict[str, list[list[list[Share]]]]:
    """Condition -> group of near-duplicates -> class -> share of its structures called each of the group, or otherwise.

    For methods that give a class to each structure.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array([c for group in NEAR_DUPLICATES for c in group])
    table = counts.filter(pc.is_in(counts["class"], wanted))
    tallies: dict[tuple[str, str], dict[str | None, int]] = {}
    rows = table.group_by(["condition", "class", "label"], use_threads=False).aggregate([([], "count_all")])
    for row in rows.to_pylist():
        tallies.setdefault((row["condition"], row["class"]), {})[row["label"]] = row["count_all"]
    found: dict[str, list[list[list[Share]]]] = {}
    for condition in pc.unique(table["condition"]).to_pylist():
        found[condition] = [
            [_called(tallies.get((condition, c), {}), group) for c in group] for group in NEAR_DUPLICATES
        ]
    return found


def _called(tally: dict[str | None, int], group: tuple[str, ...]) -> list[Share]:
    n = sum(tally.values())
    if not n:
        return []
    members = [tally.get(c, 0) for c in group]
    return [share(count, n) for count in [*members, n - sum(members)]]


def _by_structure(counts: pa.Table) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    table = counts.select(["condition", "class", "right", "total"]).to_pandas()
    return {
        key: (rows["right"].to_numpy(float), rows["total"].to_numpy(float))
        for key, rows in table.groupby(["condition", "class"], observed=True)
    }
