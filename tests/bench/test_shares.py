"""Shares of right labels with their intervals, and what near-duplicate classes are taken for."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import binomtest

from arise_zoo.bench.scores import interval
from arise_zoo.bench.shares import NEAR_DUPLICATES, Shares, class_shares, confusion
from arise_zoo.prototypes import class_ids

RECORDS = Path(__file__).parents[2] / "leaderboard" / "records"


@pytest.mark.parametrize(("right", "n"), [(0, 60), (17, 60), (60, 60), (1, 1)])
def test_intervals_of_shares_are_wilson_intervals(right, n):
    wanted = binomtest(right, n).proportion_ci(method="wilson")
    assert Shares()(right, n).ci95 == pytest.approx((100 * wanted.low, 100 * wanted.high))


def test_near_duplicates_are_classes_of_the_benchmark():
    assert {c for group in NEAR_DUPLICATES for c in group} <= set(class_ids())


def test_labels_of_near_duplicates_are_counted_and_others_make_up_the_rest(tmp_path):
    labels = ["graphene"] * 3 + ["c3n"] * 5 + ["bn", None]
    columns = {"condition": ["missing-0.2"] * 10, "class": ["c3n"] * 10, "label": labels}
    pq.write_table(pa.table(columns), tmp_path / "mine.parquet")
    groups = confusion(tmp_path / "mine.parquet", Shares())["missing-0.2"]
    place = NEAR_DUPLICATES.index(("c3n", "graphene"))
    c3n, graphene = groups[place]
    assert [(s.right, s.n) for s in c3n] == [(5, 10), (3, 10), (2, 10)]
    assert graphene == []


def test_where_atoms_are_labelled_the_interval_needs_the_structures(tmp_path):
    record = json.loads((RECORDS / "ptm.json").read_text())
    record["per_class"] = {"missing-0.2": {"fcc_cu": [40, 200]}}
    columns = {"condition": ["missing-0.2"] * 2, "class": ["fcc_cu"] * 2, "right": [10, 30], "total": [100, 100]}
    pq.write_table(pa.table(columns), tmp_path / "ptm.parquet")
    known = class_shares(record, tmp_path / "ptm.parquet", Shares())["missing-0.2"]["fcc_cu"]
    assert known[:2] == (40, 200)
    structures = pq.read_table(tmp_path / "ptm.parquet").to_pandas()
    assert known.ci95 == interval(structures["right"].to_numpy(float), structures["total"].to_numpy(float))
    assert class_shares(record, None, Shares())["missing-0.2"]["fcc_cu"].ci95 is None
