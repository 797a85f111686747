"""Monte-Carlo prediction: what its numbers mean, that they can be had again, and what they cost."""

import tracemalloc

import numpy as np
import pytest

from arise_zoo.errors import AriseZooError
from arise_zoo.models.model import Model
from arise_zoo.models.network.forward import NetworkError


@pytest.fixture
def model(small_checkpoint):
    return Model(small_checkpoint)


def test_uncertainties_are_those_of_the_single_passes(model, vectors):
    said = model.predict(vectors, n_samples=50, seed=4)
    logits = np.array(list(model.network.monte_carlo_passes(model.network.standardised(vectors), 50, 4)), dtype=float)
    p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    mean = p.mean(axis=0)
    entropy_of_mean = -(mean * np.log2(mean)).sum(axis=1)
    mean_entropy = -(p * np.log2(p)).sum(axis=2).mean(axis=0)
    votes = np.array([np.bincount(row, minlength=4) for row in p.argmax(axis=2).T])
    assert np.allclose(said.probabilities, mean, atol=1e-6)
    assert np.allclose(said.predictive_entropy, entropy_of_mean, atol=1e-5)
    assert np.allclose(said.mutual_information, entropy_of_mean - mean_entropy, atol=1e-5)
    assert np.allclose(said.variation_ratio, 1 - votes.max(axis=1) / 50)
    assert said.mutual_information.min() >= 0 and said.mutual_information.max() > 0.01
    assert np.allclose(said.probabilities.sum(axis=1), 1, atol=1e-6)


def test_a_seed_gives_the_same_answer_again_and_another_seed_another(model, vectors):
    first, again, other = (model.predict_proba(vectors, 20, seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert 1e-3 < np.abs(first - other).max() < 0.5


def test_the_answer_does_not_depend_on_company_or_threads(model, vectors):
    many = np.tile(vectors, (3, 1))
    together = model.predict(many, 20, n_threads=2).probabilities
    alone = np.concatenate([model.predict_proba(row[None], 20) for row in vectors[:5]])
    assert np.abs(together[:5] - alone).max() < 1e-6
    assert np.array_equal(together, model.predict(many, 20, n_threads=1).probabilities)


def test_without_samples_nothing_is_dropped_and_nothing_is_left_to_learn(model, vectors):
    said = model.predict(vectors, n_samples=0)
    assert not said.mutual_information.any() and not said.variation_ratio.any()
    assert said.predictive_entropy.max() > 0.1


def test_activations_of_any_hidden_layer_are_had_on_request(model, vectors):
    assert model.predict(vectors, 1).activations == {}
    activations = model.predict(vectors, 1, hidden=(0, 2)).activations
    assert {layer: a.shape for layer, a in activations.items()} == {0: (600, 16), 2: (600, 12)}
    (member,) = model.network.members
    first = np.maximum(member.standardised(vectors) @ member.kernels[0] + member.biases[0], 0)
    assert np.allclose(activations[0], first)


def test_memory_does_not_grow_with_the_number_of_passes(model, vectors):
    def peak(n_samples):
        tracemalloc.start()
        model.predict(vectors, n_samples)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(2)
    assert peak(400) < 1.1 * peak(10) + 20_000


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"X": np.zeros((2, 3))}, r"must have the shape \(n, 7\), but theirs is \(2, 3\)"),
        ({"X": np.zeros(7)}, "must have the shape"),
        ({"X": np.full((1, 7), np.nan)}, "some are NaN or infinite"),
    ],
)
def test_descriptors_that_do_not_fit_are_refused(model, arguments, sentence):
    with pytest.raises(NetworkError, match=sentence):
        model.predict(**arguments)


def test_other_parameters_that_do_not_fit_are_refused(model, vectors):
    with pytest.raises(AriseZooError, match="number of samples must not be negative"):
        model.predict(vectors, -1)
    with pytest.raises(AriseZooError, match="there is no hidden layer 3; the model has layers 0 to 2"):
        model.predict(vectors, 1, hidden=[3])


def test_no_structures_are_no_answers(model):
    assert model.predict(np.zeros((0, 7)), 3).probabilities.shape == (0, 4)
