"""Keras and NumPy compute the same from the same files."""

import numpy as np
import pytest

from arise_zoo.models.model import Model
from arise_zoo.models.network.architecture import Architecture, ArchitectureError
from arise_zoo.models.network.forward import Member, NetworkError, read_network
from arise_zoo.models.network.prediction import predict

keras = pytest.importorskip("keras")


def test_the_default_is_the_architecture_of_the_papers_table_1():
    network = Architecture().build(np.zeros(316), np.ones(316))
    kinds = [type(layer).__name__ for layer in network.layers]
    hidden = ["Dense", "Dropout", "ReLU"]
    assert kinds == ["Normalization", "Dropout", *hidden, *hidden, *hidden, "Dense", "Softmax"]
    kernels = [w.shape for w in network.trainable_weights if len(w.shape) == 2]
    assert kernels == [(316, 256), (256, 512), (512, 256), (256, 108)]


def test_numpy_and_keras_agree_on_what_is_not_dropped(small_checkpoint, small_network, vectors):
    model = Model(small_checkpoint)
    expected = small_network.predict(vectors, verbose=0)
    assert np.abs(model.predict_proba(vectors, n_samples=0) - expected).max() < 1e-5
    again = model.to_keras()
    assert np.array_equal(again.predict(vectors, verbose=0), expected)


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_any_depth_survives_the_way_through_a_file(depth, tmp_path, vectors):
    network = Architecture(7, 3, hidden=(8,) * depth).build(np.full(7, 0.5), np.full(7, 2.0), seed=depth)
    network.save(tmp_path / "network", zipped=False)
    said = predict(read_network(tmp_path / "network"), vectors, n_samples=0).probabilities
    assert np.abs(said - network.predict(vectors, verbose=0)).max() < 1e-5


@pytest.mark.parametrize("input_dropout", [None, 0.0])
def test_numpys_monte_carlo_passes_have_the_mean_and_spread_of_keras(input_dropout, tmp_path, vectors):
    rng, n = np.random.default_rng(0), 3000
    architecture = Architecture(7, 4, hidden=(16, 24, 12), dropout=0.2, input_dropout=input_dropout)
    drawn = architecture.build(rng.normal(size=7), rng.uniform(0.5, 2, 7), seed=3)
    drawn.save(tmp_path / "network", zipped=False)
    saved, one = read_network(tmp_path / "network"), vectors[:1]
    passes = drawn(np.repeat(one, n, axis=0), training=True)
    theirs = keras.ops.convert_to_numpy(passes).astype(float)
    ours = np.concatenate([_softmax(p) for p in saved.monte_carlo_passes(saved.standardised(one), n, 0)])
    error = np.sqrt((theirs.var(axis=0) + ours.var(axis=0)) / n)
    assert np.abs(theirs.mean(axis=0) - ours.mean(axis=0)).max() < 5 * error.max()
    assert np.abs(theirs.std(axis=0) / ours.std(axis=0) - 1).max() < 0.1


@pytest.mark.parametrize("rates", [(0.0, 0.1, 0.1), (0.0, 0.0, 0.1), (0.0, 0.0, 0.0)])
def test_what_cannot_be_dropped_changes_no_pass(rates, tmp_path, vectors):
    Architecture(7, 3, hidden=(8, 8)).build(np.zeros(7), np.ones(7), seed=1).save(tmp_path / "network", zipped=False)
    network = Member(tmp_path / "network")
    network.dropout = list(rates)
    shortened = list(network.monte_carlo_passes(vectors, range(5), seed=0))
    network.dropout[0] = 1e-12  # never dropped either, but the first layer is gone through
    assert np.allclose(shortened, list(network.monte_carlo_passes(vectors, range(5), seed=0)), atol=1e-5)


def _softmax(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def test_weights_follow_from_the_seed():
    first, second, other = (Architecture(5, 2, (4,)).build(np.zeros(5), np.ones(5), seed) for seed in (1, 1, 2))
    assert np.array_equal(first.layers[2].get_weights()[0], second.layers[2].get_weights()[0])
    assert not np.array_equal(first.layers[2].get_weights()[0], other.layers[2].get_weights()[0])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"hidden": ()}, "layers need at least one unit"),
        ({"hidden": (0,)}, "layers need at least one unit"),
        ({"dropout": 1.0}, "the dropout must lie in"),
        ({"input_dropout": -0.1}, "the dropout must lie in"),
    ],
)
def test_layers_that_make_no_network_are_refused(change, sentence):
    with pytest.raises(ArchitectureError, match=sentence):
        Architecture(**change)


def test_a_network_of_other_layers_is_refused(tmp_path):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    network.save(tmp_path / "other", zipped=False)
    with pytest.raises(NetworkError, match="describes a network of other layers"):
        read_network(tmp_path / "other")
