"""Accuracy in molecular dynamics lattice by lattice: of families of classes, at each temperature.

It follows from what `collect` stores beside the records. Accuracies of all of Table M are in the records themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..benchmark.record import Record
from ..common.statistics import accuracy, interval
from ..simulation.protocol import FRAMES, SOLIDS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LATTICES = {
    "fcc": ("fcc_cu",),
    "bcc": ("bcc_w",),
    "hcp": ("hcp_mg",),
    "diamond": ("diamond_c", "hexagonal_diamond_c"),
    "zinc blende, wurtzite": ("zincblende_zns", "wurtzite_zns"),
    "CsCl": ("cscl",),
    "L1_2, L1_0": ("l12_cu3au", "l10_cuau"),
    "rock salt": ("nacl",),
    "close packings, As": ("dhcp_alpha_la", "alpha_sm", "alpha_as"),
    "monolayers": ("graphene", "bn", "mos2", "c3n", "ch"),
    "nanotubes": ("cnt_5_3", "cnt_6_0", "cnt_4_3"),
}
"""Families of classes that share a panel."""

TEMPERATURES = tuple(f"md-{share:g}" for share in SOLIDS)
"""The conditions of Table M that are crystals, from cold to the melting point."""


class RunShare(NamedTuple):
    """Percent of right labels, the ends of its 95 % interval with runs as what was sampled, number of labels."""

    accuracy: float
    low: float
    high: float
    n: int


def lattice_shares(
    record: Record, counts: pa.Table, conditions: Sequence[str] = TEMPERATURES
) -> dict[str, dict[str, RunShare]]:
    """Family -> condition -> share, on the classes that the method is meant for; empty where it has none.

    `counts`: the result of `collect.read_counts`.
    """
    rows = counts.to_pandas()
    rows = rows[rows["condition"].isin(list(conditions)) & rows["class"].isin(record["scored_on_supported"])]
    return {
        family: {
            str(condition): run_share(found)
            for condition, found in rows[rows["class"].isin(classes)].groupby("condition", sort=False, observed=True)
        }
        for family, classes in LATTICES.items()
    }


def run_share(rows: pd.DataFrame) -> RunShare:
    """The share of some rows of `counts` (at least one) that are frames of one condition.

    Frames of one run are not independent of each other, so that runs are the units of the interval.
    """
    runs = rows.assign(run=rows.iteration // FRAMES).groupby(["class", "supercell", "run"], observed=True)
    sums = runs[["right", "total"]].sum()
    right, total = (sums[name].to_numpy(float) for name in ("right", "total"))
    low, high = interval(right, total)
    return RunShare(accuracy(right, total), low, high, int(total.sum()))
