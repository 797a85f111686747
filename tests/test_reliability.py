"""Damaged files and extreme structures all have an answer or a sentence: a few here, thousands behind the marker."""

import pytest

from experiments.reliability import _file, _structure, _tried


@pytest.mark.parametrize("attack", [_file, _structure])
def test_some_attacks_are_survived(attack):
    found = _tried(300, attack, attack.__name__)
    assert found["survived"] == found["tried"] == 300, found["not_survived"]


@pytest.mark.slow
@pytest.mark.parametrize(("attack", "n"), [(_file, 10_000), (_structure, 5_000)])
def test_thousands_of_attacks_are_survived(attack, n):
    found = _tried(n, attack, attack.__name__)
    assert found["survived"] == n, found["not_survived"]
