"""One score for all of the benchmark: the mean over groups of conditions, so that no method leads by one group alone.

Each group gives a method a number of percent:

- `paper`: its score by `ranking`, over all structures of the paper's tables;
- `depth`, `dynamics`, `variants`: right labels under the known conditions of tables D, M and V, each condition
  weighing the same;
- `detection`: the mean AUROC for telling structures of no class from known ones, over all known conditions, near and
  far unknowns counting by half each, by the method's own uncertainty, the highest probability, the confidence, the
  share of unknown atoms or the decision `unknown`: the first of them that it gives.

In all of them the structures of all 108 classes count, and those that a method does not treat count 0. A method takes
part in a group if its record has every condition of the group that it can be asked. Those that take part in all groups
that the records have are ranked; the others are in the partial ranking, by the mean over their own groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..benchmark.plan import Plan, Sampling
from ..benchmark.record import Record
from ..benchmark.rescoring import recorded_method
from ..benchmark.tables import PAPER_TABLES, TABLES, table_conditions
from ..common.statistics import percentile_interval
from ..prototypes import class_ids
from ..structures import condition
from .ranking import CONDITIONS, Standing, class_sums, ranked, resamples, structures_per_class

if TYPE_CHECKING:
    import pyarrow as pa

OF_TABLES: dict[str, tuple[str, ...]] = {
    "paper": PAPER_TABLES,
    "depth": ("D",),
    "dynamics": ("M",),
    "variants": ("V",),
}
"""The groups of right labels, each with its tables."""

DETECTION = "detection"
"""The group of what is told from the classes."""


class InGroup(NamedTuple):
    """Percent that a method reaches in a group, with its 95 % interval."""

    score: float
    ci95: tuple[float, float]


class Place(NamedTuple):
    """Standing of a method by its mean over groups, what it reaches in each, and whether these are all groups."""

    standing: Standing
    groups: dict[str, InGroup]
    complete: bool


class Credit(NamedTuple):
    """What a method gets for the structures of each class, and what it could get, arrays of shape (108,)."""

    right: np.ndarray
    of: np.ndarray


def overall(records: Sequence[Record], counts: Mapping[str, pa.Table]) -> dict[str, Place]:
    """Places of the methods, those of the full ranking first; `counts`: method -> result of `collect.read_counts`.

    Ties and intervals are those of a paired bootstrap over classes, as in `ranking.standings`. Ranks are given within
    the full ranking and within the partial one. Methods without counts are in neither.
    """
    groups = group_conditions(records)
    credits: dict[str, dict[str, Credit]] = {}
    for record in records:
        if record["method"] in counts:
            found = _credits(record, counts[record["method"]], groups)
            if found:
                credits[record["method"]] = found
    there = [group for group in groups if any(group in found for found in credits.values())]
    complete = [name for name, found in credits.items() if len(found) == len(there)]
    partial = [name for name in credits if name not in complete]
    return _places(credits, complete, complete=True) | _places(credits, partial, complete=False)


def group_conditions(records: Sequence[Record]) -> dict[str, tuple[str, ...]]:
    """Group -> its conditions in the tables that any of the records has; the unknown ones belong to detection alone."""
    there = {table for record in records for table in record["table"].split(",")}
    conditions = {table: table_conditions(table) for table in TABLES if table in there}
    found: dict[str, tuple[str, ...]] = {}
    for group, tables in OF_TABLES.items():
        members = dict.fromkeys(c for table in tables for c in conditions.get(table, ()) if _is_known(c))
        if members:
            found[group] = CONDITIONS if group == "paper" else tuple(members)
    every = tuple(dict.fromkeys(c for cs in conditions.values() for c in cs if not condition(c).labels_atoms))
    if not all(condition(c).is_known for c in every):
        found[DETECTION] = every
    return found


def _is_known(name: str) -> bool:
    """Whether structures of a condition are of a class as a whole."""
    return condition(name).is_known and not condition(name).labels_atoms


def _credits(record: Record, counts: pa.Table, groups: Mapping[str, tuple[str, ...]]) -> dict[str, Credit]:
    """Group -> credit, of the groups in which a record takes part."""
    iterations = record["iterations"]
    plan = Plan(recorded_method(record), Sampling(iterations, record["seed"]))
    there = {cell["condition"] for cell in record["cells"]}
    found = {}
    for group, conditions in groups.items():
        asked = [c for c in conditions if plan.is_asked(c)]
        if not asked or not there.issuperset(asked):
            continue
        known = [c for c in conditions if _is_known(c)]
        totals = np.array([structures_per_class(c, iterations) for c in known])
        # A condition of the paper weighs by its structures, as in `ranking`; any other as much as the next.
        weights = np.ones(len(known)) if group == "paper" else 1 / totals.sum(axis=1)
        if group != DETECTION:
            sums = class_sums(record, counts, known)
            right = np.array([sums.get(c, np.zeros(len(class_ids()))) for c in known])
            found[group] = Credit(weights @ right, weights @ totals)
        elif told := record.get("detection_by_class"):
            share = np.array([told.get(c, 0.0) for c in class_ids()])
            found[group] = Credit(share * (weights @ totals), weights @ totals)
    return found


def _places(credits: dict[str, dict[str, Credit]], names: list[str], *, complete: bool) -> dict[str, Place]:
    if not names:
        return {}
    drawn = resamples("overall", len(class_ids()))
    scores, resampled, shown = [], [], []
    for name in names:
        own = credits[name].values()
        percents = [100 * float(right.sum() / of.sum()) for right, of in own]
        again = [_resampled(credit, drawn, percent) for credit, percent in zip(own, percents, strict=True)]
        scores.append(float(np.mean(percents)))
        resampled.append(np.mean(again, axis=0))
        ends = [tuple(map(float, percentile_interval(values))) for values in again]
        shown.append({g: InGroup(x, (e[0], e[1])) for g, x, e in zip(credits[name], percents, ends, strict=True)})
    standings = ranked(names, np.array(scores), np.array(resampled).T)
    groups = dict(zip(names, shown, strict=True))
    return {name: Place(standing, groups[name], complete) for name, standing in standings.items()}


def _resampled(credit: Credit, drawn: np.ndarray, percent: float) -> np.ndarray:
    """Percent in each resample; that of all classes where none was drawn that the group has."""
    of = drawn @ credit.of
    found: np.ndarray = np.where(of > 0, 100 * (drawn @ credit.right) / np.maximum(of, 1e-300), percent)
    return found
