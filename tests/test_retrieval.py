"""What Table P compares with is what was published, and places are counted against a method that cannot decide."""

import numpy as np
from ase import Atoms
from ase.build import bulk

from experiments._retrieval_peers import minimum_distances, wyckoff
from experiments.retrieval import _ranks


def test_average_minimum_distances_of_the_cubic_lattice_are_those_of_its_shells():
    shells = np.repeat(np.sqrt([1, 2, 3, 4, 5, 6]), [6, 12, 8, 6, 24, 24])
    for atoms in (bulk("Po", "sc", a=3.3), bulk("Po", "sc", a=1.0).repeat((2, 1, 3))):
        assert np.allclose(minimum_distances(atoms, len(shells)), shells)
    assert np.isnan(minimum_distances(Atoms("Po"), 5)).all()


def test_space_group_and_letters_find_a_crystal_in_another_cell_and_of_other_elements():
    cells = [bulk("Cu"), bulk("NaCl", "rocksalt", a=5.6), bulk("ZnS", "zincblende", a=5.4)]
    rank = wyckoff(cells, np.empty((3, 0)))
    query = bulk("MgO", "rocksalt", a=4.2, cubic=True).repeat(2)
    assert rank(query, np.empty(0)).tolist() == [np.inf, 0.0, np.inf]
    assert np.isinf(rank(Atoms("Cu"), np.empty(0))).all()


def test_of_several_that_are_as_near_the_last_counts():
    groups = np.array([0, 0, 1, 2])
    distances = np.array([[0.2, 0.1, 0.3, 0.4], [0.1, 0.1, 0.1, 0.4], [np.inf, 0.0, 0.5, np.inf]])
    assert _ranks(distances, groups, np.array([0, 1, 2])).tolist() == [0, 1, 3]
