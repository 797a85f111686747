"""Training a Bayesian network on descriptors: the recipe, and a loop that can be resumed.

Where the descriptors come from is in `rows`, what becomes of the network in `shipped`.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...common.progress import Progress
from ...common.quiet import import_quietly
from ...common.seeds import rng_for
from ...common.storage import replacing, write_json
from ...errors import AriseZooError
from ..network.architecture import Architecture

if TYPE_CHECKING:
    import keras


_EPOCHS_PER_STATE = 5
_DIVERGED = 3.0  # times the loss of a network that knows nothing


class TrainingError(AriseZooError, RuntimeError):
    """A training that cannot continue."""


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: Adam, cross-entropy, one cycle of the learning rate.

    Parameters
    ----------
    epochs, batch_size : int
        Passes over the data, and rows per step.
    learning_rate : float
        The highest rate, reached after `warm_up` of all steps (see `schedule.OneCycle`).
    warm_up : float
        Share of all steps before the highest rate.
    label_smoothing : float
        Share of probability spread over all classes.
    standardised : bool
        Whether each input is shifted to mean 0 and divided by its standard deviation, as follows; otherwise the network
        is given them as they are.
    spread_offset : float
        Added to the standard deviation of each input before dividing by it, so that inputs that hardly vary are not
        blown up.
    spread_floor : float
        Share of the largest standard deviation that none is taken to be below: components that hardly vary over the
        training rows must not decide about others.
    mixing, mixed : float
        In each epoch, up to the share `mixing` of another row of its class is mixed into the share `mixed` of rows (H.
        Zhang et al., ICLR 2018, within classes).
    weight_decay : float
        Weight decay of AdamW.
    average_from : float
        Share of all epochs after which the weights at the end of each epoch are averaged (1: none are).
    seed : int
        Seed of all random draws.
    """

    epochs: int = 60
    batch_size: int = 256
    learning_rate: float = 2e-3
    warm_up: float = 0.3
    label_smoothing: float = 0.0
    standardised: bool = True
    spread_offset: float = 1e-3
    spread_floor: float = 0.0
    mixing: float = 0.0
    mixed: float = 0.5
    weight_decay: float = 0.0
    average_from: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.epochs, self.batch_size) < 1 or not self.learning_rate > 0:
            raise TrainingError(
                "epochs and batch size must be at least 1 and the learning rate positive, "
                f"but they are {self.epochs}, {self.batch_size} and {self.learning_rate}."
            )
        if not (0 <= self.mixing <= 1 and 0 <= self.mixed <= 1):
            raise TrainingError(f"mixing and mixed must lie in [0, 1], but they are {self.mixing} and {self.mixed}.")


def train_network(
    architecture: Architecture,
    recipe: Recipe,
    train: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    folder: str | Path,
    *,
    progress: bool = False,
) -> tuple[keras.Model, list[dict[str, float]]]:
    """Train a network and return it with its log, one entry an epoch.

    `train` and `validation`: descriptors, shape (n, n_features), and class numbers, shape (n,). Every few epochs the
    state is kept in `folder`; an interrupted training resumes from there and ends with the same weights. Raises
    `TrainingError` if the loss becomes far worse than by guessing or infinite, or if the folder holds another training.
    """
    import_quietly("keras")
    import keras

    from .schedule import OneCycle

    x, y = np.asarray(train[0], np.float32), np.asarray(train[1])
    validation = np.asarray(validation[0], np.float32), np.asarray(validation[1])
    targets = _targets(y, architecture.n_classes, recipe.label_smoothing)
    state = _State(Path(folder), {"architecture": asdict(architecture), "recipe": asdict(recipe), "rows": len(x)})
    network = state.network()
    if network is None:
        network = architecture.build(*_shift_and_spread(x, recipe), recipe.seed)
        steps = recipe.epochs * math.ceil(len(x) / recipe.batch_size)
        rate = OneCycle(recipe.learning_rate, steps, recipe.warm_up)
        optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay)
        network.compile(optimizer, "categorical_crossentropy", steps_per_execution=16, jit_compile=False)
    with Progress(recipe.epochs, "training", show=progress, warm_up=1) as bar:
        bar.known(len(state.log))
        for epoch in range(len(state.log), recipe.epochs):
            started = time.monotonic()
            order = rng_for(recipe.seed, "order of epoch", epoch).permutation(len(x))
            _seed_dropout(network, recipe.seed, epoch)
            inputs = _mixed(x, y, recipe, epoch)
            fitted = network.fit(inputs[order], targets[order], batch_size=recipe.batch_size, shuffle=False, verbose=0)
            loss = float(fitted.history["loss"][-1])
            if not (math.isfinite(loss) and loss < _DIVERGED * math.log(architecture.n_classes)):
                raise TrainingError(
                    f"the training diverged in epoch {epoch + 1} (loss {loss:.3g}); train with a learning rate below "
                    f"{recipe.learning_rate:g}."
                )
            if epoch >= recipe.average_from * recipe.epochs:
                state.add(network)
            entry = {"epoch": epoch + 1, "loss": loss, "validation_accuracy": accuracy(network, validation)}
            state.log.append({**entry, "seconds": round(time.monotonic() - started, 2)})
            if (epoch + 1) % _EPOCHS_PER_STATE == 0 or epoch + 1 == recipe.epochs:
                state.write(network)
            bar.note(f"training, loss {loss:.4f}, validation {entry['validation_accuracy']:.2f} %")
            bar.advance()
    if state.total:
        count = sum(epoch >= recipe.average_from * recipe.epochs for epoch in range(recipe.epochs))
        network.set_weights([total / count for total in state.total])
    return network, state.log


