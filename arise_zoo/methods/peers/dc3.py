"""The data-centric crystal classifier DC3, implemented anew from its article.

The same as there: the 330 features, the network of three layers of 100 neurons, its training on ideal lattices whose
atoms moved uniformly in a ball of 1 to 25 % of d_NN, the coherence factor, and the 99th percentile of the distance to
the ideal lattice. What differs is in docs/peers.md. `scripts/fit_peers.py` trains it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ase import Atoms

from ...reading import check_atoms
from ..protocol import UNKNOWN, Prediction
from ..resolved import Level, Truth
from .dc3_features import surroundings
from .fitted_data import load_fitted

CLASSES = ("fcc_cu", "bcc_w", "hcp_mg", "diamond_c", "hexagonal_diamond_c", "alpha_po")
CITATION = (
    "H. W. Chung, R. Freitas, G. Cheon, E. J. Reed, Phys. Rev. Mater. 6, 043801 (2022), "
    "doi:10.1103/PhysRevMaterials.6.043801 (implemented anew)"
)


@dataclass(frozen=True)
class DC3Method:
    """The lattice that a small network sees in the surroundings of an atom.

    An atom is unknown if its coherence factor is below the value that parts crystals from random packings, if its
    features are farther from the ideal lattice than those of 99 % of the training crystals of that lattice, or if it
    has fewer than 16 neighbours. The confidence is the network's probability, 0 for an unknown atom. The chemical
    elements do not count.
    """

    name: str = "dc3"
    recognises: ClassVar[tuple[str, ...]] = CLASSES
    level: ClassVar[Level] = "atom"
    truth: ClassVar[Truth] = "class"
    finite: ClassVar[bool] = False
    trained_on_defects: ClassVar[bool] = True
    packages: ClassVar[tuple[str, ...]] = ("numpy",)
    citation: ClassVar[str] = CITATION

    def predict(self, atoms: Atoms) -> Prediction:
        """Class ids or `UNKNOWN`, shape (n_atoms,), in the order of the atoms; isolated structures are treated too.

        Raises `StructureError` for coordinates that are not finite.
        """
        check_atoms(atoms, "the structure")
        fitted = load_fitted(self.name)
        features, coherence = surroundings(atoms)
        scaled = (features - fitted["mean"]) / fitted["deviation"]
        probabilities = network(np.nan_to_num(scaled))
        best = probabilities.argmax(axis=1)
        distances = np.linalg.norm(scaled - fitted["ideal"][best], axis=1)
        # Comparisons with NaN are False, so that atoms without features are unknown.
        known = (coherence >= fitted["least_coherence"]) & (distances <= fitted["cutoffs"][best])
        labels = np.where(known, np.array(CLASSES)[best], UNKNOWN)
        return Prediction(labels, np.where(known, probabilities.max(axis=1), 0.0))


def dc3() -> DC3Method:
    """DC3 with the weights that come with the package."""
    return DC3Method()


def network(scaled: np.ndarray) -> np.ndarray:
    """Probabilities, shape (n, 6), of features, shape (n, 330), less their mean and over their deviation."""
    fitted = load_fitted("dc3")
    values = scaled
    layers = sum(key.startswith("weights") for key in fitted)
    for i in range(layers):
        values = values @ fitted[f"weights_{i}"] + fitted[f"biases_{i}"]
        if i < layers - 1:
            values = np.maximum(values, 0.0)
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    probabilities: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return probabilities
