"""Training: it learns, it can be had again, and nothing is lost when it is stopped."""

import numpy as np
import pytest

from arise_zoo.models.network.architecture import Architecture
from arise_zoo.models.training import loop as training
from arise_zoo.models.training.loop import Recipe, TrainingError, train_network

keras = pytest.importorskip("keras")

ARCHITECTURE = Architecture(n_features=6, n_classes=3, hidden=(16,), dropout=0.05)
RECIPE = Recipe(epochs=10, batch_size=16, learning_rate=0.02, average_from=0.7, seed=5)


@pytest.fixture(scope="module")
def rows():
    """Three clouds, for training and validation."""
    rng = np.random.default_rng(0)
    centres = 2.0 * rng.normal(size=(3, 6))
    labels = np.arange(240) % 3
    x = (centres[labels] + rng.normal(size=(240, 6))).astype(np.float32)
    return (x[:180], labels[:180]), (x[180:], labels[180:])


@pytest.fixture(scope="module")
def unbroken(rows, tmp_path_factory):
    return train_network(ARCHITECTURE, RECIPE, *rows, tmp_path_factory.mktemp("unbroken"))


def test_it_learns(unbroken):
    _, log = unbroken
    assert [entry["epoch"] for entry in log] == list(range(1, 11))
    assert log[-1]["loss"] < log[0]["loss"] / 2
    assert log[-1]["validation_accuracy"] > 90


def test_a_training_that_was_killed_ends_as_an_unbroken_one(rows, unbroken, tmp_path, monkeypatch):
    accuracy, calls = training.accuracy, []

    def killed(*arguments):
        calls.append(1)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return accuracy(*arguments)

    monkeypatch.setattr(training, "accuracy", killed)
    with pytest.raises(KeyboardInterrupt):
        train_network(ARCHITECTURE, RECIPE, *rows, tmp_path)
    calls.extend([1] * 100)
    network, log = train_network(ARCHITECTURE, RECIPE, *rows, tmp_path)
    assert len(calls) == 8 + 100 + 5, "the epochs after the fifth are made again, those before are kept"
    expected, expected_log = unbroken
    for ours, theirs in zip(network.get_weights(), expected.get_weights(), strict=True):
        assert np.allclose(ours, theirs, atol=1e-6)
    assert [e["loss"] for e in log] == pytest.approx([e["loss"] for e in expected_log], abs=1e-5)


def test_another_training_is_not_mixed_in(rows, unbroken, tmp_path):
    train_network(ARCHITECTURE, Recipe(epochs=1, batch_size=64), *rows, tmp_path)
    with pytest.raises(TrainingError, match="holds another training"):
        train_network(ARCHITECTURE, Recipe(epochs=1, batch_size=64, seed=9), *rows, tmp_path)


def test_a_training_that_diverges_ends_with_a_sentence(rows, tmp_path):
    with pytest.raises(TrainingError, match="the training diverged in epoch"):
        train_network(ARCHITECTURE, Recipe(epochs=9, batch_size=16, learning_rate=1e38), *rows, tmp_path)


def test_the_learning_rate_makes_one_cycle():
    from arise_zoo.models.training.schedule import OneCycle

    rate = OneCycle(0.002, steps=100, warm_up=0.3)
    rates = np.array([float(rate(step)) for step in range(100)])
    assert rates.argmax() == 29 and rates.max() == pytest.approx(0.002)
    assert rates[-1] == pytest.approx(2e-6) and rates[0] < 0.0001
    assert (np.diff(rates[:30]) > 0).all() and (np.diff(rates[30:]) < 0).all()
    assert OneCycle.from_config(rate.get_config()).get_config() == rate.get_config()


def test_a_recipe_that_makes_no_sense_is_refused():
    with pytest.raises(TrainingError, match="epochs and batch size must be at least 1"):
        Recipe(epochs=0)


def test_calibration_takes_back_doubt_and_changes_no_label(rows, tmp_path):
    smoothed = Recipe(epochs=10, batch_size=16, learning_rate=0.02, label_smoothing=0.3)
    network, _ = train_network(ARCHITECTURE, smoothed, *rows, tmp_path)
    x, y = rows[1]

    def surprise(probabilities):
        return -np.log(probabilities[np.arange(len(y)), y]).mean()

    before = network.predict(x, verbose=0)
    factor = training.calibrate(network, (x, y))
    after = network.predict(x, verbose=0)
    assert factor > 1
    assert surprise(after) < surprise(before)
    assert (after.argmax(axis=1) == before.argmax(axis=1)).all()
