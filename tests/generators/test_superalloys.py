"""The superalloy: ordered where it should be, random elsewhere, and the same for the same seed."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from arise_zoo.errors import StructureError
from arise_zoo.generators import superalloy


def test_the_cube_is_ordered_and_the_matrix_is_random():
    atoms = superalloy(n_cells=12, cube_cells=6, seed=1)
    phase, aluminium = atoms.arrays["phase"], atoms.numbers == 13
    assert len(atoms) == 4 * 12**3 and (phase == 1).sum() == 4 * 6**3 and not atoms.pbc.any()
    assert aluminium[phase == 1].mean() == 0.25
    assert aluminium[phase == 0].mean() == pytest.approx(0.15, abs=0.02)
    pairs = cKDTree(atoms.positions).query_pairs(3.57 * 0.75, output_type="ndarray")
    both = aluminium[pairs].all(axis=1)
    assert not (both & (phase[pairs] == 1).all(axis=1)).any()
    assert (both & (phase[pairs] == 0).all(axis=1)).sum() > 100
    assert np.unique(np.rint(atoms.positions / 3.57 * 2), axis=0).shape == (len(atoms), 3)


def test_a_seed_makes_the_same_alloy_again_and_another_seed_another():
    same = [superalloy(6, seed=seed).numbers for seed in (3, 3, 4)]
    assert (same[0] == same[1]).all() and (same[0] != same[2]).any()


def test_a_cube_that_does_not_fit_is_refused():
    with pytest.raises(StructureError, match="a cube of 9 cells does not fit into 6"):
        superalloy(6, cube_cells=9)
    with pytest.raises(StructureError, match="share of solute"):
        superalloy(6, solute=1.5)
