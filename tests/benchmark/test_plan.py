"""Who is scored on what: the numbers of structures and atoms behind the published percentages."""

import pytest

from arise_zoo.benchmark.plan import Plan, Sampling, symmetry
from arise_zoo.methods.local_structure import a_cna, ptm
from arise_zoo.methods.resolved import facts_of
from arise_zoo.methods.symmetry import spglib_loose
from arise_zoo.prototypes import class_ids, get_prototype
from tests.fake_methods import FakeMethod


class EveryClass(FakeMethod):
    name = "every-class"
    recognises = class_ids()


def plan(method, iterations=10):
    return Plan(facts_of(method), Sampling(iterations, seed=0))


def labels(method, condition, scored_on):
    return [n for _, n in plan(method).weighted_structures(condition, scored_on)]


def test_a_method_of_all_classes_is_scored_on_396_pristine_and_5880_defective_structures():
    assert sum(labels(EveryClass(), "pristine", "supported")) == 396
    assert sum(labels(EveryClass(), "missing-0.2", "supported")) == 5880


def test_spglib_is_scored_on_38_classes_and_on_96():
    method = spglib_loose()
    assert sum(labels(method, "pristine", "supported")) == 38
    assert sum(labels(method, "displacement-0.01", "supported")) == 38 * 3 * 10
    assert sum(labels(method, "pristine", "all")) == 96
    assert sum(labels(method, "displacement-0.01", "all")) == 96 * 3 * 10


def test_methods_that_label_atoms_are_scored_on_all_atoms_of_all_classes():
    # 84,607 atoms in all supercells, ten times; pristine, 17,324 in the smallest.
    for method in (ptm(), a_cna()):
        assert sum(labels(method, "displacement-0.01", "all")) == 846_070
        assert sum(labels(method, "pristine", "all")) == 17_324
    assert sum(labels(a_cna(), "pristine", "supported")) == 125 + 128 + 125


def test_a_method_is_shown_the_classes_on_which_it_can_be_right():
    assert set(a_cna().recognises) == {"fcc_cu", "hcp_mg", "bcc_w"}
    # The other classes have the space group of fcc (225), hcp (194) or bcc (229).
    assert set(plan(a_cna()).shown) == {
        "fcc_cu", "hcp_mg", "bcc_w", "nacl", "dhcp_alpha_la", "hexagonal_diamond_c", "hexagonal_graphite_c", "nias",
    }  # fmt: skip
    assert len(plan(spglib_loose()).shown) == 96 - 6 - 7


def test_six_classes_with_words_and_seven_in_p1_have_no_space_group_that_counts():
    without = [c for c in class_ids() if get_prototype(c).is_periodic and not symmetry(c).isdigit()]
    assert len(without) == 6 + 7
    assert symmetry("fcc_cu") == "225"
    assert symmetry("vpse3") == "vpse3"


@pytest.mark.parametrize("condition", ["pristine", "missing-0.2"])
def test_periodic_methods_are_shown_periodic_structures_only(condition):
    specs = list(plan(ptm(), 2).structures(condition, plan(ptm()).shown))
    assert all(spec.periodic for spec in specs)
