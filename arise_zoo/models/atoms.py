"""Which class every atom of a structure is part of: `classify_atoms`. Labels of whole structures are in
`classification`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms

from ..errors import AriseZooError
from ..reading import check_atoms, read_structure
from .model import Model, load_model
from .outputs import UNKNOWN

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class AtomClassification:
    """What a model says of the atoms of a structure, in their order.

    Attributes
    ----------
    model : str
        Name of the model.
    n_samples : int
        Monte-Carlo passes.
    names : tuple of str
        The labels that the model has.
    numbers : array of shape (n_atoms,), int16
        Which of `names` is the most probable one of each atom.
    probabilities : array of shape (n_atoms,), float32
        Its probability.
    mutual_information : array of shape (n_atoms,), float32
        Uncertainty (bits), as of a `NetworkPrediction`.
    """

    model: str
    n_samples: int
    names: tuple[str, ...]
    numbers: np.ndarray
    probabilities: np.ndarray
    mutual_information: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    def __repr__(self) -> str:
        shares = (f"{100 * count / len(self):.1f} % {label}" for label, count in self.counts().items())
        return f"{len(self)} atoms: {', '.join(shares)}"

    @property
    def labels(self) -> np.ndarray:
        """The most probable label of each atom, shape (n_atoms,)."""
        labels: np.ndarray = np.array(self.names)[self.numbers]
        return labels

    def counts(self) -> dict[str, int]:
        """How many atoms have each label that occurs, the most frequent first."""
        counts = np.bincount(self.numbers, minlength=len(self.names))
        return {self.names[i]: int(counts[i]) for i in np.argsort(-counts, kind="stable") if counts[i]}

    def to_dataframe(self) -> pd.DataFrame:
        """One row an atom: label, probability, mutual information."""
        import pandas as pd

        columns = {"label": self.labels, "probability": self.probabilities}
        return pd.DataFrame({**columns, "mutual_information": self.mutual_information})


def classify_atoms(
    structure: Atoms | str | Path,
    model: str | Path | Model,
    n_samples: int | None = None,
    seed: int = 0,
    *,
    n_threads: int = -1,
) -> AtomClassification:
    """Name the class that each atom of a structure is part of.

    Parameters
    ----------
    structure : ase.Atoms, str or Path
        The structure, or a file of which the last frame is taken. `pbc` says which directions are periodic.
    model : str, Path or Model
        A model of atoms: its name, the folder of a checkpoint, or the loaded model.
    n_samples : int, optional
        Monte-Carlo passes, from which the uncertainties follow (default: as many as the model wants).
    seed : int, default 0
        Seed of the passes.
    n_threads : int, default -1
        Threads (-1: one per core); they do not affect the labels.

    Returns
    -------
    AtomClassification
        An atom that is unlike those of all classes is "unknown"; so is one without neighbours, with probability 1.
        Memory: that of `LocalSOAP.blocks`, and 10 bytes an atom for what is returned.

    Raises
    ------
    StructureError
        For a file that cannot be read, or a structure in which no atom has a neighbour or atoms coincide.
    AriseZooError
        For an unknown model, or one that labels whole structures.
    """
    from ..descriptors import LocalSOAP, descriptor_with

    if not isinstance(model, Model):
        model = load_model(model)
    soap = descriptor_with(model.descriptor)
    if not isinstance(soap, LocalSOAP):
        raise AriseZooError(f"{model.name} labels whole structures; ask it with classify, or a model of atoms here.")
    atoms = structure if isinstance(structure, Atoms) else read_structure(structure)
    if len(atoms):  # the descriptor has a sentence of its own for none
        check_atoms(atoms, "the structure")
    n_samples = model.n_samples if n_samples is None else n_samples
    numbers = np.empty(len(atoms), np.int16)
    probabilities, information = np.empty(len(atoms), np.float32), np.empty(len(atoms), np.float32)
    for block, vectors in soap.blocks(atoms, n_threads):
        said = model.predict(vectors, n_samples, seed, n_threads=n_threads)
        numbers[block] = said.probabilities.argmax(axis=1)
        probabilities[block] = said.probabilities.max(axis=1)
        information[block] = said.mutual_information
        alone = block[~vectors.any(axis=1)]
        numbers[alone], probabilities[alone], information[alone] = model.labels.index(UNKNOWN), 1.0, 0.0
    return AtomClassification(model.name, n_samples, model.labels, numbers, probabilities, information)
