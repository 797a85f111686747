"""What `arise-field` says of things that no table holds."""

from __future__ import annotations

import pytest
from ase import Atoms
from ase.build import bulk, fcc111, surface

import arise_zoo
from arise_zoo.common.seeds import rng_for
from arise_zoo.datasets import use_dynamics
from arise_zoo.structures import StructureSpec


def said(*structures):
    return arise_zoo.classify(list(structures), model="arise-field")


def test_a_random_alloy_is_its_lattice_and_an_ordered_one_its_order():
    alloy = bulk("Ni", a=3.6, cubic=True).repeat(4)
    alloy.numbers = rng_for("alloy").choice([24, 25, 26, 27, 28], size=len(alloy))
    ordered = Atoms(
        "AlNi3", cell=[3.57] * 3, pbc=True, scaled_positions=[[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
    )
    random, order = said(alloy, ordered.repeat(3))
    assert (random.label, random.geometry, random.decoration) == ("fcc_cu", "fcc_cu", "random")
    assert (order.label, order.geometry, order.decoration) == ("l12_cu3au", "fcc_cu", "l12_cu3au")


def test_a_few_impurities_change_nothing():
    dirty = bulk("W", a=3.165, cubic=True).repeat(5)
    dirty.numbers[rng_for("impurities").permutation(len(dirty))[:3]] = 42
    (answer,) = said(dirty)
    assert (answer.label, answer.geometry) == ("bcc_w", "bcc_w") and answer.probability > 0.9


def test_surfaces_and_films_are_their_crystals():
    film = fcc111("Cu", (5, 5, 6), vacuum=8.0)
    film.pbc = True
    slab = surface(bulk("Si", cubic=True), (1, 1, 0), 3, vacuum=8.0).repeat((3, 2, 1))
    slab.pbc = True
    assert [answer.label for answer in said(film, slab)] == ["fcc_cu", "diamond_c"]


@pytest.mark.parametrize(
    ("condition", "label"),
    [("md-0.9", "fcc_cu"), ("liquid-1.1", "unknown"), ("quenched", "unknown"), ("gas", "unknown")],
)
def test_hot_aluminium_is_a_crystal_and_molten_aluminium_is_not(condition, label):
    use_dynamics()
    frames = [StructureSpec("fcc_cu", 1, True, condition, i).build() for i in (0, 5, 11, 17)]
    assert [answer.label for answer in said(*frames)] == [label] * 4


def test_a_molecular_liquid_is_unknown():
    water = Atoms("OH2", positions=[[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]], cell=[3.1] * 3, pbc=True).repeat(4)
    water.positions += rng_for("water").normal(scale=0.3, size=water.positions.shape)
    assert [answer.label for answer in said(water)] == ["unknown"]


@pytest.mark.slow
def test_it_learns_a_class_from_one_cell_and_keeps_the_others(tmp_path):
    fluorite = bulk("CaF2", "fluorite", a=5.463)
    made = arise_zoo.finetune("arise-field", [fluorite], ["fluorite"], out=tmp_path / "more", n_jobs=2)
    assert made.accuracy["new"]["after"] == 100.0 and made.accuracy["old"]["after"] > 99.0
    hot = fluorite.repeat(4)
    hot.rattle(0.1, seed=0)
    labels = [a.label for a in arise_zoo.classify([hot, bulk("CsCl", "cesiumchloride", a=4.1)], tmp_path / "more")]
    assert labels == ["fluorite", "cscl"]
