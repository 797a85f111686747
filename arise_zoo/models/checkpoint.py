"""The folder of a checkpoint: the network in Keras's unzipped layout, its meaning, its origin, and proof of integrity.

    config.json, metadata.json, model.weights.h5   the network, as `keras.saving.load_model(folder)` reads it
    model.safetensors                              the same weights, for readers without HDF5; older ones lack it
    checkpoint.json                                labels, descriptor settings, format, versions
    training.json                                  everything needed to repeat the training
    reference.json                                 inputs and the prediction that they must give
    README.md                                      model card
    manifest.json                                  SHA-256 and size of all other files

What a loaded checkpoint can do is in `model`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from packaging.specifiers import SpecifierSet

from .._version import __version__
from ..common.manifest import CARD, MANIFEST, describe_files, entries
from ..common.storage import StorageError, replacing, sha256, write_json, write_text
from ..errors import AriseZooError
from .network.forward import CONFIG, METADATA, Network, add_safetensors, read_network
from .network.prediction import predict
from .network.weights import SAFETENSORS, WEIGHTS
from .verdicts import Thresholds

if TYPE_CHECKING:
    import keras

FORMAT = 2
"""Version of this layout and of what the numbers in it mean, as written."""

READABLE = (1, 2)
"""Versions that are read. In version 1 outputs are the labels, and the descriptor is `AveragedSOAP`."""

FACTS, TRAINING, REFERENCE = "checkpoint.json", "training.json", "reference.json"

SHIPPED = Path(__file__).parent / "checkpoints"
"""The checkpoints that are part of the package, each in the folder of its name."""

REFERENCE_PASSES = 20
_TOLERANCE = 1e-5
_MOST_PASSES = 1000
_LARGEST_JSON = 2**26  # bytes
_NEWER = ("quantization_config", "input_axes", "output_axes")


class CheckpointError(AriseZooError, ValueError):
    """A checkpoint that is damaged, or that this version of the code does not fit."""


@dataclass(frozen=True)
class Facts:
    """What `checkpoint.json` says: `name`; `labels`, one for each column; `descriptor`, its parameters
    (`arise_zoo.descriptors.descriptor_with`); `trained_on_defects`; `outputs`, what the network's outputs are if they
    are not the labels (`outputs.Outputs`);
    `n_samples`, the Monte-Carlo passes of a prediction unless others are asked for;
    `thresholds`, on which verdicts rest (`verdicts.Thresholds`), None for models that give no verdict;
    `format` and `package_version`, by which it was written; `requires`, the versions of the package that may read it.
    """

    name: str
    labels: tuple[str, ...]
    descriptor: dict[str, Any]
    trained_on_defects: bool = False
    outputs: tuple[str, ...] = ()
    n_samples: int = 1000
    thresholds: Thresholds | None = None
    format: int = FORMAT
    package_version: str = __version__
    requires: str = f">={__version__},<1"


def write_checkpoint(
    folder: str | Path,
    network: keras.Model,
    facts: Facts,
    training: dict[str, Any],
    reference: tuple[Sequence[str], np.ndarray],
    card: str,
) -> Path:
    """Write a checkpoint into a new or existing folder and return it.

    `training`: the record of how it was made, JSON; `reference`: ids of a few structures and their descriptors, shape
    (n, n_features); `card`: Markdown. The manifest comes last: a folder without a fitting one is no checkpoint.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    write_network(folder, network)
    add_safetensors(folder)
    write_json(folder / FACTS, asdict(facts))
    write_json(folder / TRAINING, training)
    write_json(folder / REFERENCE, _reference(read_network(folder), *reference))
    write_text(folder / CARD, card)
    seal(folder)
    return folder


def seal(folder: Path) -> None:
    """Write the manifest of all other files of a checkpoint."""
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name != MANIFEST)
    write_json(folder / MANIFEST, {"files": describe_files(folder, names)})


def write_network(folder: Path, network: keras.Model) -> None:
    """Write the network without its optimiser into a folder, in Keras's unzipped layout."""
    import tempfile

    bare = type(network).from_config(network.get_config())  # a clone would keep the optimiser
    bare.set_weights(network.get_weights())
    with tempfile.TemporaryDirectory(dir=folder) as work:
        saved = Path(work) / "network"
        bare.save(saved, zipped=False)
        config = json.loads((saved / CONFIG).read_text(encoding="utf-8"))
        (saved / CONFIG).write_text(json.dumps(portable(config)), encoding="utf-8")
        for name in (CONFIG, METADATA, WEIGHTS):
            with replacing(folder / name) as temporary:
                (saved / name).replace(temporary)


def portable(config: Any) -> Any:
    """A network's configuration without options of newer versions of Keras that are not set, since older ones refuse
    to read them."""
    if isinstance(config, dict):
        return {key: portable(value) for key, value in config.items() if value is not None or key not in _NEWER}
    return [portable(value) for value in config] if isinstance(config, list) else config


