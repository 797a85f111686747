"""The shape of a Bayesian network and its Keras form; the average of several.

Training is in `training`, prediction without Keras in `forward`.

TensorFlow is imported when a network is built, never before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...common.quiet import import_quietly
from ...errors import AriseZooError

if TYPE_CHECKING:
    import keras


class ArchitectureError(AriseZooError, ValueError):
    """Layers that make no network."""


@dataclass(frozen=True)
class Architecture:
    """A multilayer perceptron with dropout, by default that of the paper (Leitherer et al. 2021, Table 1).

    Parameters
    ----------
    n_features : int
        Length of the descriptor.
    n_classes : int
        Number of classes.
    hidden : tuple of int
        Units of each hidden layer.
    dropout : float
        Share of the inputs, and of the units of each hidden layer before its ReLU, that is dropped in every pass.
    input_dropout : float, optional
        Share of the inputs, if it is different.

    Raises
    ------
    ArchitectureError
        For sizes below 1 or a share outside [0, 1).
    """

    n_features: int = 316
    n_classes: int = 108
    hidden: tuple[int, ...] = (256, 512, 256)
    dropout: float = 0.03
    input_dropout: float | None = None

    def __post_init__(self) -> None:
        if not self.hidden or min(self.n_features, self.n_classes, *self.hidden) < 1:
            raise ArchitectureError(f"layers need at least one unit each, not {self.hidden}.")
        for share in (self.dropout, self.input_dropout or 0.0):
            if not 0 <= share < 1:
                raise ArchitectureError(f"the dropout must lie in [0, 1), but is {share}.")

    def build(self, mean: np.ndarray, spread: np.ndarray, seed: int = 0) -> keras.Sequential:
        """The network with freshly drawn weights: standardisation, dropout, (dense, dropout, ReLU) x n, softmax.

        `mean` and `spread`, shape (n_features,): what the network subtracts from its inputs and divides them by. The
        weights follow from `seed`. Called with `training=True` it makes one Monte-Carlo pass, otherwise it drops
        nothing.
        """
        import_quietly("keras")
        import keras

        layers = keras.layers
        of_inputs = self.dropout if self.input_dropout is None else self.input_dropout
        network = keras.Sequential(name="bayesian_network")
        network.add(keras.Input((self.n_features,), name="descriptor"))
        network.add(layers.Normalization(name="standardise"))
        network.add(layers.Dropout(of_inputs, seed=_seed(seed, "input"), name="dropout_input"))
        for i, units in enumerate(self.hidden, 1):
            network.add(layers.Dense(units, kernel_initializer=_glorot(seed, i), name=f"dense_{i}"))
            network.add(layers.Dropout(self.dropout, seed=_seed(seed, "dropout", i), name=f"dropout_{i}"))
            network.add(layers.ReLU(name=f"relu_{i}"))
        network.add(layers.Dense(self.n_classes, kernel_initializer=_glorot(seed, "output"), name="output"))
        network.add(layers.Softmax(name="probabilities"))
        standardise = network.get_layer("standardise")
        standardise.set_weights([mean, np.square(spread), np.array(0)])  # of how many rows is of no importance
        standardise.finalize_state()
        return network


def average(networks: list[keras.Sequential]) -> keras.Model:
    """One Keras model that gives the mean of the networks' probabilities; for a single one, that network."""
    import keras

    if len(networks) == 1:
        return networks[0]
    descriptor = keras.Input(networks[0].input_shape[1:], name="descriptor")
    members = []
    for number, network in enumerate(networks, 1):
        member = keras.Sequential.from_config({**network.get_config(), "name": f"network_{number}"})
        member.set_weights(network.get_weights())
        member.get_layer("standardise").finalize_state()  # without it the layer keeps the statistics it was made with
        members.append(member(descriptor))
    return keras.Model(descriptor, keras.layers.Average(name="mean")(members), name="averaged_networks")


def _glorot(*identity: object) -> keras.initializers.Initializer:
    import keras

    return keras.initializers.GlorotUniform(seed=_seed(*identity, "kernel"))


def _seed(*identity: object) -> int:
    from ...common.seeds import rng_for

    return int(rng_for("network", *identity).integers(2**31))
