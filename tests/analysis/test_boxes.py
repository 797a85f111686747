"""Which atoms a box holds, against going through all atoms and all images one by one."""

from itertools import product

import numpy as np
from ase import Atoms
from hypothesis import given, settings
from hypothesis import strategies as st

from arise_zoo.analysis.boxes import atoms_around, members

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=40, deadline=None)
@given(seeds, st.sampled_from(["box", "sphere"]), st.floats(1.0, 9.0))
def test_a_box_holds_the_atoms_that_are_near_enough_to_its_centre(seed, shape, box):
    rng = np.random.default_rng(seed)
    positions, centres = rng.uniform(0, 12, (60, 3)), rng.uniform(-3, 15, (10, 3))
    for centre, found in zip(centres, members(positions, centres, box, shape), strict=True):
        away = np.abs(positions - centre)
        inside = away.max(axis=1) <= box / 2 if shape == "box" else np.linalg.norm(away, axis=1) <= box / 2
        np.testing.assert_array_equal(found, np.flatnonzero(inside))


@settings(max_examples=40, deadline=None)
@given(seeds, st.tuples(st.booleans(), st.booleans(), st.booleans()), st.floats(2.0, 14.0))
def test_boxes_reach_into_the_neighbouring_cells_of_any_cell(seed, pbc, box):
    rng = np.random.default_rng(seed)
    cell = np.diag(rng.uniform(6, 9, 3)) + rng.uniform(-2, 2, (3, 3))
    atoms = Atoms(rng.choice([6, 14], 12), rng.uniform(-10, 10, (12, 3)), cell=cell, pbc=pbc)
    centres = rng.uniform(-8, 8, (5, 3))
    positions, which = atoms_around(atoms, centres, box)
    numbers = atoms.numbers[which]
    shifts = np.array(list(product(*(range(-6, 7) if periodic else (0,) for periodic in pbc)))) @ cell
    images = (atoms.positions[None] + shifts[:, None]).reshape(-1, 3)
    image_numbers = np.tile(atoms.numbers, len(shifts))
    for centre, found in zip(centres, members(positions, centres, box), strict=True):
        expected = np.abs(images - centre).max(axis=1) <= box / 2
        assert len(found) == expected.sum()
        both = [(positions[found], numbers[found]), (images[expected], image_numbers[expected])]
        ordered = [np.column_stack(pair)[np.lexsort(pair[0].round(6).T)] for pair in both]
        np.testing.assert_allclose(*ordered, atol=1e-9)
