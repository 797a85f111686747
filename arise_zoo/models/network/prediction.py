"""The result of Monte-Carlo passes: mean probabilities, and how much the passes disagree.

The passes themselves are in `forward`. Entropies are in bits, as in Leitherer et al. (2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...errors import AriseZooError
from .forward import Network

ROWS_AT_ONCE = 512
"""Rows that go through the network together; all that is kept of a pass beyond them is added up."""


@dataclass(frozen=True)
class NetworkPrediction:
    """Probabilities and uncertainties of n structures.

    Attributes
    ----------
    probabilities : array of shape (n, n_classes)
        Mean over the passes.
    mutual_information : array of shape (n,)
        Entropy of the mean minus the mean entropy (bits): the uncertainty that more training could resolve (Leitherer
        et al. 2021, Methods, "Bayesian neural networks"; Gal and Ghahramani 2016).
    predictive_entropy : array of shape (n,)
        Entropy of the mean (bits).
    variation_ratio : array of shape (n,)
        Share of passes whose most probable class differs from the most frequent one.
    activations : dict of int to array of shape (n, units)
        Activations without dropout of the requested hidden layers, numbered from 0.
    outputs : array of shape (n, n_outputs), optional
        Mean over the passes of what the network gives, where `probabilities` are those of a model's labels.
    """

    probabilities: np.ndarray
    mutual_information: np.ndarray
    predictive_entropy: np.ndarray
    variation_ratio: np.ndarray
    activations: dict[int, np.ndarray] = field(default_factory=dict)
    outputs: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.probabilities)

    @classmethod
    def concatenate(cls, parts: Sequence[NetworkPrediction]) -> NetworkPrediction:
        """Several one after the other."""
        names = ("probabilities", "mutual_information", "predictive_entropy", "variation_ratio")
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        layers = parts[0].activations
        return cls(**joined, activations={i: np.concatenate([p.activations[i] for p in parts]) for i in layers})


def percent_right(network: Network, descriptors: np.ndarray, labels: np.ndarray, n_samples: int) -> float:
    """Share of rows (percent, four decimals) whose class number is that of the highest mean probability."""
    said = predict(network, descriptors, n_samples).probabilities.argmax(axis=1)
    return round(100 * float(np.mean(said == labels)), 4)


def predict(
    network: Network,
    descriptors: np.ndarray,
    n_samples: int = 1000,
    seed: int = 0,
    hidden: Sequence[int] = (),
    n_threads: int = -1,
) -> NetworkPrediction:
    """Mean probabilities and uncertainties over Monte-Carlo passes.

    Parameters
    ----------
    network : Network
        The network.
    descriptors : array of shape (n, n_features)
        Descriptors.
    n_samples : int, default 1000
        Number of passes; 0 makes one pass without dropout.
    seed : int, default 0
        Seed of the passes.
    hidden : sequence of int
        Hidden layers (from 0) whose activations are returned.
    n_threads : int, default -1
        Threads (-1: one per core); they do not affect the result.

    Returns
    -------
    NetworkPrediction
        Memory grows with n x n_classes, not with the number of passes.

    Raises
    ------
    NetworkError
        If the descriptors do not fit.
    AriseZooError
        For other parameters out of range.
    """
    from threadpoolctl import threadpool_limits

    if n_samples < 0:
        raise AriseZooError(f"the number of samples must not be negative, but is {n_samples}.")
    for layer in hidden:
        if not 0 <= layer < network.n_hidden:
            raise AriseZooError(f"there is no hidden layer {layer}; the model has layers 0 to {network.n_hidden - 1}.")
    x = network.standardised(descriptors)
    blocks = [x[i : i + ROWS_AT_ONCE] for i in range(0, max(len(x), 1), ROWS_AT_ONCE)]
    # One thread a block: threads within products this small wait for each other more than they work.
    with threadpool_limits(1, user_api="blas"):
        if len(blocks) == 1:
            return _predict(network, blocks[0], n_samples, seed, hidden)
        from joblib import Parallel, delayed

        parts = Parallel(n_threads, backend="threading")(
            delayed(_predict)(network, block, n_samples, seed, hidden) for block in blocks
        )
    return NetworkPrediction.concatenate(parts)


def _predict(network: Network, x: np.ndarray, n_samples: int, seed: int, hidden: Sequence[int]) -> NetworkPrediction:
    rows = np.arange(len(x))
    total = np.zeros((len(x), network.n_classes))
    votes = np.zeros((len(x), network.n_classes), dtype=np.int32)
    entropies = np.zeros(len(x))
    passes = network.monte_carlo_passes(x, n_samples, seed) if n_samples else [network.plain_pass(x)[1]]
    for logits in passes:
        votes[rows, logits.argmax(axis=1)] += 1
        probabilities, entropy = softmax(logits)
        total += probabilities
        entropies += entropy
    count = max(n_samples, 1)
    mean = total / count
    with np.errstate(divide="ignore", invalid="ignore"):
        of_mean = -np.where(mean > 0, mean * np.log2(mean), 0.0).sum(axis=1)
    return NetworkPrediction(
        mean,
        np.maximum(of_mean - entropies / count, 0.0) if n_samples else np.zeros(len(x)),
        of_mean,
        1.0 - votes.max(axis=1, initial=0) / count,
        dict(zip(hidden, (network.plain_pass(x)[0][i] for i in hidden), strict=True)) if hidden else {},
    )


def softmax(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, shape (n, n_classes), which overwrite the logits, and their entropies (bits), shape (n,)."""
    logits -= logits.max(axis=1, keepdims=True)
    exponentials = np.exp(logits)
    sums = exponentials.sum(axis=1, keepdims=True)
    exponentials /= sums
    # Entropy = log of the sum - mean logit, which needs one logarithm a row.
    return exponentials, (np.log(sums[:, 0]) - np.einsum("ij,ij->i", exponentials, logits)) / np.log(2.0)
