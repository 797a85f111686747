"""What a descriptor must not depend on, what the grid promises, and the structures and settings at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, graphene
from hypothesis import given, settings
from hypothesis import strategies as st

from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import (
    PAPER_R_CUTS,
    PAPER_SCALES,
    PAPER_SIGMAS,
    AveragedSOAP,
    component_order,
    number_of_features,
    soap_grid,
)
from arise_zoo.errors import DescriptorError, StructureError, UnknownNameError
from arise_zoo.structures import StructureSpec
from tests.random_structures import random_structure, seeds

BASES = pytest.mark.parametrize("basis", ["quip", "gto"])


def descriptor(atoms, basis="quip", **keywords):
    return AveragedSOAP(basis=basis, **keywords).create(atoms)


@BASES
@settings(max_examples=12, deadline=None)
@given(seed=seeds, periodic=st.booleans())
def test_rotating_translating_and_reordering_changes_nothing(basis, seed, periodic):
    atoms = random_structure(seed, periodic)
    expected = descriptor(atoms, basis)
    rng = rng_for("descriptor test", "motion", seed)
    moved = atoms[rng.permutation(len(atoms))]
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    moved.set_cell(moved.cell.array @ rotation)
    moved.positions = moved.positions @ rotation + rng.normal(size=3) * 20
    if periodic:
        moved.wrap()
    assert np.abs(descriptor(moved, basis) - expected).max() < 1e-9


@BASES
@settings(max_examples=12, deadline=None)
@given(seed=seeds, repeat=st.tuples(*[st.integers(1, 3)] * 3))
def test_a_supercell_of_a_crystal_has_the_descriptor_of_its_cell(basis, seed, repeat):
    atoms = random_structure(seed)
    assert np.abs(descriptor(atoms.repeat(repeat), basis) - descriptor(atoms, basis)).max() < 1e-9


@BASES
@settings(max_examples=12, deadline=None)
@given(seed=seeds, elements=st.lists(st.integers(1, 118), min_size=2, max_size=2, unique=True))
def test_relabelling_the_species_changes_nothing(basis, seed, elements):
    atoms = random_structure(seed)
    renamed = atoms.copy()
    renamed.numbers = np.where(atoms.numbers == 29, *elements)
    assert np.abs(descriptor(renamed, basis) - descriptor(atoms, basis)).max() < 1e-9


@BASES
@settings(max_examples=12, deadline=None)
@given(seed=seeds, factor=st.floats(0.1, 20.0), periodic=st.booleans())
def test_scaling_all_lengths_changes_nothing(basis, seed, factor, periodic):
    atoms = random_structure(seed, periodic)
    scaled = Atoms(atoms.numbers, atoms.positions * factor, cell=atoms.cell.array * factor, pbc=periodic)
    assert np.abs(descriptor(scaled, basis) - descriptor(atoms, basis)).max() < 1e-9


@settings(max_examples=12, deadline=None)
@given(seed=seeds, shear=st.tuples(*[st.integers(-30, 30)] * 3))
def test_a_skew_cell_of_the_same_crystal_gives_the_same_descriptor(seed, shear):
    atoms = random_structure(seed)
    skewed = atoms.copy()
    i, j, k = shear
    skewed.set_cell(np.array([[1, 0, 0], [i, 1, 0], [j, k, 1]]) @ atoms.cell.array)
    assert np.abs(descriptor(skewed) - descriptor(atoms)).max() < 1e-9


@BASES
def test_the_grid_holds_what_each_setting_gives_alone(basis):
    atoms = StructureSpec("wurtzite_zns", 2, False, "both-0.1-0.01").build()
    grid = soap_grid(atoms, (3.0, 4.0), (0.08, 0.12), (0.95, 1.05), basis, thermal_displacements=(0.0, 0.1))
    assert grid.shape == (2, 2, 2, 2, number_of_features(basis=basis))
    for i, r_cut in enumerate((3.0, 4.0)):
        for j, sigma in enumerate((0.08, 0.12)):
            for k, scale in enumerate((0.95, 1.05)):
                for m, thermal in enumerate((0.0, 0.1)):
                    alone = AveragedSOAP(
                        r_cut, sigma, basis=basis, extrinsic_scale=scale, thermal_displacement=thermal
                    ).create(atoms)
                    assert np.abs(grid[i, j, k, m] - alone).max() < 1e-6


def test_the_papers_grid_has_99_settings():
    grid = soap_grid(bulk("Cu"))
    assert len(PAPER_R_CUTS) * len(PAPER_SIGMAS) * len(PAPER_SCALES) == 99
    assert grid.shape == (11, 3, 3, 1, 316)
    assert np.abs(grid[5, 1, 1, 0] - descriptor(bulk("Cu"))).max() < 1e-6


def test_components_are_as_many_as_features_and_in_the_stated_order():
    for basis, n_features in (("quip", 316), ("gto", 315)):
        assert len(component_order(basis=basis)) == number_of_features(basis=basis) == n_features
    assert AveragedSOAP().components[6:8] == [(1, 1, 6), (1, 2, 0)]
    assert AveragedSOAP(basis="gto").components[44:46] == [(9, 9, 0), (1, 1, 1)]
    atoms = bulk("NaCl", "rocksalt", a=5.6)
    by_component = dict(zip(component_order(4, 3, "gto"), descriptor(atoms, "gto", n_max=4, l_max=3), strict=True))
    assert by_component[(2, 2, 0)] > 0  # squares are positive
    assert abs(by_component[(1, 3, 1)]) < 1e-12  # all sites are centres of inversion


def test_inversion_symmetric_pairs_have_no_odd_components():
    vector, order = descriptor(bulk("Cu")), AveragedSOAP().components
    assert all(abs(value) < 1e-15 for value, (_, _, l) in zip(vector, order, strict=True) if l % 2)


def test_processes_return_the_same_rows_as_one():
    structures = [StructureSpec("fcc_cu", 3, False, "missing-0.2", i).build() for i in range(5)]
    soap = AveragedSOAP()
    rows = soap.create_many(structures)
    assert rows.shape == (5, 316) and rows.dtype == np.float64
    assert np.array_equal(soap.create_many(structures, n_jobs=2), rows)
    assert soap.create_many([]).shape == (0, 316)


@BASES
def test_pairs_without_neighbours_count_as_zeros(basis):
    assert np.all(descriptor(Atoms("Cu"), basis) == 0)
    dimer = descriptor(Atoms("NaCl", positions=[[0, 0, 0], [0, 0, 2.4]]), basis)
    assert np.linalg.norm(dimer) == pytest.approx(0.5)  # (Na, Cl) and (Cl, Na) of four pairs, which are equal


def test_a_single_atom_of_a_species_sees_its_periodic_images():
    assert np.linalg.norm(descriptor(bulk("Po", "sc", a=3.3))) == pytest.approx(1.0)


def test_periodicity_along_some_directions_equals_vacuum_along_the_others():
    sheet = graphene(vacuum=40.0)
    sheet.pbc = True
    in_plane = sheet.copy()
    in_plane.pbc = (True, True, False)
    in_plane.positions[:, 2] += 1000.0
    assert np.abs(descriptor(in_plane) - descriptor(sheet)).max() < 1e-12
    without_vacuum = in_plane.copy()
    without_vacuum.set_cell(in_plane.cell.array * [[1], [1], [0]])
    assert np.abs(descriptor(without_vacuum) - descriptor(sheet)).max() < 1e-12


def test_an_impurity_in_a_large_crystal_does_not_multiply_the_memory():
    import tracemalloc

    atoms = bulk("Cu", cubic=True).repeat(10)  # most atoms are 12 angstrom or more from the next impurity
    atoms.numbers[0] = 79
    AveragedSOAP().create(bulk("Cu"))
    tracemalloc.start()
    vector = descriptor(atoms)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.isfinite(vector).all()
    assert peak < 30e6


def test_atoms_far_apart_cost_no_more_than_atoms_nearby():
    pair = Atoms("Cu4", positions=[[0, 0, 0], [0, 0, 2.5], [1e6, 0, 0], [1e6, 3e5, 2.5]])
    assert np.isfinite(descriptor(pair)).all()


@pytest.mark.parametrize(
    ("atoms", "sentence"),
    [
        (Atoms(), "without atoms"),
        (Atoms("Cu", positions=[[np.nan, 0, 0]]), "finite numbers"),
        (Atoms("Cu", pbc=True), "no independent vector"),
        (Atoms("Cu", cell=[[1, 0, 0], [2, 0, 0], [0, 0, 1]], pbc=True), "no independent vector"),
        (Atoms("Cu2", positions=np.zeros((2, 3))), "coincide"),
    ],
)
def test_impossible_structures_are_refused_with_a_reason(atoms, sentence):
    with pytest.raises(StructureError, match=sentence):
        descriptor(atoms)


def test_impossible_settings_are_refused_with_a_reason():
    with pytest.raises(UnknownNameError, match="did you mean 'quip'"):
        AveragedSOAP(basis="quipp")
    for keywords in ({"r_cut": 0.0}, {"sigma": -0.1}, {"extrinsic_scale": np.nan}, {"n_max": 0}, {"l_max": -1}):
        with pytest.raises(DescriptorError):
            AveragedSOAP(**keywords)
    with pytest.raises(DescriptorError, match="at least one value"):
        soap_grid(bulk("Cu"), r_cuts=())


def test_a_large_structure_is_described_in_bounded_memory():
    import tracemalloc

    atoms = bulk("Cu", cubic=True).repeat(13)  # 8,788 atoms, 1.2 million pairs: 60 MB if all were held
    soap = AveragedSOAP()
    soap.create(bulk("Cu"))
    tracemalloc.start()
    vector = soap.create(atoms)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.abs(vector - soap.create(bulk("Cu"))).max() < 1e-9
    assert peak < 30e6


@pytest.mark.slow
def test_a_hundred_thousand_atoms_take_less_than_200_megabytes():
    import resource

    atoms = bulk("Cu", cubic=True).repeat((30, 30, 28))
    assert len(atoms) == 100_800
    soap = AveragedSOAP()
    expected = soap.create(bulk("Cu"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert np.abs(soap.create(atoms) - expected).max() < 1e-9
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB
