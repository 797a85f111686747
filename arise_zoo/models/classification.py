"""`arise_zoo.classify`: from structures or files to names, with probabilities and uncertainties.

What a model computes is in `model`; this module prepares the input and shows the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms

from ..common.parallel import effective_n_jobs
from ..common.progress import Progress
from ..errors import AriseZooError, StructureError
from ..reading import as_atoms, check_atoms, is_structure, iter_named
from ..reading.frames import known_format
from ..reading.species import parse_species
from .model import Model, load_model
from .network.prediction import ROWS_AT_ONCE, NetworkPrediction
from .verdicts import in_words

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
        Number of atoms, 0 for a file that cannot be read.
    labels, probabilities : tuple
        The most probable labels, class ids or "unknown", and their probabilities.
    geometry, geometry_probability : str, float, or None
        The lattice or framework, species ignored: the class that stands for it (`arise_zoo.prototypes.geometries`).
    decoration, decoration_probability : str, float, or None
        How species sit on it: the class whose order it is, or "random"; the probability is that given the geometry.
    mutual_information, predictive_entropy, variation_ratio : float or None
        As in `NetworkPrediction` (bits).
    verdict : str or None
        How far this is to be believed, in words; None where the model has no thresholds for it.
    certainty : str or None
        What the verdict comes down to: "sure", "unsure", or "none" for a structure that is probably of no known class.
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
    verdict: str | None = None
    certainty: str | None = None
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
        head = self.structure
        if self.n_atoms:
            head += f" ({self.n_atoms} atom{'s' if self.n_atoms != 1 else ''})"
        notes = [f"  note: {note}" for note in self.notes]
        if self.problem:
            return "\n".join([f"{head}: no answer; {self.problem}", *notes])
        lines = [f"{head}: {self.verdict or self.label}"]
        numbers = f"mutual information {self.mutual_information:.2g}, entropy {self.predictive_entropy:.2g} bit"
        lines.append(f"  {numbers}")
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

        top = max((len(answer.labels) for answer in self.answers), default=1)
        return pd.DataFrame([_row(answer, top) for answer in self.answers])

    def to_csv(self) -> str:
        """The table of `to_dataframe` as CSV, with all digits."""
        return str(self.to_dataframe().to_csv(index=False, lineterminator="\n"))

    def to_json(self) -> list[dict[str, Any]]:
        """One dictionary a structure, of plain values."""
        return [
            {**asdict(a), "labels": list(a.labels), "probabilities": list(a.probabilities), "notes": list(a.notes)}
            for a in self.answers
        ]


def classify(
    structures: Any,
    model: str | Path | Model = "arise-field",
    n_samples: int | None = None,
    top: int = 5,
    seed: int = 0,
    *,
    format: str | None = None,
    species: str | Sequence[str] | Mapping[str, str] | None = None,
    progress: bool = False,
) -> Classification:
    """Recognise the crystal structure of one or more structures.

    Parameters
    ----------
    structures : ase.Atoms, pymatgen Structure, OVITO DataCollection, str, Path, or iterable of these
        Structures, or files (all their frames, or those that `file@0:100:5` names). `pbc` says which directions are
        periodic.
    model : str, Path or Model, default "arise-field"
        Name of a shipped model, folder of a checkpoint, or a loaded model.
    n_samples : int, optional
        Monte-Carlo passes, from which the uncertainties follow (default: as many as the model wants); 0 makes one pass
        without dropout.
    top : int, default 5
        Number of classes to name.
    seed : int, default 0
        Seed of the passes.
    format, species
        For files, as for `arise_zoo.reading.read_frames`; `species` for types of OVITO too.
    progress : bool, default False
        Show progress on standard error.

    Returns
    -------
    Classification
        A structure without a descriptor (a single atom, coinciding atoms) gets a sentence instead of labels, and so
        does a file among several that cannot be read. A structure that is unlike all classes is "unknown" to models
        that know it; others name the most similar class, in general with a high uncertainty.

    Raises
    ------
    StructureError
        If a file that is asked for alone does not exist or cannot be read.
    AriseZooError
        For an unknown model or other parameters out of range.
    """
    if top < 1:
        raise AriseZooError(f"the number of classes to name must be at least 1, not {top}.")
    if not isinstance(model, Model):
        model = load_model(model)
    known_format(format)
    species = parse_species(species)
    n_samples = model.n_samples if n_samples is None else n_samples
    found: list[Answer] = []
    rows: list[tuple[int, np.ndarray]] = []
    with Progress(1, "describing", show=progress, warm_up=1) as bar:
        for name, atoms in _structures(structures, format, species, bar):
            if isinstance(atoms, StructureError):
                found.append(Answer(name, 0, problem=str(atoms)))
                continue
            notes = tuple(atoms.info.get("notes", ()))
            try:
                vector = model.describe([atoms])[0]  # has its own messages, for a structure without atoms too
                check_atoms(atoms, name)
                rows.append((len(found), vector))
                found.append(Answer(name, len(atoms), notes=notes))
            except StructureError as error:
                found.append(Answer(name, len(atoms), problem=str(error), notes=notes))
            bar.advance()
    at_once = ROWS_AT_ONCE * effective_n_jobs(-1)
    with Progress(len(rows), "asking", show=progress) as bar:
        for begin in range(0, len(rows), at_once):
            part = rows[begin : begin + at_once]
            said = model.predict(np.array([vector for _, vector in part]), n_samples, seed)
            for (place, _), values in zip(part, _answers(model, said, n_samples, top), strict=True):
                found[place] = replace(found[place], **values)
            bar.advance(len(part))
    return Classification(model.name, n_samples, tuple(found))


def _answers(model: Model, said: NetworkPrediction, n_samples: int, top: int) -> Iterator[dict[str, Any]]:
    """What the answer for each structure of a prediction holds."""
    certainties = None if model.thresholds is None else model.thresholds.certainties(said, model.labels, n_samples)
    for row, probabilities in enumerate(said.probabilities):
        order = np.argsort(-probabilities, kind="stable")
        labels = tuple(model.labels[j] for j in order)
        shares = tuple(float(probabilities[j]) for j in order)
        yield {
            "labels": labels[:top],
            "probabilities": shares[:top],
            **{column: float(getattr(said, column)[row]) for column in _COLUMNS},
            **model.reading(said, row)._asdict(),
            "verdict": None if certainties is None else in_words(str(certainties[row]), labels[:3], shares[:3]),
            "certainty": None if certainties is None else str(certainties[row]),
        }


def _structures(
    given: Any, format: str | None, species: Mapping[str, str], bar: Progress
) -> Iterator[tuple[str, Atoms | StructureError]]:
    """Each structure with a name, or why a file among several cannot be read."""
    if is_structure(given):
        yield "structure", as_atoms(given, "structure", species)
    elif isinstance(given, (str, PathLike)):
        yield from _frames(given, format, species, bar)
    elif not isinstance(given, Iterable):
        as_atoms(given)  # says what it is not
    else:
        bar.expect(len(given) if isinstance(given, Sized) else 1)
        for i, item in enumerate(given):
            if isinstance(item, (str, PathLike)):
                try:
                    yield from _frames(item, format, species, bar)
                except StructureError as error:
                    yield str(item), error
            else:
                yield f"structure {i}", as_atoms(item, f"item {i}", species)


def _frames(
    path: str | PathLike[str], format: str | None, species: Mapping[str, str], bar: Progress
) -> Iterator[tuple[str, Atoms | StructureError]]:
    frames = iter_named(path, format=format, species=species)
    if isinstance(frames, Sized):
        bar.expect(None if bar.total is None else bar.total + len(frames) - 1)
        yield from frames
        return
    bar.expect(None)
    name = None
    try:
        for name, atoms in frames:
            yield name, atoms
    except StructureError as error:
        if name is None:
            raise
        yield f"after {name}", error  # a long trajectory that is torn at its end is worth its answers


def _meaning(label: str) -> str:
    """Name and space group of a class of the table, nothing for other labels."""
    from ..prototypes import class_ids, get_prototype

    if label not in class_ids():
        return ""
    prototype = get_prototype(label)
    group = f", {prototype.space_group.symbol}" if prototype.space_group else ""
    return f"  ({prototype.name}{group})"


def _row(answer: Answer, top: int) -> dict[str, Any]:
    row: dict[str, Any] = {"structure": answer.structure, "n_atoms": answer.n_atoms, "label": answer.label}
    row.update({"probability": answer.probability, "certainty": answer.certainty, "verdict": answer.verdict})
    row.update({column: getattr(answer, column) for column in (*_COLUMNS, *_READING)})
    pairs = zip_longest(range(1, top), zip(answer.labels[1:], answer.probabilities[1:], strict=True))
    for i, (label, probability) in ((i, pair or (None, None)) for i, pair in pairs):
        row.update({f"label_{i + 1}": label, f"probability_{i + 1}": probability})
    return {**row, "problem": answer.problem, "notes": "; ".join(answer.notes) or None}
