"""The descriptor of one length scale and three channels: against brute force, quippy, DScribe, and its invariances."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, graphene
from ase.neighborlist import neighbor_list
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import sph_harm_y

from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import ChannelSOAP, first_peak_distance
from arise_zoo.descriptors.channel_soap import ChannelGrid
from arise_zoo.descriptors.radial import radial_basis
from arise_zoo.errors import DescriptorError, StructureError
from tests.random_structures import random_structure, seeds

BASES = pytest.mark.parametrize("basis", ["quip", "gto"])


def by_brute_force(atoms, r_cut=4.0, sigma=0.1, n_max=9, l_max=6, basis="quip"):
    """Sums over all pairs of atoms, with scipy's harmonics and the radial functions where they are defined."""
    scale = first_peak_distance(atoms)
    functions = radial_basis(basis, r_cut, sigma, n_max, l_max)
    i, j, vectors, distances = neighbor_list("ijDd", atoms, functions.r_max * scale)
    radial = functions(distances / scale)
    polar, azimuth = np.arccos(vectors[:, 2] / distances), np.arctan2(vectors[:, 1], vectors[:, 0])
    like = atoms.numbers[i] == atoms.numbers[j]
    spectra = []
    for pairs in (np.full(len(i), True), like, ~like):
        blocks = []
        for l in range(0, l_max + 1, 2):
            harmonics = np.array([sph_harm_y(l, m, polar, azimuth) for m in range(-l, l + 1)])
            c = np.einsum("nr,mr->nm", radial[:, l, pairs], harmonics[:, pairs])
            blocks.append(np.real(np.einsum("nm,km->nk", c, c.conj())) / np.sqrt(2 * l + 1))
        spectra.append(blocks)
    vector = []
    for channel in spectra:
        for _, n, n_prime, l in ChannelSOAP(r_cut, sigma, n_max, l_max, basis).components[: len(vector_of_one(n_max))]:
            weight = np.sqrt(2) if basis == "quip" and n != n_prime else 1.0
            vector.append(weight * channel[l // 2][n - 1, n_prime - 1])
    vector = np.array(vector)
    return vector / np.linalg.norm(vector[: len(vector) // 3])


def vector_of_one(n_max, l_max=6):
    return [(n, k, l) for n in range(n_max) for k in range(n + 1) for l in range(0, l_max + 1, 2)]


@BASES
@settings(max_examples=6, deadline=None)
@given(seed=seeds, periodic=st.booleans())
def test_it_is_what_sums_over_all_pairs_give(basis, seed, periodic):
    atoms = random_structure(seed, periodic, species=(29, 16, 8))
    difference = ChannelSOAP(basis=basis).create(atoms) - by_brute_force(atoms, basis=basis)
    assert np.abs(difference).max() < 1e-6


@pytest.mark.parametrize("library", ["quippy_descriptor", "dscribe_descriptor"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_first_channel_is_the_average_descriptor_of_the_structure_without_species(library, seed, request):
    descriptor, basis = request.getfixturevalue(library), {"q": "quip", "d": "gto"}[library[0]]
    atoms = random_structure(seed)
    bare = Atoms(np.full(len(atoms), 29), atoms.positions, cell=atoms.cell, pbc=True)
    from arise_zoo.descriptors import component_order, nearest_neighbour_scale

    theirs = descriptor(bare, extrinsic_scale=first_peak_distance(bare) / nearest_neighbour_scale(bare, 29, 29))
    even = [n > 0 and l % 2 == 0 for n, _, l in component_order(basis=basis)]
    soap = ChannelSOAP(basis=basis)
    ours = soap.create(atoms)[: soap.n_features // 3]
    kept = theirs[: len(even)][even]
    assert np.abs(ours - kept / np.linalg.norm(kept)).max() < 1e-6


@settings(max_examples=12, deadline=None)
@given(seed=seeds, periodic=st.booleans())
def test_rotating_translating_and_reordering_changes_nothing(seed, periodic):
    atoms = random_structure(seed, periodic)
    rng = rng_for("channel test", seed)
    moved = atoms[rng.permutation(len(atoms))]
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    moved.set_cell(moved.cell.array @ rotation)
    moved.positions = moved.positions @ rotation + rng.normal(size=3) * 20
    assert np.abs(ChannelSOAP().create(moved) - ChannelSOAP().create(atoms)).max() < 1e-9


@settings(max_examples=12, deadline=None)
@given(seed=seeds, repeat=st.tuples(*[st.integers(1, 3)] * 3), factor=st.floats(0.2, 5.0))
def test_supercells_and_other_lattice_constants_change_nothing(seed, repeat, factor):
    atoms = random_structure(seed)
    larger = atoms.repeat(repeat)
    larger.set_cell(larger.cell.array * factor, scale_atoms=True)
    assert np.abs(ChannelSOAP().create(larger) - ChannelSOAP().create(atoms)).max() < 1e-8


@settings(max_examples=12, deadline=None)
@given(seed=seeds, elements=st.permutations([1, 29, 47, 118]))
def test_which_species_there_are_changes_nothing_and_the_first_channel_sees_none(seed, elements):
    atoms = random_structure(seed, species=(29, 47, 118))
    soap = ChannelSOAP()
    expected, third = soap.create(atoms), soap.n_features // 3
    renamed = atoms.copy()
    renamed.numbers = [dict(zip((29, 47, 118), elements, strict=False))[z] for z in atoms.numbers]
    assert np.abs(soap.create(renamed) - expected).max() < 1e-9
    renamed.numbers[:] = 6
    assert np.abs(soap.create(renamed)[:third] - expected[:third]).max() < 1e-9


def test_an_element_has_no_unlike_channel_and_two_equal_ones():
    soap = ChannelSOAP()
    every, like, unlike = soap.create(bulk("Cu").repeat(3)).reshape(3, -1)
    assert np.array_equal(every, like) and not unlike.any()
    assert len(soap.components) == soap.n_features == 540


def test_one_foreign_atom_in_many_hardly_moves_the_descriptor():
    atoms = bulk("Cu", cubic=True).repeat(4)
    pristine = ChannelSOAP().create(atoms)
    atoms.numbers[7] = 28
    assert np.linalg.norm(ChannelSOAP().create(atoms) - pristine) < 0.02


@pytest.mark.parametrize(
    ("atoms", "nearest"),
    [(bulk("Cu", a=3.6), 3.6 / 2**0.5), (bulk("C", a=3.57), 3.57 * 0.1875**0.5), (graphene(vacuum=10), 2.46 / 3**0.5)],
)
def test_the_first_peak_of_a_crystal_is_its_nearest_neighbour_distance(atoms, nearest):
    atoms.pbc = True
    assert first_peak_distance(atoms) == pytest.approx(nearest, rel=5e-3)


def test_in_bcc_it_lies_between_the_first_and_the_second_neighbours():
    assert 3.0 * 0.75**0.5 < first_peak_distance(bulk("W", a=3.0)) < 1.1 * 3.0 * 0.75**0.5


def test_heat_and_vacancies_move_the_first_peak_by_little():
    atoms = bulk("W", a=3.0, cubic=True).repeat(5)
    pristine = first_peak_distance(atoms)
    atoms.rattle(0.08 * pristine, seed=0)
    assert first_peak_distance(atoms) == pytest.approx(pristine, rel=0.04)
    del atoms[rng_for("vacancies").permutation(len(atoms))[:75]]
    assert first_peak_distance(atoms) == pytest.approx(pristine, rel=0.04)


@pytest.mark.parametrize(
    ("atoms", "said"),
    [
        (Atoms("Cu"), "no atom has a neighbour"),
        (Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 0]]), "atoms coincide"),
        (Atoms(), "without atoms"),
    ],
)
def test_structures_without_a_scale_get_one_sentence(atoms, said):
    with pytest.raises(StructureError, match=said):
        ChannelSOAP().create(atoms)


def test_parameters_out_of_range_get_one_sentence():
    with pytest.raises(DescriptorError, match="must be positive"):
        ChannelSOAP(r_cut=0)


def test_balls_are_what_balls_cut_out_of_a_crystal_have_on_average():
    crystal, radius = bulk("NaCl", "rocksalt", a=5.0, cubic=True), 3.0
    unit, rng = first_peak_distance(crystal), rng_for("balls")
    large = crystal.repeat(7)
    balls = Atoms()
    for number in range(200):
        centre = (3 + rng.random(3)) * 5.0
        ball = large[np.linalg.norm(large.positions - centre, axis=1) < radius * unit]
        ball.positions += [100.0 * number, 0, 0]
        balls += Atoms(ball.numbers, ball.positions)
    grid = ChannelGrid([(1.0, 0.0), (1.0, 0.05)])
    ((whole, hot), (predicted, _)), length = grid.balls(crystal, [np.inf, radius])
    assert np.abs(whole - ChannelSOAP().create(crystal)).max() < 1e-12
    (((alone,),), _) = ChannelGrid([(1.0, 0.05)]).balls(crystal, [np.inf])
    assert np.abs(hot - alone).max() < 1e-12
    assert length == first_peak_distance(crystal)
    found = ChannelSOAP().create(balls)
    assert np.linalg.norm(found - predicted) < 0.02 < 0.2 < np.linalg.norm(found - whole)


def test_a_grid_gives_what_each_setting_alone_gives():
    atoms = random_structure(5, species=(29, 16))
    grid = ChannelGrid([(0.95, 0.0), (1.0, 0.0), (1.05, 0.0)])
    ((found,), _) = grid.balls(atoms, [np.inf])
    for vector, scale in zip(found, (0.95, 1.0, 1.05), strict=True):
        assert np.abs(vector - ChannelSOAP(extrinsic_scale=scale).create(atoms)).max() < 1e-6
