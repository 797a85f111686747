"""`arise_zoo.classify`: from structures or files to names, with probabilities and uncertainties.

What a model computes is in `model`; this module prepares the input and shows the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms

from ..errors import AriseZooError, StructureError
from ..reading import check_atoms, read_frames
from .model import Model, load_model

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = ("mutual_information", "predictive_entropy", "variation_ratio")
_READING = ("geometry", "geometry_probability", "decoration", "decoration_probability")


@dataclass(frozen=True)
class Answer:
    """The answer of a model for one structure.

    Attributes
    ----------
    structure : str
        File and frame, or place in the list.
    n_atoms : int
        Number of atoms.
    labels, probabilities : tuple
        The most probable labels, class ids or "unknown", and their probabilities.
    geometry, geometry_probability : str, float, or None
        The lattice or framework, species ignored: the class that stands for it (`arise_zoo.prototypes.geometries`).
    decoration, decoration_probability : str, float, or None
        How species sit on it: the class whose order it is, or "random"; the probability is that given the geometry.
    mutual_information, predictive_entropy, variation_ratio : float or None
        As in `NetworkPrediction` (bits).
    problem : str or None
        One sentence if there is no answer; there are then no labels and no numbers.
    notes : tuple of str
        What had to be decided in reading the structure.
    """

    structure: str
    n_atoms: int
    labels: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    mutual_information: float | None = None
    predictive_entropy: float | None = None
    variation_ratio: float | None = None
    geometry: str | None = None
    geometry_probability: float | None = None
    decoration: str | None = None
    decoration_probability: float | None = None
    problem: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str | None:
        """The most probable label, None where there is no answer."""
        return self.labels[0] if self.labels else None

    @property
    def probability(self) -> float | None:
        """Its probability."""
        return self.probabilities[0] if self.probabilities else None

    def __str__(self) -> str:
        head = f"{self.structure} ({self.n_atoms} atom{'s' if self.n_atoms != 1 else ''})"
        notes = [f"  note: {note}" for note in self.notes]
        if self.problem:
            return "\n".join([f"{head}: no answer; {self.problem}", *notes])
        lines = [f"{head}: {self.label}, mutual information {self.mutual_information:.3f} bit"]
        if self.geometry != self.label or self.decoration != self.label:
            lines.append(f"  geometry {self._share('geometry')}, decoration {self._share('decoration')}")
        pairs = zip(self.labels, self.probabilities, strict=True)
        return "\n".join(
            [*lines, *(f"  {100 * share:6.2f} %  {label}{_meaning(label)}" for label, share in pairs), *notes]
        )

    def _share(self, what: str) -> str:
        return f"{getattr(self, what)} ({100 * getattr(self, f'{what}_probability'):.1f} %)"


@dataclass(frozen=True)
class Classification(Sequence[Answer]):
    """The answers for all structures, in order: a sequence that prints well; `to_dataframe()` makes a table."""

    model: str
    n_samples: int
    answers: tuple[Answer, ...] = field(default=(), repr=False)

    def __getitem__(self, index: Any) -> Any:
        return self.answers[index]

    def __len__(self) -> int:
        return len(self.answers)

    def __str__(self) -> str:
        return "\n".join(map(str, self.answers)) if self.answers else "no structures"

    def _repr_html_(self) -> str:
        return str(self.to_dataframe().to_html())

    def to_dataframe(self) -> pd.DataFrame:
        """One row a structure: its most probable class, uncertainties, then the next classes (`label_2` ...)."""
        import pandas as pd

        return pd.DataFrame([_row(answer) for answer in self.answers])

    def to_json(self) -> list[dict[str, Any]]:
        """One dictionary a structure, of plain values."""
        return [
            {**asdict(a), "labels": list(a.labels), "probabilities": list(a.probabilities), "notes": list(a.notes)}
            for a in self.answers
        ]


def classify(
    structures: Atoms | str | Path | Iterable[Atoms | str | Path],
    model: str | Path | Model = "arise-mlp",
    n_samples: int | None = None,
    top: int = 5,
    seed: int = 0,
    *,
    format: str | None = None,
    species: str | Sequence[str] | Mapping[str, str] | None = None,
) -> Classification:
    """Recognise the crystal structure of one or more structures.

    Parameters
    ----------
    structures : ase.Atoms, str, Path, or iterable of these
        Structures, or files that ASE reads (all their frames). `pbc` says which directions are periodic.
    model : str, Path or Model, default "arise-mlp"
        Name of a shipped model, folder of a checkpoint, or a loaded model.
    n_samples : int, optional
        Monte-Carlo passes, from which the uncertainties follow (default: as many as the model wants); 0 makes one pass
        without dropout.
    top : int, default 5
        Number of classes to name.
    seed : int, default 0
        Seed of the passes.
    format, species
        For files, as for `arise_zoo.reading.read_frames`.

    Returns
    -------
    Classification
        A structure without a descriptor (a single atom, coinciding atoms) gets a sentence instead of labels. A
        structure that is unlike all classes is "unknown" to models that know it; others name the most similar class,
        in general with a high uncertainty.

    Raises
    ------
    StructureError
        If a file does not exist or ASE cannot read it.
    AriseZooError
        For an unknown model or other parameters out of range.
    """
    if top < 1:
        raise AriseZooError(f"the number of classes to name must be at least 1, not {top}.")
    if not isinstance(model, Model):
        model = load_model(model)
    found, rows, answers = [], [], {}
    notes: list[tuple[str, ...]] = []
    for i, (name, atoms) in enumerate(_structures(structures, format, species)):
        found.append((name, len(atoms)))
        notes.append(tuple(atoms.info.get("notes", ())))
        try:
            vector = model.describe([atoms])[0]  # has its own messages, for a structure without atoms too
            check_atoms(atoms, name)
            rows.append((i, vector))
        except StructureError as error:
            answers[i] = Answer(name, len(atoms), problem=str(error), notes=notes[i])
    n_samples = model.n_samples if n_samples is None else n_samples
    if rows:
        said = model.predict(np.array([vector for _, vector in rows]), n_samples, seed)
        for row, (i, _) in enumerate(rows):
            order = np.argsort(-said.probabilities[row], kind="stable")[:top]
            reading = model.reading(said, row)
            answers[i] = Answer(
                *found[i],
                labels=tuple(model.labels[j] for j in order),
                probabilities=tuple(float(said.probabilities[row, j]) for j in order),
                mutual_information=float(said.mutual_information[row]),
                predictive_entropy=float(said.predictive_entropy[row]),
                variation_ratio=float(said.variation_ratio[row]),
                **reading._asdict(),
                notes=notes[i],
            )
    return Classification(model.name, n_samples, tuple(answers[i] for i in range(len(found))))


def _structures(given: Any, format: str | None, species: Any) -> Iterator[tuple[str, Atoms]]:
    """Each structure with a name."""
    if isinstance(given, Atoms):
        yield "structure", given
    elif isinstance(given, (str, Path)):
        yield from _frames(given, format, species)
    else:
        for i, item in enumerate(given):
            if isinstance(item, Atoms):
                yield f"structure {i}", item
            elif isinstance(item, (str, Path)):
                yield from _frames(item, format, species)
            else:
                raise StructureError(f"item {i} is neither ase.Atoms nor a path, but {type(item).__name__}.")


def _frames(path: str | Path, format: str | None, species: Any) -> Iterator[tuple[str, Atoms]]:
    frames = read_frames(path, format=format, species=species)
    for i, atoms in enumerate(frames):
        yield (str(path) if len(frames) == 1 else f"{path}@{i}"), atoms


def _meaning(label: str) -> str:
    """Name and space group of a class of the table, nothing for other labels."""
    from ..prototypes import class_ids, get_prototype

    if label not in class_ids():
        return ""
    prototype = get_prototype(label)
    group = f", {prototype.space_group.symbol}" if prototype.space_group else ""
    return f"  ({prototype.name}{group})"


def _row(answer: Answer) -> dict[str, Any]:
    row = {"structure": answer.structure, "n_atoms": answer.n_atoms, "label": answer.label}
    row["probability"] = answer.probability
    row.update({column: getattr(answer, column) for column in (*_COLUMNS, *_READING)})
    for i, (label, probability) in enumerate(zip(answer.labels[1:], answer.probabilities[1:], strict=True), 2):
        row.update({f"label_{i}": label, f"probability_{i}": probability})
    return {**row, "problem": answer.problem, "notes": "; ".join(answer.notes) or None}
