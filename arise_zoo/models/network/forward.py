"""Forward passes of a saved network in NumPy, from the very files that Keras reads, without importing TensorFlow.

The files of weights are read in `weights`; what is made of the passes' probabilities is in `prediction`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...common.seeds import rng_for
from .weights import NetworkError, copy_to_safetensors, read_arrays

CONFIG, METADATA = "config.json", "metadata.json"
"""The files that, besides the weights, are Keras's unzipped layout."""


_PARTS = {
    *("Sequential", "Functional", "InputLayer", "Normalization", "Dropout", "Dense", "ReLU", "Softmax", "Average"),
    *("DTypePolicy", "GlorotUniform", "Zeros", "__keras_tensor__"),
}
_MOST_MEMBERS = 100
_LARGEST_CONFIG = 2**24  # bytes


class Network:
    """One network or several whose probabilities are averaged, which are its `members`.

    Pass t is made by member t modulo their number, so that an average costs what one network does. A hidden layer is
    the layers of all members side by side. Raises `NetworkError` if the members do not fit each other.
    """

    def __init__(self, members: Sequence[Member]):
        if len({(m.n_features, m.n_classes, m.n_hidden) for m in members}) != 1:
            raise NetworkError("networks that are averaged must have the same inputs, classes and number of layers.")
        self.members = tuple(members)

    @property
    def n_features(self) -> int:
        """Length of the descriptors."""
        return self.members[0].n_features

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.members[0].n_classes

    @property
    def n_hidden(self) -> int:
        """Number of hidden layers."""
        return self.members[0].n_hidden

    def standardised(self, descriptors: np.ndarray) -> np.ndarray:
        """Inputs as each member standardises them, shape (n, n_members, n_features).

        Raises `NetworkError` for descriptors of another shape, NaN or infinity.
        """
        return np.stack([member.standardised(descriptors) for member in self.members], axis=1)

    def plain_pass(self, x: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """Activations of each hidden layer, shape (n, units of all members), and logits of the mean probabilities,
        shape (n, n_classes), without dropout."""
        if len(self.members) == 1:
            return self.members[0].plain_pass(x[:, 0])
        hidden, logits = zip(*(member.plain_pass(x[:, i]) for i, member in enumerate(self.members)), strict=True)
        return [np.hstack(layer) for layer in zip(*hidden, strict=True)], _logits_of_mean(np.stack(logits))

    def monte_carlo_passes(self, x: np.ndarray, n_samples: int, seed: int) -> Iterator[np.ndarray]:
        """Logits, shape (n, n_classes), of `n_samples` passes of standardised inputs, one pass at a time, member by
        member."""
        for i, member in enumerate(self.members):
            yield from member.monte_carlo_passes(x[:, i], range(i, n_samples, len(self.members)), seed)


def read_network(folder: str | Path) -> Network:
    """The network in a folder in Keras's unzipped layout, with its weights from the safetensors file if there is one;
    raises `NetworkError`."""
    return Network([Member(folder, number) for number in _numbers(Path(folder) / CONFIG)])


def add_safetensors(folder: str | Path) -> None:
    """Write the weights of the network in a folder into a safetensors file as well; raises `NetworkError`."""
    path = Path(folder) / CONFIG
    copy_to_safetensors(Path(folder), [(number, _layers(path, number)) for number in _numbers(path)])


def _numbers(path: Path) -> Sequence[int | None]:
    """The number of each network that a configuration describes, None for one that is alone."""
    try:
        config = _config(path)
        layers = config["config"]["layers"] if config["class_name"] == "Functional" else []
        kinds = [layer["class_name"] for layer in layers]
    except NetworkError:
        raise
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NetworkError(f"{path} does not describe a Keras network ({error}).") from error
    count = kinds.count("Sequential")
    if count > _MOST_MEMBERS:
        raise NetworkError(f"{path} describes {count} networks, more than the {_MOST_MEMBERS} that are allowed.")
    if layers and kinds != ["InputLayer", *["Sequential"] * count, "Average"]:
        raise NetworkError(f"{path} describes a network of other layers than those of arise_zoo ({', '.join(kinds)}).")
    return range(count) if count else [None]


def _config(path: Path) -> dict[str, Any]:
    """The configuration of a network; raises `NetworkError` unless it names nothing but parts of Keras that are known.

    Keras makes whatever a configuration names. Layers with code of their own are never needed here.
    """
    if path.stat().st_size > _LARGEST_CONFIG:
        raise NetworkError(f"{path} is larger than {_LARGEST_CONFIG >> 20} MiB, which no network's description is.")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        _check_parts(config, path)
    except RecursionError as error:
        raise NetworkError(f"{path} is nested too deeply.") from error
    if not isinstance(config, dict):
        raise NetworkError(f"{path} does not describe a Keras network.")
    return config


def _check_parts(config: Any, path: Path) -> None:
    if isinstance(config, dict):
        named, module = config.get("class_name"), str(config.get("module", "keras"))
        if named is not None and (named not in _PARTS or module.split(".")[0] != "keras"):
            raise NetworkError(f"{path} names {module[:60]}.{str(named)[:60]}, which is no part of a network here.")
        if config.get("registered_name") not in (None, named):
            raise NetworkError(
                f"{path} names code of its own ({str(config['registered_name'])[:60]}); it is never run."
            )
    for value in config.values() if isinstance(config, dict) else config if isinstance(config, list) else ():
        _check_parts(value, path)


class Member:
    """One network.

    Parameters
    ----------
    folder : str or Path
        Folder in Keras's unzipped layout.
    number : int, optional
        Which network, if the folder holds several.

    Attributes
    ----------
    mean, spread : array of shape (n_features,), float32
        What is subtracted from the inputs, and what they are divided by.
    kernels, biases : list of array, float32
        One each per dense layer, of shapes (n_in, n_out) and (n_out,).
    dropout : list of float
        Rate of the inputs and of each hidden layer.

    Raises
    ------
    NetworkError
        If the files hold something else.
    """

    def __init__(self, folder: str | Path, number: int | None = None):
        folder = Path(folder)
        layers = _layers(folder / CONFIG, number)
        arrays = read_arrays(folder, layers, number)
        self.mean, self.spread = arrays[0][0], np.sqrt(arrays[0][1])
        self.kernels = [kernel for kernel, _ in arrays[1:]]
        self.biases = [bias for _, bias in arrays[1:]]
        self.dropout = [layer["config"]["rate"] for layer in layers if layer["class_name"] == "Dropout"]

    @property
    def n_features(self) -> int:
        """Length of the descriptors."""
        return len(self.mean)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.biases[-1])

    @property
    def n_hidden(self) -> int:
        """Number of hidden layers."""
        return len(self.kernels) - 1

    def standardised(self, descriptors: np.ndarray) -> np.ndarray:
        """Standardised inputs, shape (n, n_features); raises `NetworkError` for another shape, NaN or infinity."""
        x = np.asarray(descriptors, dtype=np.float32)
        if x.ndim != 2 or x.shape[1] != self.n_features:
            raise NetworkError(f"descriptors must have the shape (n, {self.n_features}), but theirs is {x.shape}.")
        if not np.isfinite(x).all():
            raise NetworkError("descriptors must be finite numbers, but some are NaN or infinite.")
        standardised: np.ndarray = (x - self.mean) / self.spread
        return standardised

    def plain_pass(self, x: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
        """Activations of each hidden layer, shape (n, units), and logits, shape (n, n_classes), dropping nothing."""
        hidden = []
        for kernel, bias in zip(self.kernels[:-1], self.biases[:-1], strict=True):
            x = np.maximum(x @ kernel + bias, 0)
            hidden.append(x)
        return hidden, x @ self.kernels[-1] + self.biases[-1]

    def monte_carlo_passes(self, x: np.ndarray, which: Iterable[int], seed: int) -> Iterator[np.ndarray]:
        """Logits, shape (n, n_classes), of the passes of these numbers, one at a time, of standardised inputs.

        In each pass the same units are dropped for all rows: one pass is one network drawn from the posterior, and
        the answer to a row does not depend on which others it is asked with.
        """
        keep = [np.float32(1.0 - rate) for rate in self.dropout]
        widths = [len(kernel) for kernel in self.kernels]
        ends = np.cumsum(widths)[:-1]
        # What comes before the first unit that can be dropped is the same in all passes.
        first = next((i for i, rate in enumerate(self.dropout) if rate), len(widths) - 1)
        for kernel, bias in zip(self.kernels[:first], self.biases[:first], strict=True):
            x = np.maximum(x @ kernel + bias, 0)
        kernel = self.kernels[first] / keep[first]
        undropped = x @ kernel + self.biases[first]
        for t in which:
            draws = np.split(rng_for(seed, "Monte-Carlo pass", t).random(sum(widths), dtype=np.float32), ends)
            kept = [draw < share for draw, share in zip(draws, keep, strict=True)]
            dropped = np.flatnonzero(~kept[first])  # few: cheaper to take off than to leave out
            z = undropped - x[:, dropped] @ kernel[dropped]
            for i in range(first + 1, len(widths)):
                np.maximum(z, 0, out=z)
                # Dropping a unit before its ReLU is dropping its row of the next kernel.
                z = z @ (self.kernels[i] * (kept[i] / keep[i])[:, None])
                z += self.biases[i]
            yield z


def _layers(path: Path, member: int | None) -> list[dict[str, Any]]:
    try:
        layers: list[dict[str, Any]] = _config(path)["config"]["layers"]
        if member is not None:
            layers = [layer for layer in layers if layer["class_name"] == "Sequential"][member]["config"]["layers"]
        kinds = [layer["class_name"] for layer in layers]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NetworkError(f"{path} does not describe a Keras network ({error}).") from error
    n_hidden = kinds.count("ReLU")
    expected = ["InputLayer", "Normalization", "Dropout", *["Dense", "Dropout", "ReLU"] * n_hidden, "Dense", "Softmax"]
    if kinds != expected:
        raise NetworkError(f"{path} describes a network of other layers than those of arise_zoo ({', '.join(kinds)}).")
    return layers


def _logits_of_mean(logits: np.ndarray) -> np.ndarray:
    """Logarithms of the mean, over the first axis, of the probabilities that belong to the logits."""
    from scipy.special import log_softmax, logsumexp

    mean: np.ndarray = logsumexp(log_softmax(logits, axis=-1), axis=0) - np.log(np.float32(len(logits)))
    return mean
