"""The descriptor of every atom: against brute force, quippy, DScribe and `ChannelSOAP`, its invariances, its memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.neighborlist import neighbor_list
from hypothesis import given, settings
from hypothesis import strategies as st

from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import ChannelSOAP, LocalSOAP, environments_by_dscribe, first_peak_distance
from arise_zoo.descriptors.averaged_soap import component_order
from arise_zoo.descriptors.local import blocks, coefficients
from arise_zoo.errors import DescriptorError, StructureError
from tests.local_brute_force import summed_spectra
from tests.random_structures import random_structure, seeds

BASES = pytest.mark.parametrize("basis", ["quip", "gto"])


def by_brute_force(atoms, soap):
    scale = first_peak_distance(atoms)
    a, b, apart = neighbor_list("ijd", atoms, soap.radius * scale)
    phase = np.clip((apart / scale - soap.radius + soap.taper) / soap.taper, 0, 1)
    near = np.eye(len(atoms))
    np.add.at(near, (a, b), 0.5 + 0.5 * np.cos(np.pi * phase))
    return summed_spectra(atoms, soap, near)


@BASES
@settings(max_examples=6, deadline=None)
@given(seed=seeds, periodic=st.booleans(), odd=st.booleans())
def test_it_is_what_sums_over_all_pairs_give(basis, seed, periodic, odd):
    atoms = random_structure(seed, periodic, species=(29, 16, 8))
    soap = LocalSOAP(r_cut=3.0, n_max=7 if odd else 8, l_max=6, radius=1.9, basis=basis)
    assert np.abs(soap.create(atoms) - by_brute_force(atoms, soap)).max() < 1e-6


@pytest.mark.parametrize("seed", [1, 2])
def test_without_neighbourhood_it_is_what_quippy_gives_for_each_atom(seed):
    from quippy.descriptors import Descriptor

    atoms = random_structure(seed)
    scale = first_peak_distance(atoms)
    bare = Atoms("Cu" * len(atoms), atoms.positions / scale, cell=atoms.cell.array / scale, pbc=True)
    soap = LocalSOAP(r_cut=3.0, sigma=0.1, n_max=9, l_max=6, radius=0)
    theirs = Descriptor("soap cutoff=3.0 l_max=6 n_max=9 atom_sigma=0.1 central_weight=0.0").calc(bare)["data"]
    assert np.abs(first_channel(soap, atoms) - even_of(theirs, "quip")).max() < 1e-6


@pytest.mark.parametrize("seed", [1, 2])
def test_without_neighbourhood_it_is_what_dscribe_gives_for_each_atom(seed):
    atoms = random_structure(seed)
    soap = LocalSOAP(r_cut=3.0, sigma=0.1, n_max=9, l_max=6, radius=0, basis="gto")
    theirs = environments_by_dscribe(atoms, r_cut=3.0, sigma=0.1, unit=first_peak_distance(atoms))
    assert np.abs(first_channel(soap, atoms) - even_of(theirs, "gto")).max() < 1e-6


def first_channel(soap, atoms):
    return soap.create(atoms)[:, : soap.n_features // 3]


def even_of(vectors, basis):
    """The components of even l, normalised."""
    order = component_order(basis=basis)
    kept = vectors[:, [i for i, (n, _, l) in enumerate(order) if n > 0 and l % 2 == 0]]
    return kept / np.linalg.norm(kept, axis=1, keepdims=True)


@settings(max_examples=6, deadline=None)
@given(seed=seeds)
def test_a_neighbourhood_that_is_all_of_a_cluster_gives_every_atom_the_descriptor_of_the_cluster(seed):
    atoms = random_structure(seed, periodic=False, species=(29, 16, 8))
    soap = LocalSOAP(radius=20.0, taper=1.0)
    whole = ChannelSOAP(soap.r_cut, soap.sigma, soap.n_max, soap.l_max)
    assert whole.components == soap.components
    assert np.abs(soap.create(atoms) - whole.create(atoms)).max() < 1e-6


@settings(max_examples=12, deadline=None)
@given(seed=seeds, periodic=st.booleans())
def test_rotating_and_translating_changes_nothing_and_atoms_keep_their_vectors_in_another_order(seed, periodic):
    atoms = random_structure(seed, periodic)
    rng = rng_for("local test", seed)
    order = rng.permutation(len(atoms))
    moved = atoms[order]
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    moved.set_cell(moved.cell.array @ rotation)
    moved.positions = moved.positions @ rotation + rng.normal(size=3) * 20
    assert np.abs(LocalSOAP().create(moved) - LocalSOAP().create(atoms)[order]).max() < 2e-6


@settings(max_examples=12, deadline=None)
@given(seed=seeds, repeat=st.tuples(*[st.integers(1, 3)] * 3), factor=st.floats(0.2, 5.0))
def test_copies_of_an_atom_in_supercells_of_any_lattice_constant_have_its_vector(seed, repeat, factor):
    atoms = random_structure(seed)
    larger = atoms.repeat(repeat)
    larger.set_cell(larger.cell.array * factor, scale_atoms=True)
    expected = np.tile(LocalSOAP().create(atoms), (np.prod(repeat), 1))
    assert np.abs(LocalSOAP().create(larger) - expected).max() < 2e-6


@settings(max_examples=6, deadline=None)
@given(seed=seeds, elements=st.permutations([1, 29, 47, 118]))
def test_which_species_there_are_changes_nothing_and_the_first_channel_sees_none(seed, elements):
    atoms = random_structure(seed, species=(29, 47, 118))
    soap = LocalSOAP()
    expected = soap.create(atoms)
    renamed = atoms.copy()
    renamed.numbers = [dict(zip((29, 47, 118), elements, strict=False))[z] for z in atoms.numbers]
    assert np.abs(soap.create(renamed) - expected).max() < 2e-6
    renamed.numbers[:] = 6
    third = soap.n_features // 3
    assert np.abs(soap.create(renamed)[:, :third] - expected[:, :third]).max() < 2e-6


def test_moving_an_atom_a_little_changes_no_vector_much():
    """An atom that enters a neighbourhood or leaves it has no weight there."""
    atoms = random_structure(3)
    moved = atoms.copy()
    moved.positions[0] += 1e-4
    assert np.abs(LocalSOAP().create(moved) - LocalSOAP().create(atoms)).max() < 1e-3


def test_blocks_and_threads_change_nothing(monkeypatch):
    atoms = bulk("NaCl", "rocksalt", a=5.6).repeat((5, 6, 7))
    atoms.rattle(0.2, seed=1)
    expected = LocalSOAP().create(atoms, n_threads=1)
    monkeypatch.setattr(blocks, "_AT_ONCE", 50)
    monkeypatch.setattr(coefficients, "_PER_THREAD", 7)
    assert np.abs(LocalSOAP().create(atoms, n_threads=3) - expected).max() < 1e-6
    numbers = np.concatenate([n for n, _ in LocalSOAP().blocks(atoms, n_threads=1)])
    assert np.array_equal(np.sort(numbers), np.arange(len(atoms)))


def test_memory_does_not_grow_with_the_length_of_a_rod(monkeypatch):
    monkeypatch.setattr(blocks, "_AT_ONCE", 100)
    soap, peaks = LocalSOAP(r_cut=2.0, n_max=4, l_max=4, radius=1.5), []
    cell = bulk("NaCl", "rocksalt", a=5.6, cubic=True)
    for length in (20, 80):
        atoms = cell.repeat((length, 2, 2))
        list(soap.blocks(atoms, 1))  # what is made once
        tracemalloc.start()
        for _ in soap.blocks(atoms, 1):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    positions = 60 * len(cell) * 4 * 1000  # those of 60 cells more, with all that is known of them
    assert peaks[1] - peaks[0] < positions


def test_an_element_has_no_unlike_channel_and_two_equal_ones():
    soap = LocalSOAP()
    every, like, unlike = soap.create(bulk("Cu").repeat(3)).reshape(27, 3, -1).transpose(1, 0, 2)
    assert np.array_equal(every, like) and not unlike.any()
    assert len(soap.components) == soap.n_features == 432


def test_an_atom_without_neighbours_has_a_vector_of_zeros():
    atoms = bulk("Cu").repeat(3) + Atoms("Cu", [[40, 40, 40]])
    atoms.pbc = False
    vectors = LocalSOAP().create(atoms)
    assert not vectors[-1].any()
    assert np.linalg.norm(vectors[:-1, :144], axis=1) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(
    ("atoms", "said"),
    [
        (Atoms("Cu"), "no atom has a neighbour"),
        (Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 0]]), "atoms coincide|angstrom apart"),
        (Atoms(), "without atoms"),
    ],
)
def test_structures_without_a_scale_get_one_sentence(atoms, said):
    with pytest.raises(StructureError, match=said):
        LocalSOAP().create(atoms)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [({"r_cut": 0}, "must be positive"), ({"radius": -1}, "radius must not be"), ({"taper": 0}, "taper must be")],
)
def test_parameters_out_of_range_get_one_sentence(parameters, said):
    with pytest.raises(DescriptorError, match=said):
        LocalSOAP(**parameters)
