"""Surroundings of atoms: the same in any cell of a crystal, a little different where it is strained, and never in a
crystal with a defect."""

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list

from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import first_peak_distance
from arise_zoo.index.surroundings import agree, surroundings
from arise_zoo.structures.operations import deformed, substituted, uniaxial
from tests.random_structures import random_structure

NAMES = ("fcc", "bcc", "hcp", "diamond", "rock salt", "zincblende")


@pytest.mark.parametrize("name", NAMES)
def test_a_crystal_in_any_cell_agrees_and_a_defect_never_does(name, crystals):
    atoms, rng = crystals[name], rng_for("surroundings", name)
    own, large = surroundings(atoms), atoms.repeat(6)
    assert len(own) == 1 and agree(own, surroundings(large))
    assert agree(own, surroundings(deformed(large, uniaxial(0.003, rng))))
    assert not agree(own, surroundings(large[1:]))
    foreign = substituted(large, 0.0, rng)  # one atom
    assert not agree(own, surroundings(foreign)) and agree(own, surroundings(foreign), species=False)
    added = large.copy()
    added.append(large[0])
    added.positions[-1] += 0.5 * first_peak_distance(atoms)
    assert not agree(own, surroundings(added))


def test_neighbours_are_those_that_ase_finds():
    atoms = random_structure(3, species=(29, 16))
    reach = 2.2 * first_peak_distance(atoms)
    i, j, d = neighbor_list("ijd", atoms, reach)
    weights = (1.0 - (d / reach) ** 2) ** 3
    like = atoms.numbers[i] == atoms.numbers[j]
    expected = np.stack([np.bincount(i, w, minlength=len(atoms)) for w in (weights, weights * like)], axis=1)
    assert np.allclose(surroundings(atoms), np.unique(expected.round(6), axis=0), atol=2e-6)


def test_an_atom_without_a_neighbour_is_like_no_other():
    dimer = Atoms("Cu2", positions=[[0, 0, 0], [2.5, 0, 0]])
    lonely = Atoms("Cu3", positions=[[0, 0, 0], [2.5, 0, 0], [50.0, 0, 0]])
    assert not agree(surroundings(dimer), surroundings(lonely))
