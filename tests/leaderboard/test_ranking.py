"""ProbabilityScores count every structure of every class; methods tie where the structures cannot tell them apart."""

import numpy as np
import pyarrow as pa
import pytest

from arise_zoo import evaluate
from arise_zoo.common.seeds import rng_for
from arise_zoo.leaderboard.collect import collect, read_counts
from arise_zoo.leaderboard.ranking import CONDITIONS, GROUPS, class_sums, standings, structures_per_class
from arise_zoo.prototypes import class_ids


def all_right_on(share):
    """The sums of a method that has this share of each class right, shape (108,), under all conditions."""
    return {c: structures_per_class(c, 10) * share for c in CONDITIONS}


def test_the_papers_benchmark_has_396_pristine_and_20_times_5880_defective_structures():
    assert [structures_per_class(c, 10).sum() for c in CONDITIONS] == [396] + 20 * [5880]
    assert {group: len(members) for group, members in GROUPS.items()} == {
        "all": 21,
        "pristine": 1,
        "displacement": 7,
        "missing": 6,
        "both": 7,
    }


def test_what_a_method_does_not_treat_counts_nothing():
    only_fcc = np.array([c == "fcc_cu" for c in class_ids()], float)
    found = standings({"all": all_right_on(np.ones(108)), "fcc": all_right_on(only_fcc)}, "missing", 10)
    assert found["all"].score == 100
    assert found["fcc"].score == pytest.approx(100 * 60 / 5880)
    assert (found["all"].rank, found["fcc"].rank) == ((1, 1), (2, 2))


def test_cna_of_pristine_structures_has_bcc_and_fcc_right_two_of_396_structures(tmp_path):
    record = evaluate("cna", "2", only=["pristine"], out=tmp_path / "results")
    collect(tmp_path / "results", tmp_path / "records")
    sums = class_sums(record, read_counts(tmp_path / "records" / "cna.parquet", record))
    assert {c: s for c, s in zip(class_ids(), sums["pristine"], strict=True) if s} == {"bcc_w": 1, "fcc_cu": 1}
    assert standings({"cna": sums}, "pristine", 10)["cna"].score == pytest.approx(100 * 2 / 396)
    assert standings({"cna": sums}, "all", 10) == {}  # it has not met the other conditions


def test_of_a_structure_whose_atoms_are_labelled_the_share_counts():
    columns = {"condition": ["missing-0.01"] * 2, "class": ["bcc_w", "fcc_cu"], "right": [30, 100], "total": [120, 100]}
    sums = class_sums({"cells": [{"condition": "missing-0.01"}]}, pa.table(columns))
    assert {c: s for c, s in zip(class_ids(), sums["missing-0.01"], strict=True) if s} == {"bcc_w": 0.25, "fcc_cu": 1}


def test_equal_methods_tie_and_share_their_ranks():
    half = all_right_on(np.full(108, 0.5))
    found = standings({"a": half, "b": half, "best": all_right_on(np.ones(108))}, "all", 10)
    assert list(found) == ["best", "a", "b"]
    assert found["a"].rank == found["b"].rank == (2, 3)
    assert (found["a"].ties, found["b"].ties, found["best"].ties) == (("b",), ("a",), ())


def test_a_difference_in_a_few_classes_is_a_tie_and_the_same_difference_in_all_is_not():
    right = rng_for("test of ties").random(108) * 0.9
    few = np.where(np.arange(108) < 2, 1.0, right)
    found = standings(
        {"a": all_right_on(right), "few": all_right_on(few), "all": all_right_on(right + 0.05)}, "both", 10
    )
    assert "a" in found["few"].ties
    assert "a" not in found["all"].ties
    assert found["all"].rank[0] < found["a"].rank[0]


def test_the_interval_is_that_of_a_bootstrap_over_classes():
    right = (np.arange(108) < 54).astype(float)
    standing = standings({"half": all_right_on(right)}, "all", 10)["half"]
    weights = sum(structures_per_class(c, 10) for c in CONDITIONS)
    share = weights @ right / weights.sum()
    error = np.sqrt(np.sum((weights * (right - share)) ** 2)) / weights.sum()
    assert standing.score == pytest.approx(100 * share)
    assert standing.ci95[1] - standing.ci95[0] == pytest.approx(100 * 2 * 1.96 * error, rel=0.1)


def test_ranks_are_the_same_each_time():
    sums = {str(n): all_right_on(rng_for("ranks", n).random(108)) for n in range(4)}
    assert standings(sums, "all", 10) == standings(sums, "all", 10)
