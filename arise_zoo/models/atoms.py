"""Which class every atom of a structure is part of: `classify_atoms`. Labels of whole structures are in
`classification`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from ase import Atoms

from ..errors import AriseZooError
from ..reading import Trajectory, as_atoms, check_atoms, is_structure, read_structure
from ..reading.source import source_of
from ..reading.species import parse_species
from .model import Model, load_model
from .outputs import UNKNOWN
from .verdicts import CERTAINTIES, NONE

if TYPE_CHECKING:
    import pandas as pd

    from ..descriptors import LocalSOAP


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
    certainties : array of shape (n_atoms,), str, or None
        What the verdict on each atom comes down to: "sure", "unsure", or "none" of the known classes; None where the
        model has no thresholds for it.
    structure : str
        File and frame, or place in the list.
    """

    model: str
    n_samples: int
    names: tuple[str, ...]
    numbers: np.ndarray
    probabilities: np.ndarray
    mutual_information: np.ndarray
    certainties: np.ndarray | None = None
    structure: str = "structure"

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

    def columns(self) -> dict[str, np.ndarray]:
        """What is said of each atom, by the names that tables and files have for it: `label`, `probability`,
        `mutual_information` and, if the model has it, `certainty`."""
        found = {"label": self.labels, "probability": self.probabilities, "mutual_information": self.mutual_information}
        return found if self.certainties is None else {**found, "certainty": self.certainties}

    def to_dataframe(self) -> pd.DataFrame:
        """One row an atom, with the `columns`."""
        import pandas as pd

        return pd.DataFrame(self.columns())


@overload
def classify_atoms(
    structure: Atoms,
    model: str | Path | Model = ...,
    n_samples: int | None = ...,
    seed: int = ...,
    *,
    format: str | None = ...,
    species: str | Sequence[str] | Mapping[str, str] | None = ...,
    n_threads: int = ...,
) -> AtomClassification: ...


@overload
def classify_atoms(
    structure: Any,
    model: str | Path | Model = ...,
    n_samples: int | None = ...,
    seed: int = ...,
    *,
    format: str | None = ...,
    species: str | Sequence[str] | Mapping[str, str] | None = ...,
    n_threads: int = ...,
) -> AtomClassification | Iterator[AtomClassification]: ...


def classify_atoms(
    structure: Any,
    model: str | Path | Model = "arise-local",
    n_samples: int | None = None,
    seed: int = 0,
    *,
    format: str | None = None,
    species: str | Sequence[str] | Mapping[str, str] | None = None,
    n_threads: int = -1,
) -> AtomClassification | Iterator[AtomClassification]:
    """Name the class that each atom of a structure, or of each structure of a trajectory, is part of.

    Parameters
    ----------
    structure : ase.Atoms, pymatgen Structure, OVITO DataCollection, str, Path, or iterable of these
        The structure, or a file of which the last frame is taken, or the one of `file@3`. `pbc` says which directions
        are periodic. An iterable, or a range of frames as `file@0:100:5` or `file@:`, is a trajectory.
    model : str, Path or Model, default "arise-local"
        A model of atoms: its name, the folder of a checkpoint, or the loaded model.
    n_samples : int, optional
        Monte-Carlo passes, from which the uncertainties follow (default: as many as the model wants).
    seed : int, default 0
        Seed of the passes.
    format, species
        For files, as for `arise_zoo.reading.read_frames`; `species` for types of OVITO too.
    n_threads : int, default -1
        Threads (-1: one per core); they do not affect the labels.

    Returns
    -------
    AtomClassification, or iterator of AtomClassification
        An atom that is unlike those of all classes is "unknown"; so is one without neighbours, with probability 1.
        For a trajectory one structure after the other is read and answered as the iterator is asked, and none is kept.
        Memory: that of `LocalSOAP.blocks`, and 34 bytes an atom for what is returned.

    Raises
    ------
    StructureError
        For a file that cannot be read, or a structure in which no atom has a neighbour or atoms coincide.
    AriseZooError
        For an unknown model, or one that labels whole structures.
    """
    if not isinstance(model, Model):
        model = load_model(model)
    ask = _Question(model, model.n_samples if n_samples is None else n_samples, seed, n_threads)
    wanted = parse_species(species)
    if is_structure(structure):
        return ask(as_atoms(structure, "the structure", wanted), "structure")
    if not isinstance(structure, (str, PathLike)):
        if not isinstance(structure, Iterable):
            as_atoms(structure)  # says what it is not
        return (ask(*named) for named in _each(structure, format, wanted))
    if isinstance(source_of(structure).frames, slice):
        return (ask(*named) for named in _frames(Trajectory(structure, format=format, species=wanted)))
    return ask(read_structure(structure, format=format, species=wanted), str(structure))


class _Question:
    """What a model is asked about each structure."""

    def __init__(self, model: Model, n_samples: int, seed: int, n_threads: int):
        self._model, self._soap = model, _descriptor(model)
        self._n_samples, self._seed, self._n_threads = n_samples, seed, n_threads

    def __call__(self, atoms: Atoms, name: str) -> AtomClassification:
        model, n_samples, n = self._model, self._n_samples, len(atoms)
        if n:  # the descriptor has a sentence of its own for none
            check_atoms(atoms, "the structure" if name == "structure" else name)
        numbers, certainties = np.empty(n, np.int16), np.full(n, NONE, np.array(CERTAINTIES).dtype)
        probabilities, information = np.empty(n, np.float32), np.empty(n, np.float32)
        gives_verdicts = False
        for block, vectors in self._soap.blocks(atoms, self._n_threads):
            said = model.predict(vectors, n_samples, self._seed, n_threads=self._n_threads)
            numbers[block] = said.probabilities.argmax(axis=1)
            probabilities[block] = said.probabilities.max(axis=1)
            information[block] = said.mutual_information
            found = None if model.thresholds is None else model.thresholds.certainties(said, model.labels, n_samples)
            if gives_verdicts := found is not None:
                certainties[block] = found
            alone = block[~vectors.any(axis=1)]
            numbers[alone], probabilities[alone], information[alone] = model.labels.index(UNKNOWN), 1.0, 0.0
            certainties[alone] = NONE
        verdicts = certainties if gives_verdicts else None
        return AtomClassification(
            model.name, n_samples, model.labels, numbers, probabilities, information, verdicts, name
        )


def check_labels_atoms(model: Model) -> None:
    """Raise `AriseZooError` for a model that labels whole structures."""
    if not model.labels_atoms:
        raise AriseZooError(f"{model.name} labels whole structures; ask it with classify, or a model of atoms here.")


def _descriptor(model: Model) -> LocalSOAP:
    from ..descriptors import LocalSOAP, descriptor_with

    check_labels_atoms(model)
    soap = descriptor_with(model.descriptor)
    assert isinstance(soap, LocalSOAP)
    return soap


def _each(given: Iterable[Any], format: str | None, species: Mapping[str, str]) -> Iterator[tuple[Atoms, str]]:
    """The structures of an iterable, all frames of a file among them, with their names."""
    for number, item in enumerate(given):
        if isinstance(item, (str, PathLike)):
            yield from _frames(Trajectory(item, format=format, species=species))
        else:
            yield as_atoms(item, f"item {number}", species), f"structure {number}"


def _frames(trajectory: Trajectory) -> Iterator[tuple[Atoms, str]]:
    for number, atoms in trajectory:
        yield atoms, trajectory.name(number)
