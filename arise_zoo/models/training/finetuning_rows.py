"""The training data of fine-tuning, all of it made from pristine structures.

Of the new classes the supercells that the 108 have, at settings around the central one, and thermally blurred variants;
the same of those old classes for which the network takes the new ones; of all old ones what the package carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from ...errors import StructureError
from ...prototypes import Prototype, class_ids, get_prototype
from ...prototypes.custom import prototype_from_atoms
from ...structures import supercell
from ..augmentation.thermal import blurred_rows_of
from ..baselines.pristine_vectors import load_pristine_vectors
from ..model import Model

_NEAR = 3  # classes a new class, that it is taken for most
_BLURRED = 40
_WITHIN = 0.21  # how far r_cut may be from the central one


@dataclass(frozen=True)
class FineTuningRows:
    """Descriptors, shape (n, 316), of the `new` and `old` classes, the columns they belong to, and which of them are
    of pristine structures at the central setting."""

    new: np.ndarray
    new_labels: np.ndarray
    new_is_pristine: np.ndarray
    old: np.ndarray
    old_labels: np.ndarray
    old_is_pristine: np.ndarray

    def counts(self) -> dict[str, int]:
        """How many rows there are of each."""
        return {"new": len(self.new), "old": len(self.old)}


def as_prototypes(structures: Sequence[Atoms], labels: Sequence[str]) -> list[Prototype]:
    """A prototype for each structure; those of one class share its id."""
    return [
        prototype_from_atoms(atoms, label, source=str(atoms.info.get("file", "")))
        for atoms, label in zip(structures, labels, strict=True)
    ]


def fine_tuning_rows(
    base: Model,
    prototypes: Sequence[Prototype],
    new: Sequence[str],
    old: Sequence[str] | None,
    n_jobs: int = 1,
    progress: bool = False,
) -> FineTuningRows:
    """The rows from which classes are learnt; `new`: their ids in order; `old`: ids that are kept, None if none are."""
    rows, labels, pristine = _described(prototypes, new, n_jobs, progress)
    if old is None:
        nothing = np.zeros(0, int)
        return FineTuningRows(rows, labels, pristine, rows[:0], nothing, nothing.astype(bool))
    carried = load_pristine_vectors()
    columns = np.array([base.labels.index(c) if c in base.labels else -1 for c in class_ids()])
    carried_labels = columns[carried.labels]
    keep = carried_labels >= 0
    near = [get_prototype(label) for label in _near(base, rows, labels, old)]
    similar, similar_labels, _ = _described(near, base.labels, n_jobs, progress)
    central = np.concatenate([carried.extrinsic_scales[keep] == 1.0, np.zeros(len(similar), bool)])
    vectors = np.concatenate([carried.descriptors[keep], similar])
    return FineTuningRows(
        rows, labels, pristine, vectors, np.concatenate([carried_labels[keep], similar_labels]), central
    )


def _described(
    prototypes: Sequence[Prototype], columns: Sequence[str], n_jobs: int, progress: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of some classes, their columns, and which are of pristine structures at the central setting."""
    import joblib

    from ...common.parallel import effective_n_jobs, workers
    from ...common.progress import Progress

    warm_up = effective_n_jobs(n_jobs)
    with workers(n_jobs) as run, Progress(len(prototypes), "describing", show=progress, warm_up=warm_up) as bar:
        parts = []
        for part in run(joblib.delayed(_rows_of)(prototype) for prototype in prototypes):
            parts.append(part)
            bar.advance()
    sizes = [len(vectors) for vectors, _ in parts]
    labels = np.repeat([columns.index(prototype.id) for prototype in prototypes], sizes)
    return np.concatenate([v for v, _ in parts]), labels, np.concatenate([is_pristine for _, is_pristine in parts])


def _near(base: Model, rows: np.ndarray, labels: np.ndarray, old: Sequence[str]) -> list[str]:
    """The old classes for which the network takes the new ones."""
    probabilities = base.predict(rows, n_samples=0).probabilities
    found: set[str] = set()
    for j in np.unique(labels):
        order = np.argsort(-probabilities[labels == j].mean(axis=0))
        found.update(base.labels[i] for i in order[:_NEAR])
    return [label for label in old if label in found]


def _rows_of(prototype: Prototype) -> tuple[np.ndarray, np.ndarray]:
    """Settings of all supercells of one structure, then blurred ones; which are pristine at the central setting."""
    from ...datasets.vectors import all_settings
    from ...descriptors.settings import CENTRE, GRID

    around = np.array([abs(setting[0] - CENTRE[0]) < _WITHIN for setting in GRID])
    shapes = [(1, True)] if prototype.is_periodic else []
    shapes += [(k, False) for k in prototype.supercell_sizes]
    rows = []
    for k, periodic in shapes:
        atoms = supercell(prototype, k, periodic=periodic)
        try:
            vectors = all_settings(atoms)
        except StructureError as error:
            raise StructureError(f"class {prototype.id!r}: {error}") from error
        if not vectors.any():
            raise StructureError(f"class {prototype.id!r}: its structure of {len(atoms)} atom(s) has no descriptor.")
        rows.append(vectors[around])
    central = np.tile([setting == CENTRE for setting, taken in zip(GRID, around, strict=True) if taken], len(rows))
    blurred = blurred_rows_of(prototype, _BLURRED)
    return np.concatenate([*rows, blurred]), np.concatenate([central, np.zeros(len(blurred), bool)])
