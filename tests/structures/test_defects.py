"""Conditions, defects and the identity of structures."""

import hashlib

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from arise_zoo._version import DATA_VERSION
from arise_zoo.common.length_scale import most_frequent_distance, nearest_neighbour_distance
from arise_zoo.common.seeds import rng_for
from arise_zoo.errors import StructureError, UnknownNameError
from arise_zoo.prototypes import get_prototype, load_prototypes
from arise_zoo.prototypes.supercells import displacement_unit
from arise_zoo.structures import (
    CONDITIONS,
    StructureSpec,
    benchmark_structures,
    condition,
    displace,
    pristine_structures,
    remove_atoms,
    supercell,
)


def test_there_are_24_defective_conditions_named_as_in_the_paper():
    assert len(CONDITIONS) == 25
    assert [c for c in CONDITIONS if c.startswith("both")] == [
        "both-0.01-0.001", "both-0.02-0.002", "both-0.05-0.006", "both-0.1-0.01",
        "both-0.15-0.02", "both-0.2-0.04", "both-0.25-0.07", "both-0.3-0.1",
    ]  # fmt: skip
    for name in CONDITIONS:
        assert condition(name).name == name


def test_a_wrong_condition_names_the_nearest():
    with pytest.raises(UnknownNameError, match=r"did you mean 'missing-0\.05'"):
        condition("missing-0.055")


def test_the_sets_have_the_papers_sizes():
    assert len(list(pristine_structures())) == 396
    assert len(list(pristine_structures())) * 99 == 39_204
    assert len(list(benchmark_structures("pristine"))) == 588
    sizes = [len(list(benchmark_structures(name))) for name in CONDITIONS if name != "pristine"]
    assert sizes == [5880] * 24
    assert sum(sizes) == 141_120


def test_ids_are_unique():
    ids = [spec.id for spec in benchmark_structures("both-0.2-0.04")]
    assert len(set(ids)) == len(ids)


def test_displacements_are_uniform_and_bounded_by_the_share_of_d_nn():
    prototype = get_prototype("nacl")
    pristine = supercell(prototype, 6, periodic=False)
    unit = displacement_unit(prototype, 6)
    spec = StructureSpec("nacl", 6, False, "displacement-0.1", 4)
    moves = (spec.build().positions - pristine.positions).ravel() / (0.1 * unit)
    assert np.abs(moves).max() <= 1.0
    assert kstest(moves, "uniform", args=(-1, 2)).pvalue > 0.001


def test_the_unit_of_displacement_is_the_nearest_neighbour_distance_of_the_finite_structure():
    assert displacement_unit(get_prototype("fcc_cu"), 5) == pytest.approx(3.6149 / np.sqrt(2), abs=1e-4)
    assert displacement_unit(get_prototype("nacl"), 4) == pytest.approx(5.64 / 2, rel=0.01)


@pytest.mark.parametrize("fraction", [0.01, 0.02, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30])
def test_floor_of_the_share_of_atoms_is_removed(fraction):
    for class_id in ("fcc_cu", "cu2kvs4", "cnt_5_3"):
        prototype = get_prototype(class_id)
        for k in prototype.supercell_sizes:
            spec = StructureSpec(class_id, k, False, f"missing-{fraction:g}", 0)
            whole = prototype.n_atoms(k)
            removed = round(fraction * 100) * whole // 100
            assert spec.n_removed == removed
            assert len(spec.build()) == spec.n_atoms == whole - removed


def test_every_atom_is_equally_likely_to_be_removed():
    missing = np.zeros(125)
    for iteration in range(400):
        kept = remove_atoms(Atoms("Cu125", tags=np.arange(125)), 0.2, rng_for("fair", iteration)).get_tags()
        missing[np.setdiff1d(np.arange(125), kept)] += 1
    expected = 400 * 0.2
    chi_squared = ((missing - expected) ** 2 / (expected * 0.8)).sum()
    assert 80 < chi_squared < 180  # 125 degrees of freedom


