"""Boxes that share their sums: each has what going through all pairs gives, whatever the grid, and nothing is lost."""

from __future__ import annotations

import ase.build
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from arise_zoo.analysis import Grid, pattern_matching, shared_sums, strided_pattern_matching
from arise_zoo.analysis.boxes import members, spans
from arise_zoo.analysis.chunks import ChunkFolder
from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import ChannelSOAP, MovingSums
from arise_zoo.descriptors.local import coefficients
from arise_zoo.errors import AriseZooError, StructureError, UnknownNameError
from arise_zoo.models import load_model
from tests.local_brute_force import summed_spectra
from tests.random_structures import random_structure, seeds

shapes = st.sampled_from(["box", "sphere"])


def held(atoms, grid, shape):
    """How often each box holds each atom, images included, shape (n_boxes, n_atoms), by going through all images."""
    pbc = np.where(atoms.pbc, 4, 0)
    shifts = np.array(list(np.ndindex(*(2 * pbc + 1)))) - pbc
    away = grid.centres()[:, None, None] - atoms.positions[:, None] - shifts @ atoms.cell.array
    size = np.abs(away).max(axis=-1) if shape == "box" else np.linalg.norm(away, axis=-1)
    return (size <= grid.box / 2).sum(axis=2)


@settings(max_examples=8, deadline=None)
@given(seed=seeds, shape=shapes, pbc=st.tuples(*[st.booleans()] * 3), moving=st.permutations([1, 3, 4]))
def test_descriptors_are_what_sums_over_all_pairs_give_on_any_grid(seed, shape, pbc, moving):
    rng = rng_for("shared sums", seed)
    atoms = random_structure(seed, species=(29, 16, 8))
    atoms.pbc = pbc
    grid = Grid(rng.uniform(-1, 1, 3), rng.uniform(-1.5, 1.5, (3, 3)), moving, rng.uniform(2, 6))
    model = load_model("arise-field")
    result = strided_pattern_matching(
        atoms, model, grid=grid, shape=shape, scale="global", n_samples=0, descriptors=True, n_jobs=1
    )
    weights = held(atoms, grid, shape)
    np.testing.assert_array_equal(result.n_atoms, weights.sum(axis=1))
    parameters = {name: value for name, value in model.descriptor.items() if name != "kind"}
    expected = summed_spectra(atoms, ChannelSOAP(**parameters), weights)
    valid = (result.n_atoms >= 2) & expected.any(axis=1)
    np.testing.assert_array_equal(result.valid, valid)
    assert np.abs(result.descriptors[valid] - expected[valid]).max(initial=0) < 1e-6


@settings(max_examples=40, deadline=None)
@given(seed=seeds, shape=shapes, whole=st.booleans())
def test_rows_of_boxes_hold_what_each_box_holds(seed, shape, whole):
    """Whole numbers put many positions onto the very faces of boxes."""
    rng = rng_for("spans", seed)
    positions, step, box = rng.uniform(0, 12, (60, 3)), rng.uniform(-2, 2, 3), rng.uniform(1, 9)
    if whole:
        positions, step, box = positions.round(), step.round(), 2 * round(box)
    assume(step.any())  # no two boxes of a row stand at one place
    begins = np.array([0, 3, 4])
    centres = np.concatenate([rng.integers(0, 12, 3) + np.arange(n)[:, None] * step for n in (3, 1, 7)])
    found = [set() for _ in centres]
    for which, first, last in zip(*spans(positions, centres, begins, box, shape), strict=True):
        for i in range(first, last + 1):
            found[i].add(which)
    assert found == [set(inside) for inside in members(positions, centres, box, shape)]


@settings(max_examples=6, deadline=None)
@given(seed=seeds)
def test_a_box_that_holds_a_whole_cluster_has_the_descriptor_of_the_cluster(seed):
    atoms = random_structure(seed, periodic=False, species=(29, 16, 8))
    n = len(atoms)
    whole = MovingSums(ChannelSOAP(), atoms, 1).vectors(0, 1, np.arange(n), np.zeros(n, int), np.zeros(n, int))
    assert np.abs(whole[0] - ChannelSOAP().create(atoms)).max() < 1e-6


