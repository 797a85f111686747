"""Structures with defects that networks are trained on and compared with: none of them is the benchmark's."""

import numpy as np

from arise_zoo.common.seeds import rng_for
from arise_zoo.models.augmentation.perturbed import (
    MOST_DISPLACED,
    MOST_MISSING,
    SELECTION_SEED,
    PerturbedStructure,
    selection_rows,
    training_rows,
    training_structures,
)
from arise_zoo.models.training.plans import PLANS
from arise_zoo.prototypes import get_prototype
from arise_zoo.structures import CONDITIONS, StructureSpec, benchmark_structures, supercell
from arise_zoo.structures.spec import DEFECTIVE_CONDITIONS


def test_no_structure_to_train_on_or_to_choose_by_is_drawn_as_one_of_the_benchmark():
    """All draws of a structure follow from its seed and id alone, so that no two may be the same."""
    benchmark = {f"{s.seed}/{s.id}" for c in DEFECTIVE_CONDITIONS for s in benchmark_structures(c)}
    assert len(benchmark) == 24 * 5880
    selection = {f"{s.seed}/{s.id}" for c in DEFECTIVE_CONDITIONS for s in benchmark_structures(c, seed=SELECTION_SEED)}
    training = {f"{s.seed}/{s.id}" for v in range(PLANS["arise-robust"].perturbed) for s in training_structures(v)}
    assert not benchmark & selection
    assert not benchmark & training
    assert not selection & training


def test_structures_to_train_on_differ_from_the_benchmarks_atom_by_atom():
    ours = PerturbedStructure("fcc_cu", 5, True, next(v for v in range(99) if _is_displaced_alone(v)))
    pristine = supercell(get_prototype("fcc_cu"), 5, periodic=True).positions
    moved = ours.build().positions - pristine
    for condition in ("displacement-0.04", "displacement-0.1"):
        for iteration in range(10):
            theirs = StructureSpec("fcc_cu", 5, True, condition, iteration).build().positions - pristine
            correlation = np.corrcoef(moved.ravel(), theirs.ravel())[0, 1]
            assert abs(correlation) < 0.25, "another draw scaled would give 1"


def test_amounts_reach_a_little_past_those_of_the_benchmark():
    amounts = np.array([PerturbedStructure("nacl", 3, False, v).amounts() for v in range(600)])
    missing, displacement = amounts.T
    assert 0.32 < missing.max() < MOST_MISSING and 0.115 < displacement.max() < MOST_DISPLACED
    assert max(c.missing for c in CONDITIONS.values()) < MOST_MISSING
    assert max(c.displacement for c in CONDITIONS.values()) < MOST_DISPLACED
    assert 0.25 < np.mean(missing == 0) < 0.42 and 0.1 < np.mean(displacement == 0) < 0.24


def test_what_has_been_described_is_not_described_again(tmp_path):
    first = training_rows(tmp_path, [0], n_jobs=1, classes=["fcc_cu", "nacl"])
    assert first[0].shape == (12, 316) and len(first[1]) == 12
    files = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = training_rows(tmp_path, [0], n_jobs=1, classes=["fcc_cu", "nacl"])
    assert np.array_equal(first[0], again[0])
    assert files == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_rows_to_choose_by_have_the_benchmarks_conditions(tmp_path):
    vectors, labels = selection_rows(tmp_path, "both-0.3-0.1", 1, n_jobs=1, classes=["fcc_cu"])
    assert vectors.shape == (6, 316) and set(labels) == {labels[0]}


def _is_displaced_alone(variant):
    missing, displacement = PerturbedStructure("fcc_cu", 5, True, variant).amounts()
    return missing == 0 and displacement > 0.05


def test_the_stream_is_that_of_seed_and_id():
    structure = PerturbedStructure("fcc_cu", 5, True, 0)
    kind = rng_for(structure.seed, structure.id).random()
    assert (structure.amounts()[0] == 0) == (kind < 1 / 3)