def test_a_structure_is_the_same_made_alone_or_among_others_and_differs_from_all_others():
    specs = list(benchmark_structures("both-0.2-0.04", classes=["fcc_cu", "graphene"]))
    among = {spec.id: spec.build() for spec in reversed(specs)}
    alone = StructureSpec("graphene", 9, True, "both-0.2-0.04", 7).build()
    np.testing.assert_array_equal(among["graphene/k9/periodic/both-0.2-0.04/7"].positions, alone.positions)
    assert len({atoms.positions.tobytes() for atoms in among.values()}) == len(specs)
    other_seed = StructureSpec("graphene", 9, True, "both-0.2-0.04", 7, seed=1).build()
    assert not np.array_equal(other_seed.positions, alone.positions)


def test_draws_depend_on_the_identity_alone():
    # These numbers may never change: published structures hang on them.
    np.testing.assert_array_equal(
        rng_for(0, "fcc_cu/k5/periodic/missing-0.05/3").random(3),
        [0.6081194492445036, 0.39181189266183414, 0.3074820624026473],
    )


def test_periodic_structures_keep_their_cell_and_finite_ones_have_none():
    periodic = StructureSpec("graphene", 8, True, "missing-0.1").build()
    assert periodic.pbc.all()
    assert periodic.cell.cellpar()[2] == pytest.approx(15.0)
    assert not StructureSpec("graphene", 8, False, "missing-0.1").build().cell.array.any()


def test_a_nanotube_has_no_periodic_form():
    with pytest.raises(StructureError, match="no periodic form"):
        StructureSpec("cnt_3_3", 1, True).build()


@given(st.floats(0, 0.5), st.integers(0, 10**6))
def test_no_atom_moves_further_than_allowed(displacement, seed):
    atoms = bulk("Cu", cubic=True)
    moved = displace(atoms, displacement, 2.5, rng_for(seed))
    assert np.abs(moved.positions - atoms.positions).max() <= displacement * 2.5 + 1e-12


@given(st.integers(1, 60), st.floats(0, 0.99), st.integers(0, 10**6))
def test_what_is_left_is_a_part_of_what_was_there_in_its_order(natoms, fraction, seed):
    atoms = Atoms(numbers=np.arange(1, natoms + 1), positions=np.random.default_rng(seed).random((natoms, 3)))
    left = remove_atoms(atoms, fraction, rng_for(seed))
    assert list(left.numbers) == sorted(left.numbers)
    assert len(left) == natoms - int(np.floor(fraction * natoms + 1e-9))


@pytest.mark.parametrize("fraction", [-0.1, 1.0])
def test_an_impossible_share_of_missing_atoms_is_refused(fraction):
    with pytest.raises(StructureError, match="must lie in"):
        remove_atoms(bulk("Cu"), fraction, rng_for(0))


def test_most_frequent_distance_divides_counts_by_the_squared_left_edge():
    distances = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    # Five counts at 1.99^2 weigh less than three at 1.0^2; the fullest bin is the first, of width 0.01.
    assert most_frequent_distance(distances) == pytest.approx(1.005)
    assert most_frequent_distance(np.full(10, 2.5)) == 2.5


def test_one_atom_has_no_nearest_neighbour():
    with pytest.raises(StructureError, match="no nearest-neighbour distance"):
        nearest_neighbour_distance(Atoms("Cu"))


def test_geometries_are_those_of_the_data_version():
    # Whoever changes this hash changes published structures, and has to raise DATA_VERSION.
    digest = hashlib.sha256()
    for condition_name in ("pristine", "displacement-0.04", "missing-0.2", "both-0.1-0.01"):
        for prototype in load_prototypes():
            spec = StructureSpec(prototype.id, prototype.supercell_sizes[0], prototype.is_periodic, condition_name)
            atoms = spec.build()
            for array in (atoms.numbers, atoms.positions, atoms.cell.array):
                digest.update(array.tobytes())
    assert (DATA_VERSION, digest.hexdigest()[:16]) == ("1.0.0", "e60accc3bc082628")