def _reference(network: Network, structures: Sequence[str], descriptors: np.ndarray) -> dict[str, Any]:
    descriptors = np.asarray(descriptors, np.float32)
    answer = predict(network, descriptors, REFERENCE_PASSES)
    return {
        "structures": list(structures),
        "descriptors": [[float(v) for v in row] for row in descriptors],
        "n_samples": REFERENCE_PASSES,
        "seed": 0,
        "probabilities": [[round(float(v), 8) for v in row] for row in answer.probabilities],
        "mutual_information_bits": [round(float(v), 8) for v in answer.mutual_information],
    }


def read_checkpoint(folder: str | Path) -> tuple[Facts, Network]:
    """Read a checkpoint, after proving that no file was changed and that code and weights still fit.

    Raises `CheckpointError` with one sentence if there is none, if a file does not match the manifest, if it has
    another format, or if the reference prediction comes out differently.
    """
    folder = Path(folder)
    _check_files(folder)
    facts = read_facts(folder)
    network = read_network(folder)
    if (count := len(facts.outputs or facts.labels)) != network.n_classes:
        raise CheckpointError(f"{folder} has {count} labels for {network.n_classes} classes.")
    strange = [name for name in facts.outputs if name.partition("/")[0] not in facts.labels]
    if strange:
        raise CheckpointError(f"{folder / FACTS} has the output {strange[0]!r}, which is of no label.")
    _check_reference(folder, network)
    return facts, network


def read_facts(folder: str | Path) -> Facts:
    """What the checkpoint in a folder says of itself; raises `CheckpointError` if it is not for this package."""
    folder = Path(folder)
    content = _read(folder / FACTS)
    if content.get("format") not in READABLE:
        raise CheckpointError(
            f"{folder} has checkpoint format {content.get('format')}, written by arise-zoo "
            f"{content.get('package_version')}, but this is arise-zoo {__version__}, which reads formats "
            f"{' and '.join(map(str, READABLE))}; use that version."
        )
    try:
        facts = _facts(content)
        allowed = SpecifierSet(facts.requires)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise CheckpointError(f"{folder / FACTS} is not that of a checkpoint ({error}).") from error
    if not allowed.contains(__version__, prereleases=True):
        raise CheckpointError(
            f"{folder} is for arise-zoo {facts.requires}, but this is {__version__}; use one of those."
        )
    return facts


def _facts(content: dict[str, Any]) -> Facts:
    thresholds = content.get("thresholds")
    return Facts(
        **{
            **content,
            "labels": tuple(content["labels"]),
            "outputs": tuple(content.get("outputs", ())),
            "thresholds": None if thresholds is None else Thresholds.from_json(thresholds),
        }
    )


def weights_label(sha256_of_weights: str) -> str:
    """How benchmark records name the weights of a network: by the start of their hash."""
    return f"weights {sha256_of_weights[:12]}"


def read_training(folder: str | Path) -> dict[str, Any]:
    """The record of a checkpoint's training."""
    return _read(Path(folder) / TRAINING)


def read_reference(folder: str | Path) -> dict[str, Any]:
    """The reference prediction of a checkpoint."""
    return _read(Path(folder) / REFERENCE)


def _check_files(folder: Path) -> None:
    if not (folder / MANIFEST).is_file():
        raise CheckpointError(f"{folder} is no checkpoint: there is no {MANIFEST} in it.")
    try:
        files = {file["path"]: file["sha256"] for file in entries(_read(folder / MANIFEST))}
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / MANIFEST} is damaged; get the checkpoint anew.") from error
    needed = {CONFIG, WEIGHTS, FACTS, REFERENCE}
    if (folder / SAFETENSORS).exists():
        needed.add(SAFETENSORS)
    for name in sorted(needed | files.keys()):
        path = folder / name
        if not path.is_file() or name not in files:
            raise CheckpointError(f"{path} is missing; get the checkpoint anew.")
        if sha256(path) != files[name]:
            raise CheckpointError(f"{path} does not match its SHA-256; get the checkpoint anew.")


def _check_reference(folder: Path, network: Network) -> None:
    reference = _read(folder / REFERENCE)
    try:
        if not 0 <= reference["n_samples"] <= _MOST_PASSES or len(reference["descriptors"]) > _MOST_PASSES:
            raise ValueError("it has too many passes or descriptors")
        answer = predict(network, reference["descriptors"], reference["n_samples"], reference["seed"])
        expected = np.array(reference["probabilities"])
        difference = float(np.abs(answer.probabilities - expected).max())
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{folder / REFERENCE} does not fit the network ({error}).") from error
    if not difference < _TOLERANCE:
        raise CheckpointError(
            f"{folder} gives its reference prediction with a difference of {difference:.1e}: this code does not fit "
            f"its weights; use arise-zoo {_read(folder / 'checkpoint.json').get('package_version')}."
        )


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise CheckpointError(f"{path} is larger than {_LARGEST_JSON >> 20} MiB; get the checkpoint anew.")
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{path} is damaged ({error}); get the checkpoint anew.") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} is damaged; get the checkpoint anew.")
    return content