def _shift_and_spread(x: np.ndarray, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """What each input is shifted and divided by, both of shape (n_features,)."""
    if not recipe.standardised:
        return np.zeros(x.shape[1], np.float32), np.ones(x.shape[1], np.float32)
    spread = x.std(axis=0) + recipe.spread_offset
    return x.mean(axis=0), np.maximum(spread, recipe.spread_floor * spread.max())


def _mixed(x: np.ndarray, y: np.ndarray, recipe: Recipe, epoch: int) -> np.ndarray:
    """The rows of an epoch, each moved part of the way to another row of its class that was drawn."""
    if not recipe.mixing:
        return x
    rng = rng_for(recipe.seed, "mixing of epoch", epoch)
    order, counts = np.argsort(y, kind="stable"), np.bincount(y)
    first = np.cumsum(counts) - counts
    others = order[first[y] + (rng.random(len(y)) * counts[y]).astype(int)]
    share = recipe.mixing * rng.random(len(y)) * (rng.random(len(y)) < recipe.mixed)
    mixed: np.ndarray = x + share.astype(np.float32)[:, None] * (x[others] - x)
    return mixed


def _seed_dropout(network: keras.Model, seed: int, epoch: int) -> None:
    """Seed each epoch separately, since a saved network does not store the state of its generators."""
    for layer in network.layers:
        if hasattr(layer, "seed_generator"):
            draws = rng_for(seed, "dropout of epoch", epoch, layer.name)
            layer.seed_generator.state.assign(draws.integers(2**31, size=2))


def calibrate(network: keras.Model, data: tuple[np.ndarray, np.ndarray]) -> float:
    """Scale the logits so that the data are as likely as they can be; returns the factor.

    `data`: descriptors, shape (n, n_features), and class numbers, shape (n,), on which the network was not trained.
    No label changes. A network trained with label smoothing is underconfident, which this corrects (the temperature
    of C. Guo et al., ICML 2017).
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    x, y = np.asarray(data[0], np.float32), np.asarray(data[1])
    with np.errstate(divide="ignore"):
        logits = np.maximum(np.log(np.asarray(network.predict(x, batch_size=4096, verbose=0), float)), -80.0)
    rows = np.arange(len(y))

    def surprise(log_factor: float) -> float:
        scaled = np.exp(log_factor) * logits
        return float(np.mean(logsumexp(scaled, axis=1) - scaled[rows, y]))

    factor = float(np.exp(minimize_scalar(surprise, bounds=(-2.0, 2.0), method="bounded").x))
    output = network.get_layer("output")
    output.set_weights([factor * weight for weight in output.get_weights()])
    return factor


def accuracy(network: keras.Model, data: tuple[np.ndarray, np.ndarray]) -> float:
    """Share of rows (percent) whose class is the most probable one, dropping nothing."""
    if not len(data[0]):
        return math.nan
    said = np.asarray(network.predict(data[0], batch_size=4096, verbose=0)).argmax(axis=1)
    return 100.0 * float(np.mean(said == data[1]))


def _targets(y: np.ndarray, n_classes: int, smoothing: float) -> np.ndarray:
    targets: np.ndarray = np.eye(n_classes, dtype=np.float32)[y] * (1 - smoothing) + smoothing / n_classes
    return targets.astype(np.float32)


class _State:
    """What a training has reached, in a folder: the network with its optimiser, the sum of weights, the log."""

    def __init__(self, folder: Path, identity: dict[str, Any]):
        self.folder, self._path = folder, folder / "training.json"
        self._identity = json.loads(json.dumps(identity))
        self.log: list[dict[str, float]] = []
        self.total: list[np.ndarray] = []
        if self._path.exists():
            found = self._read()
            if found["identity"] != self._identity:
                raise TrainingError(f"{folder} holds another training; choose another folder or remove it.")
            self.log = found["log"]

    def network(self) -> keras.Model | None:
        """The network where the training was stopped, None at its beginning."""
        import keras

        if not self.log:
            return None
        with np.load(self._file("npz")) as sums:
            self.total = [sums[name] for name in sums.files]
        return keras.saving.load_model(self._file("keras"))

    def add(self, network: keras.Model) -> None:
        """Add the network's weights to the sum."""
        weights = [np.asarray(w, np.float64) for w in network.get_weights()]
        self.total = [t + w for t, w in zip(self.total, weights, strict=True)] if self.total else weights

    def write(self, network: keras.Model) -> None:
        """Keep the state; the log comes last, and only the files that it belongs to count."""
        with replacing(self._file("keras")) as temporary:
            named = temporary.with_name(temporary.name + ".keras")  # Keras goes by the ending
            network.save(named)
            named.replace(temporary)
        with replacing(self._file("npz")) as temporary, open(temporary, "wb") as file:
            np.savez(file, *self.total)
        write_json(self._path, {"identity": self._identity, "log": self.log})
        for path in self.folder.glob("epoch-*"):
            if path not in (self._file("keras"), self._file("npz")):
                path.unlink()

    def _file(self, ending: str) -> Path:
        return self.folder / f"epoch-{len(self.log):04d}.{ending}"

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            return {"identity": found["identity"], "log": list(found["log"])}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingError(f"{self._path} is damaged; remove {self.folder} and train anew.") from error
