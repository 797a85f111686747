"""Crystals of random symmetry."""

from __future__ import annotations

import numpy as np
import spglib
from ase.neighborlist import neighbor_list
from hypothesis import given, settings
from hypothesis import strategies as st

from arise_zoo.common.seeds import rng_for
from arise_zoo.structures.strangers import random_crystal


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_random_crystal_is_a_crystal_whose_atoms_keep_their_distance(seed):
    atoms = random_crystal(rng_for("stranger", seed))
    assert 1 <= len(atoms) <= 24 and atoms.pbc.all()
    nearest = neighbor_list("d", atoms, 3.0).min()
    assert abs(nearest - 2.5) < 1e-6
    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    assert spglib.get_symmetry_dataset(cell, symprec=1e-3) is not None


def test_the_same_seed_makes_the_same_crystal_and_many_seeds_many_symmetries():
    first, second = (random_crystal(rng_for("stranger", 3)) for _ in range(2))
    assert np.array_equal(first.positions, second.positions)
    numbers = set()
    for seed in range(60):
        atoms = random_crystal(rng_for("stranger", seed))
        cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
        numbers.add(spglib.get_symmetry_dataset(cell, symprec=1e-3).number)
    assert len(numbers) > 25
