"""Several networks that answer as one: passes go round among them, so that the average costs what one network does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .forward import Network, NetworkError

if TYPE_CHECKING:
    import keras


class AveragedNetwork:
    """Networks whose probabilities are averaged; to be used as a `Network` is.

    Pass t is made by network t modulo their number. A hidden layer is the layers of all of them side by side.
    Attributes: `members`, one `Network` each. Raises `NetworkError` if they do not fit each other.
    """

    def __init__(self, members: list[Network]):
        if len({(m.n_features, m.n_classes, m.n_hidden) for m in members}) != 1:
            raise NetworkError("networks that are averaged must have the same inputs, classes and number of layers.")
        self.members = members

    n_features = property(lambda self: self.members[0].n_features, doc="Length of the descriptors.")
    n_classes = property(lambda self: self.members[0].n_classes, doc="Number of classes.")
    n_hidden = property(lambda self: self.members[0].n_hidden, doc="Number of hidden layers.")

    def standardised(self, descriptors: np.ndarray) -> np.ndarray:
        """Inputs as each network standardises them, shape (n, n_members, n_features); raises as `Network` does."""
        return np.stack([member.standardised(descriptors) for member in self.members], axis=1)

    def plain_pass(self, x: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """Activations of each hidden layer, shape (n, units of all), and logits of the mean, dropping nothing."""
        hidden, logits = zip(*(member.plain_pass(x[:, i]) for i, member in enumerate(self.members)), strict=True)
        return [np.hstack(layer) for layer in zip(*hidden, strict=True)], _logits_of_mean(np.stack(logits))

    def monte_carlo_passes(self, x: np.ndarray, n_samples: int, seed: int) -> Iterator[np.ndarray]:
        """As of `Network`; those of the first network come first."""
        for i, member in enumerate(self.members):
            yield from member.monte_carlo_passes(x[:, i], n_samples, seed, range(i, n_samples, len(self.members)))


def read_network(folder: str | Path) -> Network | AveragedNetwork:
    """The network, or the average of several, in a folder in Keras's unzipped layout."""
    path = Path(folder) / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        layers = config["config"]["layers"] if config["class_name"] == "Functional" else []
        count = sum(layer["class_name"] == "Sequential" for layer in layers)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NetworkError(f"{path} does not describe a Keras network ({error}).") from error
    if count:
        return AveragedNetwork([Network(folder, number) for number in range(count)])
    return Network(folder)


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
        members.append(member(descriptor))
    return keras.Model(descriptor, keras.layers.Average(name="mean")(members), name="averaged_networks")


def _logits_of_mean(logits: np.ndarray) -> np.ndarray:
    """Logarithms of the mean, over the first axis, of the probabilities that belong to the logits."""
    from scipy.special import log_softmax, logsumexp

    return logsumexp(log_softmax(logits, axis=-1), axis=0) - np.log(np.float32(len(logits)))
