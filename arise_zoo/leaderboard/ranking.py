"""Ranks of methods over all structures of the benchmark, and which methods cannot be told apart.

The score of a method is the share of right labels, averaged over the structures of all 108 classes under the paper's
conditions. What it does not treat counts 0; of a structure whose atoms are labelled, the share of its atoms counts.
How single cells of the tables are scored is in `benchmark.scoring`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..benchmark.record import Record
from ..benchmark.scoring import structures_of_classes
from ..benchmark.tables import PAPER_TABLES, table_conditions
from ..common.seeds import rng_for
from ..common.statistics import percentile_interval
from ..prototypes import class_ids
from .condition_names import KINDS, kind

if TYPE_CHECKING:
    import pyarrow as pa

CONDITIONS = tuple(dict.fromkeys(c for table in PAPER_TABLES for c in table_conditions(table)))
"""The conditions of the paper's tables."""

GROUPS: dict[str, tuple[str, ...]] = {"all": CONDITIONS} | {
    group: tuple(c for c in CONDITIONS if kind(c) == group) for group in KINDS
}
"""What can be ranked over: all of the paper's conditions, or one kind."""

_RESAMPLES = 2000


class Standing(NamedTuple):
    """Score in percent with its 95 % interval; the best and the worst rank that are possible; ties.

    The first rank is one more than the number of methods that are better, the last the number of those that are not
    worse, itself among them.
    """

    score: float
    ci95: tuple[float, float]
    rank: tuple[int, int]
    ties: tuple[str, ...]


def standings(sums: dict[str, dict[str, np.ndarray]], group: str, iterations: int) -> dict[str, Standing]:
    """Standings of the methods that have all conditions of a group, or that single condition.

    `sums`: the result of `class_sums` for each method.

    Two methods tie if the 95 % interval of the difference of their scores holds 0: percentiles of a paired bootstrap
    over structures, in which those of a class are drawn together, since its supercells tend to be right or wrong
    together.
    """
    conditions = GROUPS.get(group, (group,))
    names = [name for name, found in sums.items() if all(c in found for c in conditions)]
    if not names:
        return {}
    right = np.array([np.sum([sums[name][c] for c in conditions], axis=0) for name in names]).T
    n = np.sum([structures_per_class(c, iterations) for c in conditions], axis=0)
    drawn = resamples(f"ranks/{group}", len(n))
    return ranked(names, 100 * right.sum(axis=0) / n.sum(), 100 * (drawn @ right) / (drawn @ n)[:, None])


def resamples(name: str, n_classes: int) -> np.ndarray:
    """How often each class is drawn in each resample, shape (2000, n_classes); always the same under one name."""
    return rng_for(0, name).multinomial(n_classes, np.full(n_classes, 1 / n_classes), size=_RESAMPLES)


def ranked(names: list[str], scores: np.ndarray, resampled: np.ndarray) -> dict[str, Standing]:
    """Standings, best first, from scores of shape (n_methods,) and resampled ones of shape (n_resamples, n_methods)."""
    intervals = percentile_interval(resampled).T
    found = {}
    for place, name in enumerate(names):
        low, high = percentile_interval(resampled - resampled[:, [place]])
        better, worse = (low > 0), (high < 0)
        ties = tuple(names[i] for i in np.flatnonzero(~better & ~worse) if i != place)
        rank = int(better.sum()) + 1, len(names) - int(worse.sum())
        found[name] = Standing(
            float(scores[place]), (float(intervals[place, 0]), float(intervals[place, 1])), rank, ties
        )
    return dict(sorted(found.items(), key=lambda item: (-item[1].score, item[0])))


def class_sums(record: Record, counts: pa.Table, conditions: Sequence[str] = CONDITIONS) -> dict[str, np.ndarray]:
    """For each of these conditions that a record has, the sum over structures of the share of right labels.

    Arrays have shape (108,), in the order of the classes; `counts` is the result of `collect.read_counts`. Methods of
    periodic structures only are shown the periodic pristine supercell instead of the unit cell, which is the same
    crystal.
    """
    place = {class_id: number for number, class_id in enumerate(class_ids())}
    sums = {cell["condition"]: np.zeros(len(place)) for cell in record["cells"] if cell["condition"] in conditions}
    shares = counts.append_column("share", [counts["right"].to_numpy() / counts["total"].to_numpy()])
    found = shares.group_by(["condition", "class"], use_threads=False).aggregate([("share", "sum")])
    for row in found.to_pylist():
        if row["condition"] in sums:
            sums[row["condition"]][place[row["class"]]] = row["share_sum"]
    return sums


def structures_per_class(condition: str, iterations: int) -> np.ndarray:
    """Number of structures of the benchmark under a condition, shape (108,), in order of classes."""
    found = structures_of_classes(condition, iterations)
    return np.array([found.get(c, 0) for c in class_ids()], dtype=float)
