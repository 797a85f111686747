"""Steinhardt parameters by freud, against the values of ideal lattices and random structures."""

import sys

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

from arise_zoo import get_method
from arise_zoo.errors import MissingPackageError
from arise_zoo.methods.peers import steinhardt as module
from arise_zoo.methods.peers.neighbours import nearest_neighbours
from arise_zoo.methods.protocol import UNKNOWN, Method
from tests.methods import peer_checks as peers

freud = pytest.importorskip("freud")
METHOD = module.steinhardt()
by_class = pytest.mark.parametrize("class_id", METHOD.recognises)


def test_it_labels_atoms():
    assert isinstance(METHOD, Method)
    assert (METHOD.level, METHOD.truth, METHOD.finite) == ("atom", "class", False)


@pytest.mark.parametrize(
    ("atoms", "q4", "q6"),
    [
        (bulk("Cu"), 0.19094, 0.57452),
        (bulk("W"), 0.03637, 0.51069),
        (bulk("Mg", c=np.sqrt(8 / 3) * 3.2, a=3.2), 0.09722, 0.48476),
    ],
    ids=["fcc", "bcc", "hcp"],
)
def test_ideal_crystals_of_one_cell_have_the_values_of_the_literature(atoms, q4, q6):
    # W. Mickel et al., J. Chem. Phys. 138, 044501 (2013), Table I
    order = module.bond_order(atoms)
    assert order.q4 == pytest.approx(q4, abs=1e-4) and order.q6 == pytest.approx(q6, abs=1e-4)


def test_a_crystal_has_the_values_that_freud_gives_for_its_own_crystal_and_neighbours():
    box, points = freud.data.UnitCell.bcc().generate_system(6, sigma_noise=0.005, seed=1)
    neighbours = {"num_neighbors": 14}
    averaged = freud.order.Steinhardt(l=[4, 6], average=True).compute((box, points), neighbors=neighbours)
    q4, q6 = averaged.particle_order.T
    atoms = Atoms(numbers=[74] * len(points), positions=points, cell=box.to_matrix().T, pbc=True)
    order = module.bond_order(atoms)
    assert order.q4 == pytest.approx(q4, abs=1e-5) and order.q6 == pytest.approx(q6, abs=1e-5)


@pytest.mark.parametrize(("atoms", "n"), [(bulk("Cu"), 12), (bulk("W"), 14), (bulk("Po", "sc", a=3.35), 18)])
def test_the_solid_angle_rule_takes_the_first_shells(atoms, n):
    distances = nearest_neighbours(atoms, 40).distances
    assert module.solid_angle_neighbours(distances).sum(axis=1).tolist() == [n]


@by_class
@pytest.mark.parametrize(("condition", "least"), [("pristine", 1), ("displacement-0.04", 1), ("missing-0.05", 0.9)])
def test_atoms_of_its_crystals_have_their_class(class_id, condition, least):
    assert peers.share_right(METHOD, class_id, condition) >= least


@by_class
def test_inner_atoms_of_isolated_crystals_have_their_class(class_id):
    peers.check_inner_atoms(METHOD, class_id)


@pytest.mark.parametrize("class_id", ["diamond_c", "alpha_po", "graphene"])
def test_other_crystals_are_unknown(class_id):
    assert (METHOD.predict(peers.structure(class_id)) == UNKNOWN).all()


@by_class
def test_random_structures_are_unknown(class_id):
    assert peers.unknown_in_gas(METHOD) == 1
    assert peers.unknown_in_packing(METHOD, class_id) > 0.9


@by_class
@peers.seeds
def test_rotation_unit_and_order_do_not_matter(class_id, seed):
    peers.check_rotation_and_order(METHOD, class_id, seed)


def test_few_atoms_and_atoms_at_one_place_are_unknown():
    for atoms in (Atoms("Fe"), Atoms("Fe2", positions=[[0, 0, 0]] * 2), Atoms("Fe", cell=[9, 9, 9], pbc=True)):
        assert (METHOD.predict(atoms) == UNKNOWN).all()


def test_it_passes_the_smoke_run():
    peers.check_smoke("steinhardt")


def test_without_freud_one_sentence_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "freud", None)
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    sentence = r"^steinhardt needs freud-analysis; .*arise-zoo\[peers\]'\.$"
    with pytest.raises(MissingPackageError, match=sentence):
        get_method("steinhardt")
    with pytest.raises(MissingPackageError, match=sentence):
        METHOD.predict(bulk("Cu"))
