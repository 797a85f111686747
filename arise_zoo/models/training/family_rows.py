"""The training data of fine-tuning a model that knows `unknown`: structures as one meets them, new classes and old."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms

from ...common.parallel import effective_n_jobs, workers
from ...common.progress import Progress
from ...common.seeds import rng_for
from ...errors import StructureError
from ...prototypes import Prototype, class_ids, get_prototype
from ...structures import supercell
from ..augmentation.background import KINDS, BackgroundStructure
from ..augmentation.field import FIELD_SEED, FieldStructure, disturbed
from ..augmentation.field_rows import described
from ..model import Model
from .finetuning_rows import FineTuningRows

_NEW, _OLD, _BACKGROUND = 80, 8, 140  # variants of each new and each old class, structures of each kind of background


def family_rows(
    base: Model, prototypes: Sequence[Prototype], new: Sequence[str], keeps_old: bool, n_jobs: int, progress: bool
) -> FineTuningRows:
    """The rows from which classes are learnt; `new`: their ids in order. Old labels are numbers of outputs."""
    import joblib

    jobs = [joblib.delayed(_of_new)(prototype, dict(base.descriptor)) for prototype in prototypes]
    if keeps_old:
        jobs += [joblib.delayed(_of_old)(class_id, dict(base.descriptor)) for class_id in class_ids()]
        jobs += [joblib.delayed(_of_background)(kind, dict(base.descriptor)) for kind in KINDS]
    warm_up = effective_n_jobs(n_jobs)
    with workers(n_jobs) as run, Progress(len(jobs), "describing", show=progress, warm_up=warm_up) as bar:
        parts = []
        for part in run(jobs):
            parts.append(part)
            bar.advance()
    mine, theirs = parts[: len(prototypes)], parts[len(prototypes) :]
    labels = [np.full(len(part[0]), new.index(p.id)) for part, p in zip(mine, prototypes, strict=True)]
    nothing = np.zeros((0, base.network.n_features), np.float32), np.zeros(0, int), np.zeros(0, bool)
    vectors, old_labels, pristine = (np.concatenate(columns) for columns in zip(*(theirs or [nothing]), strict=True))
    return FineTuningRows(
        np.concatenate([part[0] for part in mine]),
        np.concatenate(labels),
        np.concatenate([part[2] for part in mine]),
        vectors,
        old_labels,
        pristine,
    )


def _of_new(prototype: Prototype, descriptor: dict[str, object]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Descriptors of a new class, labels that mean nothing, and which are of pristine structures."""
    atoms = _pristine(prototype)
    count = len(atoms)
    atoms += [disturbed(prototype, rng_for(FIELD_SEED, prototype.id, "fine-tuning", i)) for i in range(_NEW)]
    try:
        vectors = _describe(atoms, descriptor)
    except StructureError as error:
        raise StructureError(f"class {prototype.id!r}: {error}") from error
    return vectors, np.zeros(len(vectors), int), np.arange(len(vectors)) < count


def _of_old(class_id: str, descriptor: dict[str, object]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pristine = _describe(_pristine(get_prototype(class_id)), descriptor)
    vectors, labels = described([FieldStructure(class_id, variant) for variant in range(_OLD)], descriptor)
    is_pristine = np.arange(len(pristine) + len(vectors)) < len(pristine)
    return np.concatenate([pristine, vectors]), np.full(len(is_pristine), labels[0]), is_pristine


def _of_background(kind: str, descriptor: dict[str, object]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    vectors, labels = described([BackgroundStructure(kind, variant) for variant in range(_BACKGROUND)], descriptor)
    return vectors, labels, np.zeros(len(vectors), bool)


def _pristine(prototype: Prototype) -> list[Atoms]:
    shapes = [(1, True)] if prototype.is_periodic else []
    shapes += [(k, False) for k in prototype.supercell_sizes]
    return [supercell(prototype, k, periodic=periodic) for k, periodic in shapes]


def _describe(structures: list[Atoms], descriptor: dict[str, object]) -> np.ndarray:
    from ...descriptors import descriptor_with

    soap = descriptor_with(descriptor)
    return np.array([soap.create(atoms) for atoms in structures], dtype=np.float32)
