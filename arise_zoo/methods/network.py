"""The Bayesian networks of this package as methods. The networks themselves are in `arise_zoo.models`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..errors import StructureError
from .descriptor_based import DescriptorMethod
from .protocol import UNKNOWN, Prediction
from .resolved import Level, Truth

if TYPE_CHECKING:
    from ase import Atoms

    from ..models import Model
    from ..models.network.prediction import NetworkPrediction


@dataclass(frozen=True)
class _OfModel:
    """What a method has from the shipped model of its name: `n_samples` Monte-Carlo passes, which follow from `seed`.

    `paper_row` is the method's name in the paper's tables.
    """

    name: str
    paper_row: str | None = None
    n_samples: int = 1000
    seed: int = 0
    packages = ("numba",)

    @property
    def engine(self) -> str:
        """The start of the hash of the weights, and the number of passes."""
        from ..models.checkpoint import weights_label

        return f"{weights_label(self._model.weights_sha256)}, {self.n_samples} passes"

    @property
    def recognises(self) -> tuple[str, ...]:
        """The model's labels, but "unknown"."""
        return tuple(label for label in self._model.labels if label != UNKNOWN)

    @property
    def trained_on_defects(self) -> bool:
        """Whether the model has seen defective structures."""
        return self._model.trained_on_defects

    @property
    def _model(self) -> Model:
        from ..models import load_model

        return load_model(self.name)


class BayesianNetworkMethod(_OfModel, DescriptorMethod):
    """A model of whole structures: the label with the highest mean probability.

    Of a model that knows what is unknown the probabilities are those of the classes, given that it is one of them, and
    the uncertainty is the probability that it is none.
    """

    @property
    def descriptor(self) -> Mapping[str, Any]:
        """Parameters of the model's descriptor."""
        return self._model.descriptor

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Mean probabilities, shape (n, n_classes), on one thread, since structures are shared out to workers."""
        return self.uncertain(vectors)[0]

    def uncertain(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same, and the mutual information (bits) or, if the model knows it, the probability of "unknown"."""
        return self._split(self._answer(vectors))

    def predict_vectors(self, vectors: np.ndarray) -> list[Prediction]:
        if not len(vectors):
            return []
        answer = self._answer(np.asarray(vectors, dtype=np.float32))
        labels = [self._model.labels[j] for j in answer.probabilities.argmax(axis=1)]
        return [
            Prediction(label, float(row.max()), row, float(doubt))
            for label, row, doubt in zip(labels, *self._split(answer), strict=True)
        ]

    def _answer(self, vectors: np.ndarray) -> NetworkPrediction:
        return self._model.predict(vectors, self.n_samples, self.seed, n_threads=1)

    def _split(self, answer: NetworkPrediction) -> tuple[np.ndarray, np.ndarray]:
        if UNKNOWN not in self._model.labels:
            return answer.probabilities, answer.mutual_information
        unknown = self._model.labels.index(UNKNOWN)
        classes = np.delete(answer.probabilities, unknown, axis=1)
        classes = np.maximum(classes, np.finfo(float).tiny)
        return classes / classes.sum(axis=1, keepdims=True), answer.probabilities[:, unknown]


class AtomNetworkMethod(_OfModel):
    """A model of single atoms: for each the label with the highest mean probability, which is the confidence.

    It is shown the same atoms as the methods of `local_structure`, those of periodic structures. The confidence of an
    atom that it calls unknown is 0, as of these.
    """

    level: ClassVar[Level] = "atom"
    truth: ClassVar[Truth] = "class"
    finite: ClassVar[bool] = False
    citation: ClassVar[str | None] = None

    def predict(self, atoms: Atoms) -> Prediction:
        """Class ids or `UNKNOWN`, shape (n_atoms,), in the order of the atoms, on one thread."""
        from ..models.atoms import classify_atoms

        try:
            found = classify_atoms(atoms, self._model, self.n_samples, self.seed, n_threads=1)
        except StructureError:  # no atom has a neighbour
            return Prediction(np.full(len(atoms), UNKNOWN), np.zeros(len(atoms)))
        labels = found.labels
        return Prediction(labels, np.where(labels == UNKNOWN, 0.0, found.probabilities))


def arise_mlp() -> BayesianNetworkMethod:
    """The network trained as in the paper, on pristine structures only."""
    return BayesianNetworkMethod("arise-mlp", paper_row="arise")


def arise_thermal() -> BayesianNetworkMethod:
    """Networks that saw pristine structures only, two of them also blurred as displacements would on average."""
    return BayesianNetworkMethod("arise-thermal")


def arise_open() -> BayesianNetworkMethod:
    """Networks that saw perfect crystals only, the pairs of whose atoms were moved, and what is of no class."""
    return BayesianNetworkMethod("arise-open", n_samples=10)


def arise_field() -> BayesianNetworkMethod:
    """Networks that saw structures as one meets them, of other seeds than the benchmark's, and what is of no class."""
    return BayesianNetworkMethod("arise-field", n_samples=10)


def arise_local() -> AtomNetworkMethod:
    """A network that saw the atoms of structures as one meets them, and of interfaces, of other seeds."""
    return AtomNetworkMethod("arise-local", n_samples=10)


def arise_robust() -> BayesianNetworkMethod:
    """Networks that saw displaced and missing atoms, in structures of other seeds than the benchmark's."""
    return BayesianNetworkMethod("arise-robust")
