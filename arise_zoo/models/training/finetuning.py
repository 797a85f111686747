"""Fine-tuning: a trained network learns further classes from their pristine structures.

A new class first gets an output on the last hidden layer, by a fit that leaves everything else unchanged; then,
unless they are frozen, all layers are trained a little. What is shown to the network is made in `finetuning_rows`; how
networks are trained from the start is in `training`.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...common.names import NAME_RULE, is_name
from ...common.progress import Progress
from ...common.seeds import rng_for
from ...common.storage import StorageError, sole_run
from ...errors import AriseZooError
from ...prototypes import Prototype, class_ids
from ...reading import as_atoms
from ..card import card_of
from ..checkpoint import Facts, read_reference, write_checkpoint
from ..model import Model, load_model
from ..network.architecture import Architecture, average
from ..network.forward import Member, Network, read_network
from ..network.prediction import percent_right
from ..outputs import UNKNOWN
from .family_rows import family_rows
from .finetuning_rows import FineTuningRows, as_prototypes, fine_tuning_rows
from .rows import joined

if TYPE_CHECKING:
    import keras
    from ase import Atoms

_PENALTY = 1e-5
_SMOOTHING = 0.02
_PASSES = 100
_EXAMPLES = 4
_FITTED_PASSES = 4
_FIT = {"maxiter": 200}  # classes that cannot be told apart would take long


class FineTuningError(AriseZooError, ValueError):
    """Structures from which no class can be learnt, or a place to which nothing can be written."""


@dataclass(frozen=True)
class FineTuned:
    """A network that has learnt further classes: its `folder`, a checkpoint for `arise_zoo.load_model`; its `labels`;
    `accuracy`, in percent, `before` and `after`, on the `old` classes' pristine structures and on the `new` classes';
    `n`, how many there are of each; `seconds`.
    """

    folder: Path
    labels: tuple[str, ...]
    accuracy: dict[str, dict[str, float | None]]
    n: dict[str, int]
    seconds: float

    def __str__(self) -> str:
        lines = [f"{self.folder}: {len(self.labels)} classes, made in {self.seconds:.0f} s"]
        for which, found in self.accuracy.items():
            said = " -> ".join("-" if value is None else f"{value:.2f} %" for value in found.values())
            lines.append(f"  {which} classes, {self.n[which]} pristine structures: {said}")
        return "\n".join(lines)


def finetune(
    model: str | Path,
    structures: Sequence[Any],
    labels: Sequence[str],
    *,
    out: str | Path,
    replace_head: bool = False,
    freeze: bool = False,
    epochs: int = 5,
    seed: int = 0,
    n_jobs: int = 1,
    progress: bool = False,
) -> FineTuned:
    """Teach a network new classes from one or more structures of each, and write the checkpoint `out`.

    Supercells, scales and thermally blurred variants are made from the structures here; nothing is displaced or
    removed.

    Parameters
    ----------
    model : str or Path
        Name, folder or Hub id, as for `arise_zoo.load_model`.
    structures : sequence of ase.Atoms, or of structures of pymatgen or OVITO
        Unit cells or finite structures.
    labels : sequence of str
        Name of the class of each structure.
    out : str or Path
        Folder of the new checkpoint.
    replace_head : bool, default False
        Forget the old classes; by default the new ones are added to them.
    freeze : bool, default False
        Train the last layer only. By default all layers are then trained for `epochs`, so that the network tells a new
        class from an old one for which it took it.
    epochs : int, default 5
        Epochs of training all layers.
    seed : int, default 0
        Seed of all random draws.
    n_jobs : int, default 1
        Processes that describe structures (-1: one per core).
    progress : bool, default False
        Show progress on standard error.

    Raises
    ------
    FineTuningError
        If structures and labels do not fit, or if a label is one of the model's.
    StructureError
        If a structure has no descriptor.
    """
    started = time.monotonic()
    base = load_model(model)
    structures = [as_atoms(structure, f"structure {i}") for i, structure in enumerate(structures)]
    new = _new_labels(base, structures, labels, replace_head)
    out = Path(out)
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise FineTuningError(f"{out} is not empty; choose another output folder.")
    if epochs < 1:
        raise FineTuningError(
            f"the number of epochs must be at least 1, not {epochs}; to train none, freeze the layers."
        )
    with sole_run(out.with_name(f".{out.name}.lock"), out):
        prototypes = as_prototypes(structures, labels)
        if UNKNOWN in base.labels:
            rows = family_rows(base, prototypes, new, not replace_head, n_jobs, progress)
        else:
            rows = fine_tuning_rows(base, prototypes, new, None if replace_head else base.labels, n_jobs, progress)
        kept = () if replace_head else base.outputs.names
        networks = []
        members = base.network.members
        steps = len(members) * (1 if freeze else 1 + epochs)
        with Progress(steps, "training", show=progress, warm_up=1) as bar:
            for number, member in enumerate(members):
                networks.append(_network(member, *_head(member, rows, len(new), bool(kept), seed + number), bool(kept)))
                bar.advance()
                if not freeze:
                    _train_all(networks[-1], rows, len(kept), epochs, seed + number, bar)
        facts = Facts(
            out.name,
            (*(() if replace_head else base.labels), *new),
            dict(base.descriptor),
            base.trained_on_defects,
            () if kept == base.labels else (*kept, *new),
            base.n_samples,
        )
        record: dict[str, Any] = {
            "base": {"name": base.name, "labels": len(base.labels)},
            "new_classes": {label: _facts_of([p for p in prototypes if p.id == label]) for label in new},
            "options": {"replace_head": replace_head, "freeze": freeze, "epochs": 0 if freeze else epochs},
            "seed": seed,
            "rows": rows.counts(),
        }
        reference = _reference(base, rows)
        with _new_folder(out) as folder:
            network = average(networks)
            write_checkpoint(folder, network, facts, record, reference, "")
            accuracy, n = _compared(base, read_network(folder), rows, kept)
            record["results"] = {"accuracy": accuracy, "n": n}
            write_checkpoint(folder, network, facts, record, reference, card_of(facts, record))
        return FineTuned(out, facts.labels, accuracy, n, round(time.monotonic() - started, 1))


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes it when the block ends well and is removed otherwise."""
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        temporary.mkdir(parents=True)
        yield temporary
        temporary.replace(out)
    except OSError as error:
        raise StorageError(f"cannot write {out}: {error.strerror or error}; choose another output folder.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _new_labels(base: Model, structures: Sequence[Atoms], labels: Sequence[str], replace_head: bool) -> tuple[str, ...]:
    if len(structures) != len(labels):
        raise FineTuningError(f"there are {len(structures)} structures but {len(labels)} labels; give one for each.")
    new = tuple(dict.fromkeys(labels))
    if not replace_head and not set(base.labels) <= {*class_ids(), UNKNOWN}:
        raise FineTuningError(
            f"{base.name} was fine-tuned itself, and would forget what it learnt then; teach all classes at once to "
            "the model that it came from."
        )
    if len(new) < (2 if replace_head else 1):
        wanted = "two classes to replace the old ones" if replace_head else "one new class"
        raise FineTuningError(f"fine-tuning needs at least {wanted}, but there are {len(new)}.")
    for label in new:
        if not replace_head and label in base.labels:
            raise FineTuningError(f"{label!r} is a class of {base.name} already; give the new class another name.")
        if not is_name(label):
            raise FineTuningError(f"{label!r} cannot be the name of a class; {NAME_RULE}.")
    return new


def _head(network: Member, rows: FineTuningRows, n_new: int, extend: bool, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Kernel, shape (n_units, n_new), and bias of the new classes at which the rows are most likely.

    The old classes count as one, whose logit is the logsumexp of their logits, which do not change. A convex
    problem, solved by L-BFGS.
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax, logsumexp

    x = np.concatenate([rows.old, rows.new]) if extend else rows.new
    features = np.concatenate(list(_last_hidden(network, network.standardised(x), seed)))
    columns = [logsumexp(features @ network.kernels[-1] + network.biases[-1], axis=1)[:, None]] if extend else []
    classes = np.concatenate([np.zeros(len(rows.old), int), rows.new_labels + 1]) if extend else rows.new_labels
    n_columns = n_new + len(columns)
    target = np.tile(np.eye(n_columns)[classes] * (1 - _SMOOTHING) + _SMOOTHING / n_columns, (_FITTED_PASSES, 1))
    weight = np.full(len(x), 1.0 / len(rows.new))
    if extend:
        weight[: len(rows.old)] = 1.0 / len(rows.old)
    weight = np.tile(weight / weight.sum() / _FITTED_PASSES, _FITTED_PASSES)

    def loss(values: np.ndarray) -> tuple[float, np.ndarray]:
        kernel, bias = values[:-n_new].reshape(-1, n_new), values[-n_new:]
        logs = log_softmax(np.hstack([*columns, features @ kernel + bias]), axis=1)
        slope = (weight[:, None] * (np.exp(logs) - target))[:, len(columns) :]
        value = -float(weight @ (target * logs).sum(axis=1)) + _PENALTY * float((kernel**2).sum())
        return value, np.concatenate([(features.T @ slope + 2 * _PENALTY * kernel).ravel(), slope.sum(axis=0)])

    found = minimize(loss, np.zeros((features.shape[1] + 1) * n_new), jac=True, method="L-BFGS-B", options=_FIT).x
    return found[:-n_new].reshape(-1, n_new).astype(np.float32), found[-n_new:].astype(np.float32)


def _last_hidden(network: Member, x: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """Activations of the last hidden layer, shape (n, n_units), in a few passes with other units dropped in each."""
    for number in range(_FITTED_PASSES):
        rng = rng_for(seed, "fine-tuning, pass", number)
        hidden = x
        for i, (kernel, rate) in enumerate(zip(network.kernels, network.dropout, strict=True)):
            hidden = hidden * ((rng.random(len(kernel)) >= rate) / (1 - rate)).astype(np.float32)
            if i < len(network.kernels) - 1:
                hidden = np.maximum(hidden @ kernel + network.biases[i], 0)
        yield hidden.astype(float)


def _network(network: Member, kernel: np.ndarray, bias: np.ndarray, extend: bool) -> keras.Sequential:
    """The network with another output layer."""
    kernels, biases = list(network.kernels), list(network.biases)
    kernels[-1] = np.hstack([kernels[-1], kernel]) if extend else kernel
    biases[-1] = np.concatenate([biases[-1], bias]) if extend else bias
    of_inputs, *of_units = network.dropout
    shape = Architecture(network.n_features, len(biases[-1]), tuple(map(len, biases[:-1])), of_units[0], of_inputs)
    built = shape.build(network.mean, network.spread)
    dense = [layer for layer in built.layers if type(layer).__name__ == "Dense"]
    for layer, *weights in zip(dense, kernels, biases, strict=True):
        layer.set_weights(weights)
    return built


def _train_all(network: keras.Model, rows: FineTuningRows, n_kept: int, epochs: int, seed: int, bar: Progress) -> None:
    """Train all layers at a low rate on the same rows, old and new in equal parts."""
    import keras

    parts = [(rows.new, rows.new_labels + n_kept)]
    if n_kept:
        parts += [(rows.old, rows.old_labels)] * max(1, round(len(rows.new) / len(rows.old)))
    x, y = joined(parts)
    network.compile(keras.optimizers.Adam(2e-4), "sparse_categorical_crossentropy", jit_compile=False)
    for epoch in range(epochs):
        order = rng_for(seed, "fine-tuning, order of epoch", epoch).permutation(len(x))
        network.fit(x[order], y[order], batch_size=128, shuffle=False, verbose=0)
        bar.advance()


def _reference(base: Model, rows: FineTuningRows) -> tuple[list[str], np.ndarray]:
    """The structures whose prediction is kept: one of each of some new classes, and the base's own."""
    theirs = read_reference(base.folder)
    numbers = range(min(_EXAMPLES, int(rows.new_labels.max()) + 1))
    first = [int(np.flatnonzero(rows.new_is_pristine & (rows.new_labels == j))[0]) for j in numbers]
    names = [f"new class {rows.new_labels[i]}" for i in first]
    descriptors = np.concatenate([np.array(theirs["descriptors"], np.float32), rows.new[first]])
    return [*theirs["structures"], *names], descriptors


def _compared(
    base: Model, after: Network, rows: FineTuningRows, kept: tuple[str, ...]
) -> tuple[dict[str, dict[str, float | None]], dict[str, int]]:
    new, old = rows.new[rows.new_is_pristine], rows.old[rows.old_is_pristine]
    new_labels, old_labels = rows.new_labels[rows.new_is_pristine] + len(kept), rows.old_labels[rows.old_is_pristine]
    learnt = percent_right(after, new, new_labels, _PASSES)
    if not kept:
        return {"new": {"before": None, "after": learnt}}, {"new": len(new)}
    before, after_too = (percent_right(network, old, old_labels, _PASSES) for network in (base.network, after))
    accuracy: dict[str, dict[str, float | None]] = {
        "old": {"before": before, "after": after_too},
        "new": {"before": 0.0, "after": learnt},
    }
    return accuracy, {"old": len(old), "new": len(new)}


def _facts_of(prototypes: Sequence[Prototype]) -> list[dict[str, Any]]:
    return [{"formula": p.formula, "source": p.source.name} for p in prototypes]
