"""A loaded checkpoint: from structures or descriptors to probabilities. How it is stored is in `checkpoint`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._version import __version__
from ..common.manifest import MANIFEST, Entry
from ..common.quiet import import_quietly
from ..common.storage import StorageError, sha256
from ..descriptors.parameters import KIND, LOCAL
from ..errors import AriseZooError, StructureError, UnknownNameError
from ..hub import fetch
from ..hub.client import NAMESPACE
from ..hub.fetching import read_manifest
from ..reading import as_atoms
from .checkpoint import FACTS, SHIPPED, read_checkpoint, read_facts, read_training
from .network.prediction import NetworkPrediction, predict
from .network.weights import WEIGHTS
from .outputs import UNKNOWN, Outputs, Reading

if TYPE_CHECKING:
    import keras
    from ase import Atoms

    from ..descriptors.parameters import Descriptor


class Model:
    """A Bayesian network that recognises crystal structures, read from the folder of a checkpoint.

    Attributes
    ----------
    name : str
        Name of the model.
    labels : tuple of str
        Label of each column of probabilities: class ids and, for models that know it, "unknown".
    outputs : Outputs
        What the outputs of the network mean, which are more than the labels for models that tell lattice from order.
    n_samples : int
        Monte-Carlo passes of a prediction unless others are asked for.
    descriptor : dict
        Parameters of the descriptor (`arise_zoo.descriptors.descriptor_with`).
    thresholds : Thresholds or None
        What verdicts rest on (`verdicts`); None if the model gives none.
    trained_on_defects : bool
        Whether defective structures took part in training.
    folder : Path
        Folder of the checkpoint.
    network : Network
        The weights.

    Raises
    ------
    CheckpointError
        As `read_checkpoint` does.
    """

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        facts, self.network = read_checkpoint(folder)
        self.name, self.labels, self.descriptor = facts.name, facts.labels, facts.descriptor
        self.trained_on_defects, self.thresholds = facts.trained_on_defects, facts.thresholds
        self.outputs, self.n_samples = Outputs(facts.labels, facts.outputs), facts.n_samples

    def __repr__(self) -> str:
        members = self.network.members
        layers = (" - ".join(map(str, [m.n_features, *map(len, m.biases)])) for m in members)
        return f"<Model {self.name}: {', '.join(layers)}>"

    def predict_proba(self, X: np.ndarray, n_samples: int | None = None, seed: int = 0) -> np.ndarray:
        """Mean probabilities, shape (n, n_classes), of descriptors, shape (n, n_features); columns as `labels`.

        `n_samples`: Monte-Carlo passes (0: one pass that drops nothing; default: the model's `n_samples`), which follow
        from `seed`.
        """
        return self.predict(X, n_samples, seed).probabilities

    def predict(
        self,
        X: np.ndarray,
        n_samples: int | None = None,
        seed: int = 0,
        hidden: Sequence[int] = (),
        n_threads: int = -1,
    ) -> NetworkPrediction:
        """Probabilities with uncertainties and, if asked for, activations of hidden layers (from 0).

        `n_threads`: -1 for one per core. Raises `NetworkError` for descriptors that do not fit.
        """
        n_samples = self.n_samples if n_samples is None else n_samples
        answer = predict(self.network, X, n_samples, seed, hidden, n_threads)
        return replace(
            answer, probabilities=self.outputs.probabilities(answer.probabilities), outputs=answer.probabilities
        )

    def reading(self, answer: NetworkPrediction, row: int) -> Reading:
        """Geometry and decoration of one structure of a prediction."""
        assert answer.outputs is not None
        return self.outputs.reading(answer.outputs[row])

    def describe(self, structures: Iterable[Any]) -> np.ndarray:
        """Descriptors of structures (`ase.Atoms`, or of pymatgen or OVITO) as the model wants them, shape
        (n, n_features), float32.

        Raises `StructureError` for a structure that has none, `AriseZooError` if the model is one of atoms.
        """
        rows = [self._describe(as_atoms(structure)) for structure in structures]
        return np.array(rows, dtype=np.float32).reshape(len(rows), self.network.n_features)

    def to_keras(self) -> keras.Model:
        """The network as a Keras model, which makes a Monte-Carlo pass if called with `training=True`."""
        import_quietly("keras")
        import keras

        return keras.saving.load_model(self.folder, compile=False)

    def to_onnx(self, path: str | Path) -> Path:
        """Write the network as an ONNX file, which any runtime reads, and return its path.

        Its input `descriptor`, shape (n, n_features), are descriptors as `describe` gives them; its output
        `probabilities`, shape (n, n_classes), are those of `predict_proba(X, n_samples=0)`: nothing is dropped, so
        that there is no mutual information. Labels and descriptor are among the file's metadata. Needs the extra
        `onnx`; raises `AriseZooError` without it, `StorageError` if the file cannot be written.
        """
        from .network.onnx_export import write_onnx

        said = {"labels": self.labels, "descriptor": self.descriptor}
        return write_onnx(Path(path), self.network, self.outputs.to_labels, self.name, said)

    @classmethod
    def from_pretrained(cls, name_or_path: str | Path, revision: str | None = None) -> Model:
        """The same as `load_model`."""
        return load_model(name_or_path, revision)

    def save_pretrained(self, folder: str | Path) -> Path:
        """Copy the checkpoint into a new or empty folder, from which `from_pretrained` reads it, and return the folder.

        Raises `StorageError` if the folder cannot be written or holds something.
        """
        folder = Path(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise StorageError(f"{folder} is not empty; choose another folder.")
            for file in read_manifest(self.folder):
                (folder / file["path"]).parent.mkdir(exist_ok=True)
                shutil.copyfile(self.folder / file["path"], folder / file["path"])
            shutil.copyfile(self.folder / MANIFEST, folder / MANIFEST)
        except StorageError:
            raise
        except OSError as error:
            raise StorageError(f"cannot write {folder}: {error.strerror or error}; choose another folder.") from error
        return folder

    @property
    def labels_atoms(self) -> bool:
        """Whether it labels single atoms (`classify_atoms`), not whole structures."""
        return self.descriptor.get(KIND) == LOCAL

    @property
    def known_as(self) -> str:
        """What `load_model` finds it by in any worker: the name of a shipped one, since paths may differ there."""
        shipped = self.name in shipped_models() and load_model(self.name).folder == self.folder
        return self.name if shipped else str(self.folder.resolve())

    @property
    def weights_sha256(self) -> str:
        """Hash of the file of weights, by which benchmark records know the network."""
        return sha256(self.folder / WEIGHTS)

    @property
    def training(self) -> dict[str, Any]:
        """The record of its training."""
        return read_training(self.folder)

    @cached_property
    def _descriptor(self) -> Descriptor:
        from ..descriptors import descriptor_with

        return descriptor_with(self.descriptor)

    def _describe(self, atoms: Atoms) -> np.ndarray:
        if self.labels_atoms:
            raise AriseZooError(f"{self.name} labels atoms, not whole structures; ask it with classify_atoms.")
        vector = self._descriptor.create(atoms)
        if not vector.any():
            raise StructureError(
                f"no atom of the structure ({len(atoms)} in all) has a neighbour, so that it has no descriptor; "
                "check its cell and its pbc."
            )
        return vector


@dataclass(frozen=True)
class ModelEntry:
    """A model that is part of the package: its `name`, for `load_model`; how many `classes` it knows; whether it
    `knows_unknown`, what is none of them; whether it names `single_atoms` rather than whole structures; and whether it
    was `trained_on_defects`."""

    name: str
    classes: int
    knows_unknown: bool
    single_atoms: bool
    trained_on_defects: bool


def list_models() -> list[ModelEntry]:
    """The models that are part of the package, without reading their weights."""
    return [_entry(name) for name in shipped_models()]


def _entry(name: str) -> ModelEntry:
    facts = read_facts(SHIPPED / name)
    knows_unknown = UNKNOWN in facts.labels
    is_of_atoms = facts.descriptor.get(KIND) == LOCAL
    return ModelEntry(name, len(facts.labels) - knows_unknown, knows_unknown, is_of_atoms, facts.trained_on_defects)


def shipped_models() -> tuple[str, ...]:
    """Names of the models that are part of the package."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob(f"*/{FACTS}")))


def load_model(name_or_path: str | Path, revision: str | None = None) -> Model:
    """The model of this name, such as `"arise-mlp"`, in this folder, or, as OWNER/NAME, on the Hub.

    `revision`: a tag or commit on the Hub, where even a model that is part of the package is then looked for (default:
    the tag of this package's version). What was downloaded answers without a network. A model is read once in each
    process. Raises `UnknownNameError` with the nearest name, `HubError` if it cannot be had, and `CheckpointError` if
    it is damaged or does not fit the code.
    """
    name = str(name_or_path)
    if revision is None and name in shipped_models():
        return _load(SHIPPED / name)
    if revision is None and Path(name_or_path).is_dir():
        return _load(Path(name_or_path).resolve())
    if name in shipped_models() or (name.count("/") == 1 and not name.startswith((".", "/", "~"))):
        repository, revision = name if "/" in name else f"{NAMESPACE}/{name}", revision or f"v{__version__}"
        return _load(fetch(repository, "model", revision, expected=released_files(repository, revision)))
    raise UnknownNameError("model or folder", name, shipped_models())


def released_files(repository: str, revision: str) -> list[Entry] | None:
    """The files of a release if it is one that the package carries, else None, as for other owners' models."""
    owner, _, name = repository.rpartition("/")
    if owner != NAMESPACE or name not in shipped_models():
        return None
    checkpoint = json.loads((SHIPPED / name / FACTS).read_text(encoding="utf-8"))
    return read_manifest(SHIPPED / name) if revision == f"v{checkpoint['package_version']}" else None


@lru_cache(maxsize=8)
def _load(folder: Path) -> Model:
    return Model(folder)
