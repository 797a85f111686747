"""Networks that are averaged: what is stored, what passes give, against Keras on the same files."""

import numpy as np
import pytest

from arise_zoo.models.checkpoint import write_network
from arise_zoo.models.network.architecture import Architecture, average
from arise_zoo.models.network.forward import Member, Network, NetworkError, read_network
from arise_zoo.models.network.prediction import predict

keras = pytest.importorskip("keras")


@pytest.fixture(scope="module")
def networks():
    rng = np.random.default_rng(0)
    shapes = [Architecture(hidden=(32, 16), dropout=0.2), Architecture(hidden=(24, 20), dropout=0.1)]
    return [s.build(rng.normal(size=316), 0.5 + rng.random(316), seed=i) for i, s in enumerate(shapes)]


@pytest.fixture(scope="module")
def vectors():
    return np.random.default_rng(1).normal(size=(40, 316)).astype(np.float32)


@pytest.fixture(scope="module")
def folder(networks, tmp_path_factory):
    folder = tmp_path_factory.mktemp("averaged")
    write_network(folder, average(networks))
    return folder


@pytest.fixture(scope="module")
def alone(networks, tmp_path_factory):
    """Each of the networks, saved and read by itself."""
    folders = [tmp_path_factory.mktemp("network") for _ in networks]
    for place, network in zip(folders, networks, strict=True):
        write_network(place, network)
    return [Member(place) for place in folders]


def test_without_dropping_it_is_the_mean_as_keras_computes_it(folder, networks, vectors):
    mean = np.mean([network.predict(vectors, verbose=0) for network in networks], axis=0)
    again = keras.saving.load_model(folder, compile=False).predict(vectors, verbose=0)
    ours = predict(read_network(folder), vectors, 0).probabilities
    np.testing.assert_allclose(again, mean, atol=1e-6)
    np.testing.assert_allclose(ours, mean, atol=1e-6)


def test_an_average_gives_the_same_before_it_is_saved(networks, vectors):
    mean = np.mean([network.predict(vectors, verbose=0) for network in networks], axis=0)
    np.testing.assert_allclose(average(networks).predict(vectors, verbose=0), mean, atol=1e-6)


def test_passes_go_round_among_the_networks(folder, alone, vectors):
    said = predict(read_network(folder), vectors, 7, seed=3).probabilities
    passes = []
    for t in range(7):
        member = alone[t % 2]
        (logits,) = member.monte_carlo_passes(member.standardised(vectors), [t], 3)
        passes.append(np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(said, np.mean(passes, axis=0), atol=1e-6)


def test_a_hidden_layer_is_the_layers_side_by_side(folder, alone, vectors):
    said = predict(read_network(folder), vectors, 0, hidden=[1]).activations[1]
    layers = [member.plain_pass(member.standardised(vectors))[0][1] for member in alone]
    np.testing.assert_allclose(said, np.hstack(layers), atol=1e-5)
    assert said.shape == (40, 16 + 20)


def test_networks_that_do_not_fit_each_other_are_refused(alone, tmp_path):
    write_network(tmp_path, Architecture(hidden=(8,)).build(np.zeros(316), np.ones(316)))
    with pytest.raises(NetworkError, match="same inputs"):
        Network([alone[0], Member(tmp_path)])
