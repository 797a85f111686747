"""What the outputs of a network mean: labels, geometry and decoration, and that a structure is of no class.

An output is named by a label, such as "l12_cu3au"; "fcc_cu/random" is the lattice of fcc_cu with species at random,
which counts as that class; "unknown" is none of the classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..prototypes.geometries import geometry_of

UNKNOWN = "unknown"
"""The label of what is none of the classes."""

RANDOM = "random"
"""The decoration of a lattice whose species are at random."""


class Reading(NamedTuple):
    """What a prediction says of one structure, apart from its label: the most probable geometry, the most probable
    decoration of it (a class whose order it has, or "random"), and the probabilities of both."""

    geometry: str
    geometry_probability: float
    decoration: str
    decoration_probability: float


class Outputs:
    """The outputs of a network whose labels are `labels`, in the order of the columns; by default they are the labels.

    Attributes
    ----------
    names : tuple of str
        Name of each output.
    to_labels : array of shape (n_outputs, n_labels)
        1 where an output counts as a label.
    """

    def __init__(self, labels: Sequence[str], names: Sequence[str] = ()):
        self.names = tuple(names) or tuple(labels)
        of = [name.partition("/")[0] for name in self.names]
        self.to_labels = np.array([[label == name for label in labels] for name in of], dtype=float)
        self._is_plain = self.names == tuple(labels)
        geometries = [geometry_of(name) for name in of]
        self._geometries = list(dict.fromkeys(geometries))
        self._member = np.array([self._geometries.index(g) for g in geometries])

    def probabilities(self, of_outputs: np.ndarray) -> np.ndarray:
        """Probabilities of the labels, shape (n, n_labels), from those of the outputs, shape (n, n_outputs)."""
        return of_outputs if self._is_plain else of_outputs @ self.to_labels

    def reading(self, of_outputs: np.ndarray) -> Reading:
        """Geometry and decoration from the probabilities of all outputs for one structure, shape (n_outputs,)."""
        of_geometries = np.bincount(self._member, weights=of_outputs, minlength=len(self._geometries))
        best = int(of_geometries.argmax())
        members = np.flatnonzero(self._member == best)
        first = members[int(of_outputs[members].argmax())]
        label, _, decoration = self.names[first].partition("/")
        total = float(of_geometries[best])
        return Reading(
            self._geometries[best], total, decoration or label, float(of_outputs[first]) / max(total, 1e-300)
        )
