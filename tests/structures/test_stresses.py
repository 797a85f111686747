"""The depth suite: each condition does to a crystal what its name says, and nothing else."""

import numpy as np
import pytest
from ase.geometry import get_distances
from hypothesis import given, settings
from hypothesis import strategies as st

from arise_zoo.errors import UnknownNameError
from arise_zoo.prototypes import get_prototype, load_prototypes
from arise_zoo.prototypes.supercells import displacement_unit
from arise_zoo.structures import StructureSpec, benchmark_structures, condition, supercell
from arise_zoo.structures.conditions.depth import DEPTH_CONDITIONS
from arise_zoo.structures.operations import random_rotation, uniaxial

CLASSES = ("fcc_cu", "nacl", "cu2znsns4", "graphene", "cnt_6_0", "wurtzite_zns")
ALL_STRESSES = tuple(DEPTH_CONDITIONS)


def some(name, classes=CLASSES, iterations=1):
    return list(benchmark_structures(name, classes=classes, iterations=iterations))


def original(spec):
    return supercell(spec.prototype, spec.k, periodic=spec.periodic)


@pytest.mark.parametrize("name", ALL_STRESSES)
def test_a_structure_has_the_atoms_it_is_said_to_have_and_is_the_same_when_made_alone(name):
    for spec in some(name)[:12]:
        atoms = spec.build()
        assert len(atoms) == spec.n_atoms
        assert np.isfinite(atoms.positions).all()
        assert StructureSpec.from_id(spec.id).build() == atoms
        assert bool(atoms.pbc.any()) == spec.periodic


@pytest.mark.parametrize("name", [n for n in ALL_STRESSES if condition(n).is_random])
def test_iterations_and_seeds_differ(name):
    first, second = (spec.build() for spec in some(name, ["nacl"], iterations=2)[:2])
    assert first != second
    spec = some(name, ["nacl"])[0]
    other = StructureSpec(spec.class_id, spec.k, spec.periodic, name, 0, seed=11)
    assert spec.build() != other.build()


@pytest.mark.parametrize("share", [0.01, 0.05, 0.1, 0.2])
def test_substitution_exchanges_the_species_of_that_share_and_moves_nothing(share):
    for spec in some(f"substitution-{share:g}"):
        before, after = original(spec), spec.build()
        assert np.array_equal(before.positions, after.positions)
        changed = before.numbers != after.numbers
        assert changed.sum() == max(1, int(share * len(before) + 1e-9))
        if len(set(before.numbers)) > 1:
            assert set(after.numbers) <= set(before.numbers)
        else:
            assert set(after.numbers[changed]) == {before.numbers[0] + 1}


@pytest.mark.parametrize(("name", "factor"), [("expanded-0.05", 1.05), ("compressed-0.05", 0.95)])
def test_scaling_multiplies_all_distances(name, factor):
    for spec in some(name):
        before, after = original(spec), spec.build()
        assert np.allclose(after.get_all_distances(), factor * before.get_all_distances())
        if spec.periodic:
            assert np.isclose(after.get_volume(), factor**3 * before.get_volume())


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.02, 0.05]))
@settings(max_examples=50, deadline=None)
def test_uniaxial_strain_stretches_one_direction_only(seed, strain):
    stretches = np.linalg.eigvalsh(uniaxial(strain, np.random.default_rng(seed)))
    assert np.sum(np.isclose(stretches, 1)) == 2
    assert np.isclose(np.abs(stretches - 1).max(), strain)


def test_uniaxial_strain_of_a_crystal_is_that_of_its_cell():
    for spec in some("uniaxial-0.05", ["nacl", "graphene"], iterations=3):
        before, after = original(spec), spec.build()
        if spec.periodic:
            gradient = np.linalg.solve(before.cell.array, after.cell.array).T
            assert np.isclose(np.abs(np.linalg.eigvalsh(gradient) - 1).max(), 0.05)
            assert np.allclose(before.get_scaled_positions(wrap=False), after.get_scaled_positions(wrap=False))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_a_random_rotation_is_a_rotation(seed):
    matrix = random_rotation(np.random.default_rng(seed))
    assert np.allclose(matrix @ matrix.T, np.eye(3))
    assert np.isclose(np.linalg.det(matrix), 1)


def test_random_rotations_have_no_preferred_direction():
    rng = np.random.default_rng(0)
    mean = np.mean([random_rotation(rng) for _ in range(4000)], axis=0)
    assert np.abs(mean).max() < 0.04


def test_rotation_leaves_distances_and_turns_the_crystal():
    for spec in some("rotated"):
        before, after = original(spec), spec.build()
        assert not spec.periodic
        assert np.allclose(before.get_all_distances(), after.get_all_distances())
        assert not np.allclose(before.positions, after.positions, atol=0.1)


