"""Shares of right labels with their intervals, and what near-duplicate classes are taken for."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binomtest

from arise_zoo.common.statistics import interval
from arise_zoo.leaderboard.class_accuracy import class_shares, confusion, share
from arise_zoo.prototypes import class_ids
from arise_zoo.prototypes.near_duplicates import NEAR_DUPLICATES

RECORDS = Path(__file__).parents[2] / "leaderboard" / "records"


@pytest.mark.parametrize(("right", "n"), [(0, 60), (17, 60), (60, 60), (1, 1)])
def test_intervals_of_shares_are_wilson_intervals(right, n):
    wanted = binomtest(right, n).proportion_ci(method="wilson")
    assert share(right, n).ci95 == pytest.approx((100 * wanted.low, 100 * wanted.high))


def test_near_duplicates_are_classes_of_the_benchmark():
    assert {c for group in NEAR_DUPLICATES for c in group} <= set(class_ids())


def test_labels_of_near_duplicates_are_counted_and_others_make_up_the_rest():
    labels = ["graphene"] * 3 + ["c3n"] * 5 + ["bn", None]
    columns = {"condition": ["missing-0.2"] * 10, "class": ["c3n"] * 10, "label": labels}
    groups = confusion(pa.table(columns))["missing-0.2"]
    place = NEAR_DUPLICATES.index(("c3n", "graphene"))
    c3n, graphene = groups[place]
    assert [(s.right, s.n) for s in c3n] == [(5, 10), (3, 10), (2, 10)]
    assert graphene == []


def test_where_atoms_are_labelled_the_interval_needs_the_structures():
    record = json.loads((RECORDS / "ptm.json").read_text())
    record["per_class"] = {"missing-0.2": {"fcc_cu": [40, 200]}}
    columns = {"condition": ["missing-0.2"] * 2, "class": ["fcc_cu"] * 2, "right": [10, 30], "total": [100, 100]}
    known = class_shares(record, pa.table(columns))["missing-0.2"]["fcc_cu"]
    assert known[:2] == (40, 200)
    assert known.ci95 == interval(np.array([10.0, 30.0]), np.array([100.0, 100.0]))
    assert class_shares(record, None)["missing-0.2"]["fcc_cu"].ci95 is None
