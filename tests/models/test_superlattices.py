"""Relatives of the classes, to learn what `unknown` is."""

from __future__ import annotations

import numpy as np
import pytest
import spglib
from ase.neighborlist import neighbor_list

from arise_zoo.common.seeds import rng_for
from arise_zoo.models.augmentation.families.superlattices import layered, superlattice


def symmetry(atoms):
    return spglib.get_symmetry_dataset((atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers), symprec=1e-4)


@pytest.mark.parametrize("draw", [superlattice, layered])
def test_they_are_crystals_of_up_to_three_species_and_made_again_from_their_seed(draw):
    for number in range(20):
        first, again = (draw(rng_for("relatives", number)) for _ in range(2))
        assert first.pbc.all() and 1 <= len(set(first.numbers)) <= 3
        assert np.array_equal(first.positions, again.positions) and np.array_equal(first.numbers, again.numbers)
        assert neighbor_list("d", first, 1.2).min() > 0.5


def test_superlattices_have_more_symmetry_than_sites_taken_at_random():
    operations = [len(symmetry(superlattice(rng_for("symmetry", number))).rotations) for number in range(40)]
    assert np.median(operations) >= 8
    assert max(operations) >= 96


def test_every_layer_is_triangular():
    for number in range(20):
        assert {3, 6} & {_order(r) for r in symmetry(layered(rng_for(number))).rotations}


def _order(rotation):
    power, order = rotation, 1
    while not np.array_equal(power, np.eye(3, dtype=int)):
        power, order = power @ rotation, order + 1
    return order
