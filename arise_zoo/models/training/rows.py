"""The rows that networks learn from: those of `arise/prototypes`, and further ones that a plan asks for.

How blurred and perturbed structures are made is in `thermal` and `perturbed`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .plans import Plan

Examples = tuple[np.ndarray, np.ndarray]
"""Descriptors, shape (n, 316), and class numbers, shape (n,)."""


class Rows(NamedTuple):
    """Rows of `arise/prototypes` (pristine): structure ids, class numbers, descriptors, shape (n, 316), and which rows
    have the central setting."""

    structures: np.ndarray
    labels: np.ndarray
    descriptors: np.ndarray
    is_central: np.ndarray

    @property
    def examples(self) -> Examples:
        """Descriptors and class numbers."""
        return self.descriptors, self.labels


def read_rows(folder: str | Path | None, split: str) -> Rows:
    """Rows of one split of the pristine data set; `folder` as for `arise_zoo.load_dataset`."""
    from ...datasets import load_dataset
    from ...datasets.vectors import descriptors_of, is_central

    table = load_dataset("prototypes", "pristine", split=split, folder=folder).with_format("arrow")[:]
    structures = np.array(table["structure_id"].to_pylist())
    return Rows(structures, table["label"].to_numpy(), descriptors_of(table), is_central(table))


def together(*parts: Rows) -> Rows:
    """Several one after the other."""
    return Rows(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def joined(parts: Sequence[Examples]) -> Examples:
    """Several one after the other."""
    descriptors, labels = zip(*parts, strict=True)
    return np.concatenate(descriptors), np.concatenate(labels)


def further_rows(plan: Plan, folder: str | Path, n_jobs: int = 1, progress: bool = False) -> list[Examples]:
    """The structures that a plan asks for in addition to pristine rows.

    What has been described is kept in `folder`.
    """
    from ..augmentation.perturbed import training_rows
    from ..augmentation.thermal import blurred_rows

    found = []
    if plan.blurred:
        found.append(blurred_rows(plan.blurred, n_jobs=n_jobs, progress=progress))
    if plan.perturbed:
        found.append(training_rows(folder, range(plan.perturbed), n_jobs, progress))
    return found
