"""Right labels class by class, each share with its 95 % interval, and what near-duplicate classes are taken for.

Both follow from what `compact` stores beside the records. Accuracies of whole tables are in `scoring`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..common.statistics import interval
from ..prototypes.near_duplicates import NEAR_DUPLICATES

if TYPE_CHECKING:
    import pyarrow as pa


class Share(NamedTuple):
    """Right labels, labels, and the 95 % interval of their share in percent, None where it is not known."""

    right: int
    n: int
    ci95: tuple[float, float] | None


class Shares:
    """Shares of one label a structure (Wilson score interval), each worked out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Share] = {}

    def __call__(self, right: int, n: int) -> Share:
        """Of n structures, so many."""
        if (right, n) not in self._known:
            correct = np.repeat([1, 0], [right, n - right])
            self._known[right, n] = Share(right, n, interval(correct, np.ones(n)))
        return self._known[right, n]


def class_shares(record: dict[str, Any], counts: pa.Table | None, shares: Shares) -> dict[str, dict[str, Share]]:
    """Condition -> class -> share. Where atoms are labelled, intervals need `counts`, as of `read_counts`."""
    if record["level"] == "structure":
        return {
            condition: {c: shares(*counted) for c, counted in found.items()}
            for condition, found in record["per_class"].items()
        }
    spread = {} if counts is None else _by_structure(counts)
    return {
        condition: {
            c: Share(*counted, interval(*spread[condition, c]) if (condition, c) in spread else None)
            for c, counted in found.items()
        }
        for condition, found in record["per_class"].items()
    }


def confusion(counts: pa.Table, shares: Shares) -> dict[str, list[list[list[Share]]]]:
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
            [_called(tallies.get((condition, c), {}), group, shares) for c in group] for group in NEAR_DUPLICATES
        ]
    return found


def _called(tally: dict[str | None, int], group: tuple[str, ...], shares: Shares) -> list[Share]:
    n = sum(tally.values())
    if not n:
        return []
    members = [tally.get(c, 0) for c in group]
    return [shares(count, n) for count in [*members, n - sum(members)]]


def _by_structure(counts: pa.Table) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray]]:
    table = counts.select(["condition", "class", "right", "total"]).to_pandas()
    return {
        key: (rows["right"].to_numpy(float), rows["total"].to_numpy(float))
        for key, rows in table.groupby(["condition", "class"], observed=True)
    }
