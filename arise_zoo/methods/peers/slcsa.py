"""Supervised-learning crystal structure analysis (SL-CSA) on bispectra that LAMMPS computes.

A linear discriminant analysis takes the 55 components to three, a logistic regression names the class, and the
Mahalanobis distance to that class tells whether to believe it. LAMMPS's own `compute slcsa/atom` is not used for the
last step: in the release of July 2025 it multiplies the inverse covariance with the wrong component of the difference,
and is right for diagonal matrices only. The names of classes are the same, as a test shows. `scripts/fit_peers.py`
makes the projection, since LAMMPS brings none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ase import Atoms

from ...common.lammps_library import check_lammps
from ...reading import check_atoms
from ..protocol import UNKNOWN, Prediction
from ..resolved import Level, Truth
from .bispectrum import bispectra
from .fitted_data import load_fitted

CLASSES = ("bcc_w", "fcc_cu", "hcp_mg", "diamond_c")
CITATION = (
    "P. Lafourcade, J.-B. Maillet, C. Denoual, E. Duval, A. Allera, A. M. Goryaeva, M.-C. Marinica, "
    "Comput. Mater. Sci. 230, 112534 (2023), doi:10.1016/j.commatsci.2023.112534"
)


@dataclass(frozen=True)
class SLCSAMethod:
    """The class that SL-CSA gives an atom: bcc, fcc, hcp or cubic diamond, whatever the elements.

    Bispectra have 2 J_max = 8 and cut-offs in which each atom has 24 neighbours. An atom is unknown if its Mahalanobis
    distance to the class found is above the threshold of that class, or if it has too few neighbours for a bispectrum.
    The confidence is the probability by the logistic regression, 0 for an unknown atom.
    """

    name: str = "slcsa"
    recognises: ClassVar[tuple[str, ...]] = CLASSES
    level: ClassVar[Level] = "atom"
    truth: ClassVar[Truth] = "class"
    finite: ClassVar[bool] = False
    trained_on_defects: ClassVar[bool] = True
    packages: ClassVar[tuple[str, ...]] = ("lammps",)
    citation: ClassVar[str] = CITATION

    def predict(self, atoms: Atoms) -> Prediction:
        """Class ids or `UNKNOWN`, shape (n_atoms,), in the order of the atoms; isolated structures are treated too.

        Raises `MissingPackageError` without LAMMPS, `StructureError` for coordinates that are not finite.
        """
        check_atoms(atoms, "the structure")
        fitted = load_fitted(self.name)
        projected = (bispectra(atoms) - fitted["mean"]) @ fitted["projection"]
        probabilities = class_probabilities(fitted, np.nan_to_num(projected))
        best = probabilities.argmax(axis=1)
        distances = mahalanobis(fitted, projected)[np.arange(len(atoms)), best]
        known = distances <= fitted["thresholds"][best]  # False for NaN
        labels = np.where(known, np.array(CLASSES)[best], UNKNOWN)
        return Prediction(labels, np.where(known, probabilities.max(axis=1), 0.0))


def slcsa() -> SLCSAMethod:
    """SL-CSA (extra `md`); raises `MissingPackageError` without LAMMPS."""
    check_lammps("slcsa")
    return SLCSAMethod()


def class_probabilities(fitted: Mapping[str, np.ndarray], projected: np.ndarray) -> np.ndarray:
    """Probabilities, shape (n, 4), of projected descriptors, shape (n, 3)."""
    scores = projected @ fitted["decision"].T + fitted["bias"]
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def mahalanobis(fitted: Mapping[str, np.ndarray], projected: np.ndarray) -> np.ndarray:
    """Mahalanobis distance, shape (n, 4), of projected descriptors, shape (n, 3), to each class."""
    differences = projected[:, None] - fitted["centres"]
    squares = np.einsum("nci,cij,ncj->nc", differences, fitted["inverse_covariances"], differences)
    distances: np.ndarray = np.sqrt(squares)
    return distances
