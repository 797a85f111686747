"""Strided pattern matching: every box is what it would be on its own, and a call can be split, stopped and stored."""

import ase.build
import numpy as np
import pandas as pd
import pytest
from ase import Atoms
from hypothesis import given, settings
from hypothesis import strategies as st

import arise_zoo
from arise_zoo.analysis import load_result, make_grid, pattern_matching, strided_pattern_matching
from arise_zoo.analysis.chunks import ChunkFolder
from arise_zoo.analysis.result import ResultError
from arise_zoo.descriptors import AveragedSOAP
from arise_zoo.errors import AriseZooError, StructureError
from arise_zoo.models import load_model


def cut_out(atoms, centre, box):
    finite = Atoms(atoms.numbers, atoms.positions)
    return finite[np.abs(atoms.positions - centre).max(axis=1) <= box / 2]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2]), st.floats(0.0, 0.3))
def test_descriptors_are_those_of_the_boxes_cut_out(seed, n_species, disorder):
    rng = np.random.default_rng(seed)
    atoms = ase.build.bulk("Cu", cubic=True).repeat(6)
    atoms.numbers = rng.choice([29, 79][:n_species], len(atoms))
    atoms.positions += rng.uniform(-disorder, disorder, (len(atoms), 3))
    atoms.pbc = False
    result = strided_pattern_matching(atoms, "arise-mlp", box=9, stride=6.5, n_samples=0, descriptors=True, min_atoms=8)
    soap = AveragedSOAP(**load_model("arise-mlp").descriptor)
    for i, centre in enumerate(result.centres):
        inside = cut_out(atoms, centre, 9)
        assert result.n_atoms[i] == len(inside)
        if len(inside) >= 8:
            np.testing.assert_allclose(result.descriptors[i], soap.create(inside), atol=1e-6)
        else:
            assert np.isnan(result.descriptors[i]).all()


def test_answers_are_those_of_classify_for_the_boxes_cut_out(two_crystals):
    result = strided_pattern_matching(two_crystals, box=14, stride=6, n_samples=30, hidden=[1])
    some = np.flatnonzero(result.valid)[::4]
    boxes = [cut_out(two_crystals, result.centres[i], 14) for i in some]
    for i, answer in zip(some, arise_zoo.classify(boxes, n_samples=30), strict=True):
        assert answer.label == result.most_probable[i]
        assert answer.probability == pytest.approx(result.probabilities[i].max(), abs=1e-4)
        assert answer.mutual_information == pytest.approx(result.mutual_information[i], abs=1e-4)
    assert result.hidden[1].shape == (len(result), 3 * 512)


def test_each_crystal_is_recognised_where_it_is_and_nothing_where_nothing_is(two_crystals):
    result = strided_pattern_matching(two_crystals, box=13, stride=2, n_samples=30)
    assert result.grid.axes == "xy"
    middle = np.abs(result.centres[:, 1] - np.median(two_crystals.positions[:, 1])) < 3
    x, found = result.centres[:, 0], result.most_probable
    ag = two_crystals.positions[two_crystals.numbers == 47, 0]
    fe = two_crystals.positions[two_crystals.numbers == 26, 0]
    assert (found[middle & (np.abs(x - ag.mean()) < 4)] == "fcc_cu").all()
    assert (found[middle & (np.abs(x - fe.mean()) < 4)] == "bcc_w").all()
    gap = np.abs(x - (ag.max() + fe.min()) / 2) < 1.4
    assert gap.any() and (result.n_atoms[gap] == 0).all()
    for empty in (result.probabilities[gap], result.mutual_information[gap], result.variation_ratio[gap]):
        assert np.isnan(empty).all()
    assert (found[gap] == "").all()
    assert sum(result.counts().values()) == result.valid.sum()


def test_a_periodic_crystal_looks_the_same_one_period_further():
    crystal = ase.build.bulk("Cu", cubic=True).repeat(4)
    grid = make_grid(crystal, box=9, stride=3.61)
    result = strided_pattern_matching(crystal, grid=grid, n_samples=20)
    assert grid.shape == (4, 4, 4)
    assert result.valid.all() and set(result.most_probable) == {"fcc_cu"}
    assert np.ptp(result.probabilities, axis=0).max() < 1e-4


def test_one_dimension_and_spheres_work_too():
    rod = ase.build.bulk("Fe", cubic=True).repeat((12, 3, 3))
    rod.pbc = False
    result = strided_pattern_matching(rod, box=9, stride=2, n_samples=10, shape="sphere")
    assert result.grid.axes == "x"
    inside = np.linalg.norm(rod.positions - result.centres[6], axis=1) <= 4.5
    assert result.n_atoms[6] == inside.sum()