def test_the_inside_of_a_crystal_has_no_surfaces_and_an_interface_is_where_it_is(two_crystals):
    result = strided_pattern_matching(two_crystals, box=13, stride=3, scale="global", n_samples=10)
    middle = np.abs(result.centres[:, 1] - np.median(two_crystals.positions[:, 1])) < 4
    x, found = result.centres[:, 0], result.most_probable
    for number, label in ((47, "fcc_cu"), (26, "bcc_w")):
        inside = middle & (np.abs(x - two_crystals.positions[two_crystals.numbers == number, 0].mean()) < 4)
        # The one scale lies between those of the two crystals, 1.7 % from that of iron.
        assert np.mean(found[inside] == label) > 0.8
    crystal = ase.build.bulk("Cu", cubic=True).repeat(4)
    dense = strided_pattern_matching(crystal, box=7, stride=3, scale="global", n_samples=0, descriptors=True)
    soap = ChannelSOAP(**{name: value for name, value in dense_parameters().items()})
    assert np.abs(dense.descriptors - soap.create(crystal)).max() < 1e-6


def dense_parameters():
    return {name: value for name, value in load_model("arise-field").descriptor.items() if name != "kind"}


def test_neither_threads_nor_the_size_of_the_parts_change_a_result(two_crystals, monkeypatch):
    options = {"box": 13, "stride": 4, "n_samples": 4, "scale": "global", "descriptors": True}
    whole = strided_pattern_matching(two_crystals, n_jobs=1, **options)
    monkeypatch.setattr(shared_sums, "POSITIONS_AT_ONCE", 23)
    monkeypatch.setattr(coefficients, "_PER_THREAD", 5)
    split = strided_pattern_matching(two_crystals, n_jobs=3, **options)
    np.testing.assert_array_equal(split.n_atoms, whole.n_atoms)
    np.testing.assert_allclose(split.descriptors, whole.descriptors, atol=1e-6)
    np.testing.assert_allclose(split.probabilities, whole.probabilities, atol=1e-4)


def test_each_atom_is_expanded_once_and_given_up_when_the_boxes_have_passed(monkeypatch):
    rod = ase.build.bulk("Cu", cubic=True).repeat((30, 4, 4))
    rod.pbc = False
    expanded, kept = [], []
    need = coefficients.Coefficients.need

    def counted(self, needed):
        need(self, needed)
        expanded.append(len(self._missing))
        kept.append(int(needed.sum()))

    monkeypatch.setattr(coefficients.Coefficients, "need", counted)
    monkeypatch.setattr(shared_sums, "POSITIONS_AT_ONCE", 40)
    strided_pattern_matching(rod, box=8, stride=3, padding=0, scale="global", n_samples=0)
    assert sum(expanded) == len(rod)
    assert max(kept) < 0.2 * len(rod)


def test_an_interrupted_call_goes_on_where_it_ended(two_crystals, tmp_path, monkeypatch):
    monkeypatch.setattr(shared_sums, "POSITIONS_AT_ONCE", 30)
    options = {"box": 13, "stride": 5, "n_samples": 3, "scale": "global"}
    written = []
    write = ChunkFolder.write

    def write_until_interrupted(self, number, arrays):
        if len(written) == 3:
            raise KeyboardInterrupt
        write(self, number, arrays)
        written.append(number)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ChunkFolder, "write", write_until_interrupted)
        strided_pattern_matching(two_crystals, work=tmp_path, **options)
    answered = []
    answers = pattern_matching._answers
    monkeypatch.setattr(pattern_matching, "_answers", lambda *a: answered.append(len(a[2])) or answers(*a))
    resumed = strided_pattern_matching(two_crystals, work=tmp_path, **options)
    assert sum(answered) == len(resumed) - 3 * 30
    fresh = strided_pattern_matching(two_crystals, **options)
    np.testing.assert_allclose(resumed.probabilities, fresh.probabilities, atol=1e-5)


def test_what_cannot_share_its_sums_gets_one_sentence(two_crystals):
    with pytest.raises(AriseZooError, match="arise-mlp has a length scale for each pair of species"):
        strided_pattern_matching(two_crystals, "arise-mlp", scale="global")
    with pytest.raises(AriseZooError, match="leave the scheduler out"):
        strided_pattern_matching(two_crystals, scale="global", scheduler="tcp://127.0.0.1:1")
    with pytest.raises(UnknownNameError, match="did you mean 'global'"):
        strided_pattern_matching(two_crystals, scale="globl")
    coinciding = two_crystals + two_crystals[:1]
    with pytest.raises(StructureError, match="angstrom apart"):
        strided_pattern_matching(coinciding, scale="global")
