"""The common base of methods that classify the averaged SOAP descriptor of a structure.

The classifiers are in `baselines` and `network`. None of them carries learnt parameters: these are read by name in the
process that predicts, so that a method stays small when it is sent to workers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from ase import Atoms

from ..descriptors.parameters import descriptor_with
from ..descriptors.settings import CENTRAL
from ..errors import StructureError
from ..prototypes import class_ids
from .protocol import UNKNOWN, Prediction
from .resolved import Level, Truth

PAPER = "A. Leitherer, A. Ziletti, L. M. Ghiringhelli, Nat. Commun. 12, 6234 (2021)"


class DescriptorMethod(ABC):
    """A method of all 108 classes, periodic and finite, whose label is the most probable class of a descriptor.

    The descriptor is rounded to float32, as in the data sets. The confidence is that class's probability; a structure
    that has no descriptor is `UNKNOWN`.
    """

    name: str
    level: ClassVar[Level] = "structure"
    truth: ClassVar[Truth] = "class"
    finite: ClassVar[bool] = True
    probabilistic: ClassVar[bool] = True
    citation: ClassVar[str | None] = PAPER
    structures_at_once: ClassVar[int] = 512

    @property
    def recognises(self) -> tuple[str, ...]:
        """All classes."""
        return class_ids()

    @property
    def trained_on_defects(self) -> bool:
        """Whether defective structures took part in making it."""
        return False

    @property
    def descriptor(self) -> Mapping[str, Any]:
        """Parameters of the descriptor (`arise_zoo.descriptors.descriptor_with`)."""
        return CENTRAL

    def describe(self, structures: Sequence[Atoms]) -> np.ndarray:
        """Descriptors, shape (n, n_features), float32, for a `fit`; raises `StructureError` where there is none."""
        wanted = descriptor_with(self.descriptor)
        return np.array([wanted.create(atoms) for atoms in structures], dtype=np.float32)

    @abstractmethod
    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """Probabilities, shape (n, n_classes), of descriptors, shape (n, n_features); columns as `recognises`."""

    def uncertain(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Probabilities and the method's own uncertainty, shape (n,), if it has one."""
        return self.probabilities(vectors), None

    def predict(self, atoms: Atoms) -> Prediction:
        """Class id of a structure and its probability."""
        return self.predict_many([atoms])[0]

    def predict_many(self, structures: Sequence[Atoms]) -> list[Prediction]:
        """As `predict`, of several."""
        vectors = [descriptor_of(atoms, self.descriptor) for atoms in structures]
        answers = iter(self.predict_vectors(np.array([v for v in vectors if v is not None], dtype=np.float32)))
        return [Prediction(UNKNOWN, 0.0) if vector is None else next(answers) for vector in vectors]

    def predict_vectors(self, vectors: np.ndarray) -> list[Prediction]:
        """As `predict`, of structures whose descriptors are known, shape (n, n_features)."""
        if not len(vectors):
            return []
        probabilities, uncertainty = self.uncertain(np.asarray(vectors, dtype=np.float32))
        best = probabilities.argmax(axis=1)
        labels = tuple(self.recognises)
        doubts = [None] * len(best) if uncertainty is None else uncertainty.tolist()
        return [
            Prediction(labels[j], float(row[j]), row if self.probabilistic else None, doubt)
            for row, j, doubt in zip(probabilities, best, doubts, strict=True)
        ]


def descriptor_of(atoms: Atoms, parameters: Mapping[str, Any]) -> np.ndarray | None:
    """The descriptor, shape (n_features,), None for a structure that has none."""
    try:
        vector = descriptor_with(parameters).create(atoms)
    except StructureError:
        return None
    return vector if vector.any() else None
