"""How much a method doubts each structure, by every score that it gives, from its predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...methods import UNKNOWN
from ..record import DoubtScore

if TYPE_CHECKING:
    import pyarrow as pa

SCORES: tuple[DoubtScore, ...] = ("mutual_information", "max_probability", "confidence", "unknown_atoms")
"""Scores of doubt, those that a method declares itself first; all are higher where it is less sure."""


class Doubt(NamedTuple):
    """What a method says of the structures of one condition, arrays of shape (n_structures,).

    `classes`: a number for each class or prototype; `scores`: by name, in the order of `SCORES`; `unknown`: the share
    of labels that are `unknown`, 0 or 1 where a structure has one.
    """

    classes: np.ndarray
    scores: dict[DoubtScore, np.ndarray]
    unknown: np.ndarray

    def by_score(self) -> np.ndarray:
        """The first of the scores; the decision where there is none."""
        return next(iter(self.scores.values()), self.unknown)


def doubt(table: pa.Table, level: str, numbers: dict[str, int]) -> Doubt:
    """From rows of a predictions file; `numbers` of classes are given as they are met.

    The score is 1 - highest probability and, if there is one, the method's own uncertainty, where it gives
    probabilities; otherwise 1 - mean confidence, if every label has one. Methods of atoms have the share of atoms that
    are unknown, too.
    """
    import pyarrow.compute as pc

    classes = [numbers.setdefault(c, len(numbers)) for c in table["class"].to_pylist()]
    labels = table["labels"].combine_chunks()
    n = len(classes)
    unknown = _mean_of_lists(labels, pc.equal(pc.list_flatten(labels), UNKNOWN).to_numpy(zero_copy_only=False), n)
    found: dict[DoubtScore, np.ndarray] = {}
    if table["confidence"].null_count == 0 and n:
        given = table["confidence"].combine_chunks()
        values = pc.list_flatten(given).to_numpy(zero_copy_only=False).astype(float)
        probabilistic = "sum_of_squares" in table.column_names
        found["max_probability" if probabilistic else "confidence"] = 1.0 - _mean_of_lists(given, values, n)
    if "uncertainty" in table.column_names:
        found["mutual_information"] = np.asarray(table["uncertainty"].to_numpy(), float)
    if level == "atom":
        found["unknown_atoms"] = unknown
    scores = {name: found[name] for name in SCORES if name in found and np.isfinite(found[name]).all()}
    return Doubt(np.array(classes, dtype=int), scores, unknown)


def _mean_of_lists(lists: pa.ListArray, values: np.ndarray, n: int) -> np.ndarray:
    """Mean of the values of each list, shape (n,); NaN of an empty one."""
    import pyarrow.compute as pc

    owner = pc.list_parent_indices(lists).to_numpy()
    with np.errstate(invalid="ignore"):
        means: np.ndarray = np.bincount(owner, values, n) / np.bincount(owner, minlength=n)
    return means
