"""Naive Bayes and the Bayesian network as methods of the benchmark."""

import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms

from arise_zoo import evaluate, get_method
from arise_zoo.benchmark.tables import published_accuracy
from arise_zoo.benchmark.vectors import StoredVectors
from arise_zoo.datasets import build
from arise_zoo.errors import AriseZooError
from arise_zoo.methods import UNKNOWN
from arise_zoo.prototypes import class_ids
from arise_zoo.structures import StructureSpec, benchmark_structures, pristine_structures

NAMES = ("gnb", "bnb", "random-forest", "cosine", "arise-mlp", "arise-thermal", "arise-robust")
SOME = ("fcc_cu/k4/finite/pristine/0", "nacl/k1/periodic/pristine/0", "fcc_cu/k5/periodic/missing-0.05/3")


@pytest.fixture(scope="module")
def structures():
    return [StructureSpec.from_id(structure).build() for structure in SOME]


@pytest.fixture(scope="module")
def small_data(tmp_path_factory):
    """The first two structures of one condition and of the pristine ones."""
    out = tmp_path_factory.mktemp("data")
    build("defects", out, only=["missing-0.05"], limit=2)
    build("prototypes", out, only=["pristine"], limit=3)
    return out


@pytest.mark.parametrize("name", NAMES)
def test_it_treats_all_classes_periodic_and_finite(name):
    method = get_method(name)
    assert method.recognises == class_ids() and method.finite
    assert method.trained_on_defects == (name == "arise-robust")


@pytest.mark.parametrize("name", NAMES)
def test_what_it_has_learnt_does_not_travel_with_it(name, structures):
    method = get_method(name)
    expected = method.predict_many(structures)
    assert len(pickle.dumps(method)) < 1000
    for ours, theirs in zip(pickle.loads(pickle.dumps(method)).predict_many(structures), expected, strict=True):
        assert ours[:2] == theirs[:2] and np.array_equal(ours.probabilities, theirs.probabilities)
    assert all(0 < answer.confidence <= 1 and answer.labels in class_ids() for answer in expected)


def test_the_network_recognises_crystals_and_is_sure(structures):
    answers = get_method("arise-mlp").predict_many(structures)
    assert [answer.labels for answer in answers] == ["fcc_cu", "nacl", "fcc_cu"]
    assert min(answer.confidence for answer in answers) > 0.8


@pytest.mark.parametrize("name", NAMES)
def test_a_structure_without_a_descriptor_is_unknown(name, structures):
    answers = get_method(name).predict_many([Atoms("H"), structures[0]])
    assert answers[0] == (UNKNOWN, 0.0, None, None) and answers[1].labels in class_ids()


def test_the_network_is_compared_with_the_papers_row_of_its_name():
    assert published_accuracy("2", get_method("arise-mlp").paper_row, "supported", "displacement-0.04") == 99.29


def test_the_record_says_which_weights_and_how_many_passes():
    assert get_method("arise-mlp").engine.startswith("weights ")
    assert get_method("arise-mlp").engine.endswith("1000 passes")


@pytest.mark.parametrize("name", ["gnb", "arise-mlp"])
def test_stored_descriptors_give_the_predictions_of_the_structures(name, small_data):
    method, stored = get_method(name), StoredVectors(small_data)
    for condition in ("missing-0.05", "pristine"):
        specs = _first(condition)
        vectors = stored.of(condition, specs)
        from_structures = method.predict_many([spec.build() for spec in specs])
        for ours, theirs in zip(method.predict_vectors(vectors), from_structures, strict=True):
            assert ours.labels == theirs.labels
            assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-5)


def test_descriptors_that_are_not_stored_are_not_made_up(small_data):
    stored = StoredVectors(small_data)
    assert stored.of("missing-0.1", _first("missing-0.1")) is None
    assert stored.of("missing-0.05", [*_first("missing-0.05"), StructureSpec("nacl", 4, True, "missing-0.05")]) is None
    assert stored.of("missing-0.05", [replace(spec, seed=1) for spec in _first("missing-0.05")]) is None


def test_a_folder_without_data_sets_is_refused(tmp_path):
    with pytest.raises(AriseZooError, match=r"holds no data set of version .*arise-zoo build defects"):
        evaluate("gnb", "2", folder=tmp_path)


def test_a_changed_data_file_is_refused(small_data, tmp_path):
    shutil.copytree(small_data, tmp_path / "data")
    (path,) = (tmp_path / "data").rglob("missing-0.05/*.parquet")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(AriseZooError, match="does not match its SHA-256"):
        StoredVectors(tmp_path / "data").of("missing-0.05", _first("missing-0.05"))


def test_gnb_meets_the_paper_on_pristine_structures():
    record = evaluate("gnb", "2", only=["pristine"])
    (cell,) = record["cells"]
    assert cell["n"] == 396
    assert abs(cell["accuracy"] - cell["paper"]) < 1.5


@pytest.mark.slow
def test_the_network_is_right_on_all_pristine_structures():
    (cell,) = evaluate("arise-mlp", "2", only=["pristine"], n_jobs=-1)["cells"]
    assert cell["accuracy"] == 100.0


def _first(condition):
    """The structures of `small_data`."""
    all_specs = list(pristine_structures() if condition == "pristine" else benchmark_structures(condition))
    return all_specs[: 3 if condition == "pristine" else 2]


def test_bernoulli_sees_only_signs():
    from arise_zoo.models.baselines.naive_bayes import load_naive_bayes

    vectors = np.random.default_rng(0).normal(size=(20, 316))
    classifier = load_naive_bayes("bnb")
    assert np.array_equal(classifier.predict(vectors), classifier.predict(5 * vectors))