@pytest.mark.parametrize("deviation", [0.02, 0.04, 0.08])
def test_thermal_displacements_are_normal_with_the_deviation_of_the_name(deviation):
    moves = []
    for spec in some(f"thermal-{deviation:g}", ["nacl", "cu2znsns4"], iterations=4):
        unit = displacement_unit(spec.prototype, spec.k)
        moves.append((spec.build().positions - original(spec).positions).ravel() / unit)
    moves = np.concatenate(moves)
    assert np.isclose(moves.std(), deviation, rtol=0.05)
    assert np.isclose(np.mean(np.abs(moves) > deviation), 0.317, atol=0.03)  # a normal distribution's share


def test_slabs_are_thick_enough_with_vacuum_where_periodic_and_crystal_inside():
    for spec in benchmark_structures("slab"):
        atoms = spec.build()
        assert len(atoms) >= 100
        if spec.periodic:
            flat = np.cross(atoms.cell[0], atoms.cell[1])
            normal = flat / np.linalg.norm(flat)
            assert np.allclose(np.abs(atoms.cell[2] @ normal), np.linalg.norm(atoms.cell[2]))
            gap = np.linalg.norm(atoms.cell[2]) - np.ptp(atoms.positions @ normal)
            assert np.isclose(gap, 12.0)
            nearest = displacement_unit(spec.prototype, spec.prototype.supercell_sizes[0])
            distances = get_distances(atoms.positions, cell=atoms.cell, pbc=True)[1]
            assert distances[~np.eye(len(atoms), dtype=bool)].min() > 0.4 * nearest


@pytest.mark.parametrize("size", [40, 80])
def test_clusters_are_small_compact_pieces_of_the_crystal(size):
    for spec in some(f"cluster-{size}", iterations=2):
        atoms = spec.build()
        assert len(atoms) == min(size, spec.prototype.n_atoms(spec.k)) < 100
        whole = original(spec).positions
        assert all(np.min(np.linalg.norm(whole - p, axis=1)) < 1e-12 for p in atoms.positions)
        assert np.ptp(atoms.positions, axis=0).max() <= np.ptp(whole, axis=0).max()


@pytest.mark.parametrize("share", [0.01, 0.05])
def test_added_atoms_keep_their_distance_and_the_rest_stays(share):
    for spec in some(f"added-{share:g}"):
        before, after = original(spec), spec.build()
        n = len(before)
        assert len(after) == n + max(1, int(share * n + 1e-9))
        assert np.array_equal(after.positions[:n], before.positions)
        unit = displacement_unit(spec.prototype, spec.k)
        image = {"cell": after.cell, "pbc": True} if spec.periodic else {}
        distances = get_distances(after.positions, **image)[1]
        np.fill_diagonal(distances, np.inf)
        assert distances[n:].min() > 0.4 * unit
        assert set(after.numbers) <= set(before.numbers)


def test_amorphous_structures_have_the_crystals_density_and_no_order():
    for spec in some("amorphous", ["fcc_cu", "nacl", "cu2znsns4"]):
        before, after = supercell(spec.prototype, spec.k, periodic=True), spec.build()
        assert sorted(after.numbers) == sorted(before.numbers)
        unit = displacement_unit(spec.prototype, spec.k)
        if spec.periodic:
            assert np.allclose(after.cell, before.cell)
            distances = get_distances(after.positions, cell=after.cell, pbc=True)[1]
            np.fill_diagonal(distances, np.inf)
            nearest = distances.min(axis=1)
            assert nearest.min() > 0.6 * unit
            assert nearest.std() > 0.01 * unit


def test_ptm_does_not_see_scaling_and_little_strain():
    from arise_zoo import get_method

    method = get_method("ptm")
    for name in ("expanded-0.05", "compressed-0.05", "uniaxial-0.02"):
        for spec in some(name, ["fcc_cu", "hcp_mg", "bcc_w"]):
            if spec.periodic:
                assert set(method.predict(spec.build()).labels) == {spec.class_id}


def test_mixed_stress_removes_exchanges_and_moves():
    for spec in some("mixed-strong", ["nacl", "cu2znsns4"]):
        before, after = original(spec), spec.build()
        assert len(after) == len(before) - int(0.2 * len(before) + 1e-9)
        assert set(after.numbers) == set(before.numbers)


def test_every_class_that_can_be_stressed_is():
    count = {name: len({s.class_id for s in benchmark_structures(name, iterations=1)}) for name in DEPTH_CONDITIONS}
    bulk = sum(sum(p.repetitions) == 3 for p in load_prototypes())
    assert {count[n] for n in ("slab", "amorphous")} == {bulk}
    assert {count[n] for n in ("rotated", "added-0.05", "mixed-mild", "thermal-0.04")} == {108}
    assert count["unknown"] == 40


def test_an_unknown_stress_is_named_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"substitution-0\.05"):
        condition("substitution-0.06")
    with pytest.raises(UnknownNameError):
        StructureSpec.from_id("aflow_nothing/k1/periodic/unknown/0")
    assert get_prototype("nacl").id == "nacl"
