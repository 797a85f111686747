"""The published tables as the package holds them."""

import csv
from pathlib import Path

import pytest

from arise_zoo.benchmark import TABLES, published_accuracy, table_conditions
from arise_zoo.benchmark.tables import OWN_CONDITIONS
from arise_zoo.errors import UnknownNameError
from arise_zoo.structures import CONDITIONS

SHARED = Path(__file__).parents[3] / "shared" / "paper_tables.csv"


def test_the_tables_hold_the_papers_conditions():
    of_the_paper = [table for table in TABLES if table not in OWN_CONDITIONS]
    assert {table: len(table_conditions(table)) for table in of_the_paper} == {"2": 10, "S1": 10, "S2": 4, "S3": 7}
    assert all(condition in CONDITIONS for table in of_the_paper for condition in table_conditions(table))


@pytest.mark.parametrize(
    ("table", "method", "scored_on", "condition", "value"),
    [
        ("2", "cna", "supported", "pristine", 66.14),
        ("2", "arise", "supported", "displacement-0.04", 99.29),
        ("2", "spglib-loose", "supported", "displacement-0.02", 20.00),
        ("S1", "ptm", "all", "pristine", 8.78),
        ("S2", "baa", "supported", "missing-0.3", 7.35),
        ("S3", "bnb", "supported", "both-0.3-0.1", 40.14),
    ],
)
def test_published_values_are_the_papers(table, method, scored_on, condition, value):
    assert published_accuracy(table, method, scored_on, condition) == value


def test_what_the_paper_does_not_have_is_none():
    assert published_accuracy("2", "i-cna", "supported", "pristine") is None
    assert published_accuracy("2", "cna", "all", "pristine") is None
    assert published_accuracy("S2", "cna", "supported", "pristine") is None


def test_a_wrong_table_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'S3'"):
        table_conditions("S33")


@pytest.mark.skipif(not SHARED.exists(), reason="the independent transcription of the paper's tables is not here")
def test_every_value_agrees_with_an_independent_transcription():
    with open(SHARED, newline="") as file:
        for row in csv.DictReader(file):
            value = published_accuracy(row["table"], row["method"], row["scored_on"], row["condition"])
            assert value == float(row["accuracy_percent"]), row
