"""Layers in a wrong order, as models of single atoms learn them."""

from __future__ import annotations

import numpy as np
import pytest

from arise_zoo.methods import get_method
from arise_zoo.models.augmentation import stackings
from arise_zoo.models.augmentation.shapes import LETTERS
from arise_zoo.models.augmentation.stackings import CUBIC, HEXAGONAL, StackedStructure


@pytest.fixture
def at_rest(monkeypatch):
    monkeypatch.setattr(stackings, "heated", lambda atoms, *_: atoms)
    monkeypatch.setattr(stackings, "remove_atoms", lambda atoms, *_: atoms)


@pytest.mark.parametrize("class_id", LETTERS)
def test_at_rest_layers_are_what_adaptive_common_neighbour_analysis_sees(class_id, at_rest):
    for variant in range(12):
        atoms, labels, shown = StackedStructure(class_id, variant).build()
        seen = np.asarray(get_method("a-cna").predict(atoms))
        assert len(labels) == len(atoms) and shown.max(initial=0) < len(atoms)
        if class_id in (CUBIC, HEXAGONAL):
            assert np.array_equal(labels, seen)
        else:
            hexagonal = LETTERS[class_id].count("h") / len(LETTERS[class_id])
            assert set(labels) == {class_id} and np.mean(seen == HEXAGONAL) == pytest.approx(hexagonal)


def test_most_have_a_fault_and_its_neighbourhood_is_shown(at_rest):
    of_faults = 0
    for variant in range(20):
        _, labels, shown = StackedStructure(CUBIC, variant).build()
        of_faults += (labels == HEXAGONAL).any()
        assert set(np.flatnonzero(labels == HEXAGONAL)) <= set(shown)
    assert of_faults >= 16


def test_one_is_made_again_alone():
    first, again = (StackedStructure(HEXAGONAL, 5).build()[0] for _ in range(2))
    assert np.array_equal(first.positions, again.positions)
