"""What an index compares: a descriptor, projected so that disorder moves it little and another prototype much.

The projection and the calibration are data of the package, made by `scripts/fit_metric.py`, which says what they were
learnt from.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from ase import Atoms

from ..descriptors import ChannelSOAP
from ..descriptors.channel_soap import ChannelGrid
from .answers import ASPECTS, WHOLE
from .calibration import FINITE, KINDS, PERIODIC, Calibration

_FACTS, _MATRICES = "metric.json", "metric.npz"


@dataclass(frozen=True)
class Metric:
    """A distance between structures: the Euclidean one between their projected descriptors.

    Attributes
    ----------
    name : str
        Name and version: vectors of one metric are never compared with those of another.
    descriptor : dict
        Parameters of `ChannelSOAP`.
    balls : sequence of float
        Radii, in units of the first peak of the pair distribution, of the balls that an entry is also compared as.
    heats : sequence of float
        Thermal displacements, in the same unit, at which an entry and its balls are compared; the first is 0.
    matrices : dict of str to ndarray
        Of each aspect, the projection, shape (n, n_dimensions), of the first n components of the descriptor.
    calibrations : dict of (str, str) to Calibration
        Of each aspect and kind of structure (`calibration.KINDS`), what distances mean.
    """

    name: str
    descriptor: Mapping[str, Any]
    balls: Sequence[float]
    heats: Sequence[float]
    matrices: Mapping[str, np.ndarray]
    calibrations: Mapping[tuple[str, str], Calibration]

    @property
    def n_features(self) -> int:
        """Length of the descriptor."""
        return self._descriptor.n_features

    @property
    def n_views(self) -> int:
        """Number of vectors of an entry: of the crystal itself, and of balls cut out of it, at rest and hot."""
        return self.n_cold * len(self.heats)

    @property
    def n_cold(self) -> int:
        """Number of vectors of an entry at rest, which come first."""
        return 1 + len(self.balls)

    def describe(self, atoms: Atoms) -> np.ndarray:
        """The descriptor of a structure, shape (n_features,); raises `StructureError` if it has none."""
        return self._descriptor.create(atoms)

    def views(self, atoms: Atoms) -> tuple[np.ndarray, float]:
        """Descriptors of an entry, shape (n_views, n_features), and its first peak (angstrom).

        Those at rest come first. What is not periodic is its own balls. Raises `StructureError` if it has none.
        """
        radii = (np.inf, *(self.balls if atoms.pbc.any() else (np.inf,) * len(self.balls)))
        found, length = self._grid.balls(atoms, radii)
        return found.swapaxes(0, 1).reshape(self.n_views, -1), length

    def project(self, descriptors: np.ndarray, aspect: str = WHOLE) -> np.ndarray:
        """Vectors to compare, shape (..., n_dimensions), float32, of descriptors, shape (..., n_features)."""
        matrix = self.matrices[aspect]
        vectors: np.ndarray = (descriptors[..., : len(matrix)] @ matrix).astype(np.float32)
        return vectors

    def judge(self, atoms: Atoms, aspect: str) -> Calibration:
        """What distances of a structure mean."""
        return self.calibrations[aspect, PERIODIC if atoms.pbc.any() else FINITE]

    def identical(self, aspect: str) -> float:
        """Distance up to which two structures do not differ."""
        return self.calibrations[aspect, PERIODIC].identical

    @cached_property
    def _descriptor(self) -> ChannelSOAP:
        return ChannelSOAP(**self.descriptor)

    @cached_property
    def _grid(self) -> ChannelGrid:
        return ChannelGrid([(1.0, heat) for heat in self.heats], **self.descriptor)


@lru_cache(maxsize=1)
def shipped_metric() -> Metric:
    """The metric that comes with the package."""
    folder = files(__package__) / "data"
    facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
    with (folder / _MATRICES).open("rb") as file, np.load(file) as kept:
        matrices = {aspect: kept[aspect].astype(np.float64) for aspect in ASPECTS}
    calibrations = {
        (aspect, kind): Calibration(**facts["calibrations"][aspect][kind]) for aspect in ASPECTS for kind in KINDS
    }
    return Metric(facts["name"], facts["descriptor"], facts["balls"], facts["heats"], matrices, calibrations)