def test_boxes_that_hold_the_same_atoms_are_described_once(monkeypatch):
    clusters = [ase.build.bulk("Cu", cubic=True).repeat(2).positions + np.array([0, 0, z]) for z in (0, 40)]
    atoms = Atoms("Cu64", positions=np.concatenate(clusters))
    described = []
    describe = pattern_matching.Model.describe
    monkeypatch.setattr(
        pattern_matching.Model, "describe", lambda self, a: described.append(len(a[0])) or describe(self, a)
    )
    result = strided_pattern_matching(atoms, box=20, stride=1, n_samples=3)
    assert len(described) < 0.7 * result.valid.sum()
    held = [np.abs(atoms.positions - centre).max(axis=1) <= 10 for centre in result.centres[result.valid]]
    assert len(described) == len({inside.tobytes() for inside in held})


def _on_dask(atoms, **options):
    distributed = pytest.importorskip("distributed", reason="Dask is in the extra 'dask'")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        return strided_pattern_matching(atoms, scheduler=cluster.scheduler_address, **options)


def test_neither_workers_nor_the_size_of_the_parts_change_a_result(two_crystals, monkeypatch):
    whole = strided_pattern_matching(two_crystals, box=13, stride=5, n_samples=10)
    monkeypatch.setattr(pattern_matching, "_POSITIONS_AT_ONCE", 23)
    for split in (
        strided_pattern_matching(two_crystals, box=13, stride=5, n_samples=10),
        strided_pattern_matching(two_crystals, box=13, stride=5, n_samples=10, n_jobs=2),
        _on_dask(two_crystals, box=13, stride=5, n_samples=10),
    ):
        np.testing.assert_array_equal(split.n_atoms, whole.n_atoms)
        np.testing.assert_allclose(split.probabilities, whole.probabilities, atol=1e-5)


def test_an_interrupted_call_goes_on_where_it_ended_and_one_of_other_settings_does_not(
    two_crystals, tmp_path, monkeypatch
):
    monkeypatch.setattr(pattern_matching, "_POSITIONS_AT_ONCE", 20)
    written = []
    write = ChunkFolder.write

    def write_until_interrupted(self, number, arrays):
        if len(written) == 3:
            raise KeyboardInterrupt
        write(self, number, arrays)
        written.append(number)

    options = {"box": 13, "stride": 5, "n_samples": 5, "work": tmp_path}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ChunkFolder, "write", write_until_interrupted)
        strided_pattern_matching(two_crystals, **options)
    classified = []
    classify = pattern_matching._classify_boxes
    monkeypatch.setattr(pattern_matching, "_classify_boxes", lambda *a: classified.append(len(a[2])) or classify(*a))
    resumed = strided_pattern_matching(two_crystals, **options)
    assert sum(classified) == len(resumed) - 3 * 20
    assert not list(tmp_path.rglob("*.part"))
    fresh = strided_pattern_matching(two_crystals, **{**options, "work": None})
    np.testing.assert_array_equal(resumed.probabilities, fresh.probabilities)
    classified.clear()
    strided_pattern_matching(two_crystals, **{**options, "seed": 1})
    assert sum(classified) == len(resumed)


def test_a_result_is_one_file_that_pandas_opens(two_crystals, tmp_path):
    result = strided_pattern_matching(two_crystals, box=13, stride=6, n_samples=5, hidden=[0, 2], descriptors=True)
    path = result.save(tmp_path / "result.parquet")
    again = load_result(path)
    assert again.labels == result.labels and again.settings == result.settings
    assert again.grid.shape == result.grid.shape
    np.testing.assert_array_equal(again.centres, result.centres)
    for name in ("n_atoms", "probabilities", "mutual_information", "predictive_entropy", "descriptors"):
        np.testing.assert_array_equal(getattr(again, name), getattr(result, name))
    np.testing.assert_array_equal(again.hidden[2], result.hidden[2])
    table = pd.read_parquet(path)
    assert len(table) == len(result) and {"x", "y", "z", "most_probable", "p_fcc_cu"} <= set(table.columns)
    other = tmp_path / "other.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(other)
    with pytest.raises(ResultError, match=r"other\.parquet holds no result"):
        load_result(other)
    with pytest.raises(ResultError, match="there is no file"):
        load_result(tmp_path / "absent.parquet")


def test_unusable_input_gets_one_sentence(two_crystals):
    with pytest.raises(StructureError, match="holds no atoms"):
        strided_pattern_matching(Atoms())
    with pytest.raises(StructureError, match="atoms of no element"):
        strided_pattern_matching(Atoms("X2", positions=[[0, 0, 0], [0, 0, 20]]))
    with pytest.raises(AriseZooError, match="unknown shape of the box 'cube'"):
        strided_pattern_matching(two_crystals, shape="cube")
    with pytest.raises(AriseZooError, match="there is no hidden layer 9"):
        strided_pattern_matching(two_crystals, hidden=[9])
    with pytest.raises(AriseZooError, match="needs at least 2 atoms"):
        strided_pattern_matching(two_crystals, min_atoms=0)
