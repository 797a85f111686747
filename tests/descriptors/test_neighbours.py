"""The neighbour search against a search by hand, and the length scale of pairs of species."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from hypothesis import given, settings
from hypothesis import strategies as st

from arise_zoo.common.length_scale import most_frequent_distance, nearest_neighbour_distance
from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import nearest_neighbour_scale, neighbours
from arise_zoo.descriptors.neighbours import Points, usual_distance
from arise_zoo.errors import StructureError
from arise_zoo.structures import StructureSpec


def triclinic(seed, pbc):
    """Twelve atoms of two species in a random, often very skew cell, some outside of it."""
    rng = rng_for("neighbour test", seed)
    cell = rng.normal(size=(3, 3)) * 3.0
    while abs(np.linalg.det(cell)) < 25.0:
        cell = rng.normal(size=(3, 3)) * 3.0
    return Atoms("Na5Cl7", positions=rng.normal(size=(12, 3)) * 3.0, cell=cell, pbc=pbc)


def vectors_by_hand(atoms, centres, others, r_max):
    """All vectors from some atoms to others nearer than r_max, (n, 3), by trying every image."""
    heights = 1 / np.linalg.norm(np.linalg.inv(atoms.cell.array), axis=0)
    fractional = np.abs(atoms.get_scaled_positions(wrap=False)).max()
    reach = np.where(atoms.pbc, np.ceil(r_max / heights + 2 * fractional), 0).astype(int)
    shifts = np.array(list(product(*[range(-n, n + 1) for n in reach]))) @ atoms.cell.array
    found = []
    for i, j in product(np.atleast_1d(centres), np.atleast_1d(others)):
        vectors = atoms.positions[j] + shifts - atoms.positions[i]
        distances = np.linalg.norm(vectors, axis=1)
        found.append(vectors[(distances < r_max) & ~((i == j) & (distances < 1e-9))])
    return np.concatenate(found)


def all_pairs(points, a, b, r_max):
    """All pieces of `Points.pairs` in one array."""
    return np.concatenate([np.empty((0, 4)), *(piece.copy() for piece in points.pairs(a, b, r_max))])


def in_order(vectors):
    return vectors[np.lexsort(np.round(vectors, 6).T)]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**9), pbc=st.tuples(*[st.booleans()] * 3))
def test_pairs_are_those_found_by_hand_for_any_cell_and_periodicity(seed, pbc):
    atoms = triclinic(seed, pbc)
    points = Points(atoms)
    for (i, a), (j, b) in product(enumerate((11, 17)), repeat=2):
        found = all_pairs(points, i, j, 4.0)[:, :3]
        if a == b:
            found = np.concatenate([found, -found])
        expected = vectors_by_hand(atoms, np.flatnonzero(atoms.numbers == a), np.flatnonzero(atoms.numbers == b), 4.0)
        assert found.shape == expected.shape
        assert np.abs(in_order(found) - in_order(expected)).max(initial=0.0) < 1e-9


def test_pieces_of_any_size_hold_the_same_pairs(monkeypatch):
    points = Points(bulk("Cu", cubic=True).repeat(3))
    whole = all_pairs(points, 0, 0, 8.0)
    monkeypatch.setattr(neighbours, "PAIRS_AT_ONCE", 64)
    assert np.array_equal(all_pairs(points, 0, 0, 8.0), whole)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**9), pbc=st.tuples(*[st.booleans()] * 3))
def test_nearest_distances_are_those_found_by_hand(seed, pbc):
    atoms = triclinic(seed, pbc)
    points = Points(atoms)
    for (i, a), (j, b) in product(enumerate((11, 17)), repeat=2):
        found = points.nearest_distances(i, j)
        others = np.flatnonzero(atoms.numbers == b)
        expected = [
            np.linalg.norm(vectors_by_hand(atoms, centre, others, 6.0), axis=1).min(initial=np.inf)
            for centre in np.flatnonzero(atoms.numbers == a)
        ]
        assert np.allclose(np.where(found < 6.0, found, np.inf), expected, rtol=0, atol=1e-9)
        if np.isfinite(expected).all():
            assert nearest_neighbour_scale(atoms, a, b) == pytest.approx(most_frequent_distance(expected), abs=1e-9)


def test_the_scale_of_a_finite_element_is_that_of_the_structure():
    atoms = StructureSpec("fcc_cu", 5, False, "both-0.1-0.01").build()
    assert nearest_neighbour_scale(atoms, "Cu", 29) == pytest.approx(nearest_neighbour_distance(atoms), abs=1e-12)


def test_scales_of_rock_salt_are_the_bond_and_the_face_diagonal():
    crystal = bulk("NaCl", "rocksalt", a=5.64)
    assert nearest_neighbour_scale(crystal, "Na", "Cl") == pytest.approx(2.82)
    assert nearest_neighbour_scale(crystal, "Na", "Na") == pytest.approx(5.64 / np.sqrt(2))


def test_a_scale_that_does_not_exist_is_refused_with_a_reason():
    with pytest.raises(StructureError, match="no atom of species 'Fe'"):
        nearest_neighbour_scale(bulk("Cu"), "Cu", "Fe")
    with pytest.raises(StructureError, match="has a neighbour of species 'Cu'"):
        nearest_neighbour_scale(Atoms("Cu"), "Cu", "Cu")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1, 4), min_size=1, max_size=30), st.integers(2, 5))
def test_the_usual_distance_is_the_upper_quartile_of_any_number_of_copies(distances, copies):
    usual = usual_distance(np.array([*distances, np.inf]))
    assert usual == np.quantile(distances, 0.75, method="inverted_cdf") == usual_distance(np.array(distances * copies))


def test_cells_of_any_flatness_are_told_from_those_without_volume():
    flat = Atoms("Cu", cell=[[3, 0, 0], [0, 3, 0], [3, 3, 1e-7]], pbc=True)
    assert Points(flat).cell.shape == (3, 3)
    with pytest.raises(StructureError, match="no independent vector"):
        Points(Atoms("Cu", cell=[[3, 0, 0], [0, 3, 0], [3, 3, 0]], pbc=True))
