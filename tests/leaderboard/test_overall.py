"""The overall score: the mean over groups, in which nobody leads by the paper's tables alone."""

import numpy as np
import pyarrow as pa
import pytest

from arise_zoo import evaluate
from arise_zoo.benchmark.record import read_record
from arise_zoo.benchmark.tables import TABLES, table_conditions
from arise_zoo.leaderboard.collect import collect, counts_of
from arise_zoo.leaderboard.markdown import read_records
from arise_zoo.leaderboard.overall import DETECTION, OF_TABLES, group_conditions, overall
from arise_zoo.leaderboard.ranking import class_sums, standings, structures_per_class
from arise_zoo.leaderboard.score_tables import overall_tables
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import condition
from tests.fake_methods import FakeMethod
from tests.leaderboard.test_page import RECORDS

PAPER = tuple(dict.fromkeys(c for table in ("S1", "S2", "S3") for c in table_conditions(table)))
DEPTH = tuple(c for c in table_conditions("D") if condition(c).is_known)
UNKNOWN = tuple(c for c in table_conditions("D") if not condition(c).is_known)


def made(name, paper, depth, told=None, tables="2,S1,S2,S3,D", without=()):
    """Record and counts of a method of all classes that has these shares of each class right."""
    shares = dict.fromkeys(PAPER, paper) | (dict.fromkeys(DEPTH, depth) if "D" in tables else {})
    shares = {c: share for c, share in shares.items() if c not in without}
    conditions = [*shares, *(UNKNOWN if "D" in tables else ())]
    record = {
        "method": name,
        "level": "structure",
        "truth": "class",
        "finite": True,
        "recognises": list(class_ids()),
        "scored_on_supported": list(class_ids()),
        "iterations": 10,
        "seed": 10,
        "table": tables,
        "trained_on_defects": False,
        "cells": [{"condition": c} for c in conditions],
    }
    if told is not None:
        record["detection_by_class"] = dict.fromkeys(class_ids(), told)
    rows = [
        (c, class_id, round(100 * share * n), 100)
        for c, share in shares.items()
        for class_id, n in zip(class_ids(), structures_per_class(c, 10), strict=True)
    ]
    columns = dict(zip(("condition", "class", "right", "total"), map(list, zip(*rows, strict=True)), strict=True))
    return record, pa.table(columns)


def placed(*methods):
    records = [record for record, _ in methods]
    return overall(records, {record["method"]: counts for record, counts in methods})


def test_a_method_that_leads_on_the_papers_tables_alone_does_not_lead_overall():
    places = placed(made("narrow", 1.0, 0.5, 0.5), made("broad", 0.9, 0.9, 0.9))
    assert list(places) == ["broad", "narrow"]
    broad, narrow = places.values()
    assert broad.standing.score == pytest.approx(90, abs=0.01) and broad.standing.rank == (1, 1)
    assert narrow.standing.score == pytest.approx((100 + 50 + 50) / 3, abs=0.01) and narrow.standing.rank == (2, 2)
    assert {g: round(found.score) for g, found in narrow.groups.items()} == {"paper": 100, "depth": 50, "detection": 50}


def test_methods_without_a_group_are_in_the_partial_ranking_with_what_they_have():
    methods = made("full", 0.5, 0.5, 0.5), made("paper", 1.0, 0, tables="2,S1,S2,S3"), made("mute", 0.7, 0.7)
    places = placed(*methods)
    assert [(name, place.complete) for name, place in places.items()] == [
        ("full", True),
        ("paper", False),
        ("mute", False),
    ]
    assert [place.standing.rank for place in places.values()] == [(1, 1), (1, 1), (2, 2)]
    assert [sorted(place.groups) for place in places.values()] == [
        ["depth", "detection", "paper"],
        ["paper"],
        ["depth", "paper"],
    ]


def test_a_method_that_lacks_one_condition_does_not_take_part_in_its_group():
    places = placed(made("full", 0.5, 0.5, 0.5), made("gap", 1.0, 1.0, 1.0, without=("rotated",)))
    assert not places["gap"].complete and sorted(places["gap"].groups) == ["paper"]


def test_groups_that_no_record_has_are_none_and_unknown_conditions_belong_to_detection_alone():
    (paper, _), (depth, _) = made("a", 1, 0, tables="S1,S2,S3"), made("b", 1, 1)
    assert group_conditions([paper]) == {"paper": PAPER}
    found = group_conditions([paper, depth])
    assert (found["depth"], found["paper"]) == (DEPTH, PAPER)
    assert set(found[DETECTION]) == {*PAPER, *DEPTH, *UNKNOWN}
    assert {t for tables in OF_TABLES.values() for t in tables} >= set(TABLES) - {"2"}


def test_tables_of_one_s_own_are_groups_and_their_unknown_conditions_count_in_detection(monkeypatch):
    half = len(DEPTH) // 2
    moved = {"D": DEPTH[:half], "M": (*DEPTH[half:], *UNKNOWN)}
    monkeypatch.setattr("arise_zoo.leaderboard.overall.TABLES", {**TABLES, "M": ("supported",)})
    monkeypatch.setattr(
        "arise_zoo.leaderboard.overall.table_conditions", lambda table: moved.get(table) or table_conditions(table)
    )
    with_m = made("with", 0.5, 0.7, 0.9, tables="2,S1,S2,S3,D,M")
    places = placed(with_m, made("without", 1, 1, without=DEPTH[half:]))
    assert list(places["with"].groups) == ["paper", "depth", "dynamics", "detection"]
    assert places["with"].complete and not places["without"].complete
    assert list(places["without"].groups) == ["paper", "depth"]
    assert places["with"].standing.score == pytest.approx((50 + 70 + 70 + 90) / 4, abs=0.01)


@pytest.fixture(scope="module")
def committed():
    records = read_records(RECORDS)
    return records, counts_of(records, RECORDS)


def test_the_papers_group_is_the_score_of_the_ranking_by_the_paper(committed):
    records, counts = committed
    sums = {r["method"]: class_sums(r, counts[r["method"]]) for r in records}
    ranks = standings(sums, "all", 10)
    places = overall(*committed)
    assert {name for name, place in places.items() if "paper" in place.groups} == set(ranks)
    for name, standing in ranks.items():
        assert places[name].groups["paper"].score == pytest.approx(standing.score)


def test_depth_is_the_mean_share_over_its_known_conditions_and_detection_the_mean_area(committed):
    place = overall(*committed)["gnb"]
    record = read_record(RECORDS / "gnb.json")
    right = [c["accuracy"] for c in record["cells"] if c["condition"] in DEPTH]
    assert place.groups["depth"].score == pytest.approx(np.mean(right), abs=1e-3)
    areas = {
        kind: [a["auroc"]["value"] for e in record["detection"] if e["distance"] == kind for a in e["against"].values()]
        for kind in ("near", "far")
    }
    assert place.groups["detection"].score == pytest.approx(100 * np.mean([*map(np.mean, areas.values())]), abs=2e-3)
    low, high = place.groups["detection"].ci95
    assert low < place.groups["detection"].score < high


def test_what_a_method_does_not_treat_counts_0_in_every_group(committed):
    records, counts = committed
    places = overall(records, counts)
    share = 3 * 100 / 108  # of three classes
    # The frames of molecular dynamics are of other numbers of systems of each class.
    numbers = structures_per_class("md-0.04", 10)
    of_frames = 100 * sum(numbers[class_ids().index(c)] for c in ("fcc_cu", "bcc_w", "hcp_mg")) / numbers.sum()
    for name in ("cna", "a-cna", "i-cna", "baa"):
        assert places[name].complete
        for group, found in places[name].groups.items():
            assert found.score < (of_frames if group in ("dynamics", "detection") else share)


class OneSpecies(FakeMethod):
    """Calls fcc whatever has one species, and the rest unknown."""

    name = "one-species"

    def predict(self, atoms):
        return "fcc_cu" if len(set(atoms.numbers)) == 1 else "unknown"


def test_a_record_of_few_conditions_takes_part_in_no_group(tmp_path):
    evaluate(OneSpecies(), "2,D", only=["pristine", "unknown"], out=tmp_path / "results")
    collect(tmp_path / "results", tmp_path / "records")
    records = read_records(tmp_path / "records")
    assert overall(records, counts_of(records, tmp_path / "records")) == {}
    assert "No record has all conditions" in overall_tables(records, tmp_path / "records")


def test_tables_show_rank_score_with_interval_groups_and_coverage():
    table = overall_tables(read_records(RECORDS), RECORDS)
    full, partial = table.split("### Partial ranking")
    assert full.count("5 of 5 |") == len(full.splitlines()) - 5
    assert "`matid-sbc`" in partial and "| 1 of 5 | 96 of 108 |" in partial


def test_the_ranking_is_the_same_each_time(committed):
    assert overall(*committed) == overall(*committed)
