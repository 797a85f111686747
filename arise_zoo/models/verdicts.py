"""How far an answer is to be believed, in words: "fcc, sure", "fcc or In, not sure", "most like VTe3, but probably none
of the known classes".

The doubts beyond which a model is not sure are stored with it (`scripts/calibrate_verdicts.py` finds them); a model
without them gives no verdict. docs/verdicts.md says how often verdicts are right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from ..prototypes import class_ids, get_prototype
from .network.prediction import NetworkPrediction
from .outputs import UNKNOWN

SURE, UNSURE, NONE = "sure", "unsure", "none"
CERTAINTIES = (SURE, UNSURE, NONE)
"""What a verdict comes down to: the label is right, may be right, or the structure is probably of no known class."""

SCORES = ("mutual_information", "predictive_entropy", "max_probability")
"""Doubts that a threshold can be set on; the last is 1 - the highest probability."""

_RIVAL = 0.2  # probability from which the second class is named too


@dataclass(frozen=True)
class Thresholds:
    """Up to which doubt a model's answer is sure, and from which its structure is probably of no known class.

    Attributes
    ----------
    score : str
        The doubt, one of `SCORES` (bits, but for `max_probability`).
    sure : float
        Greatest doubt of an answer that is sure.
    none : float or None
        Least doubt of a structure of no known class; None for models that say `unknown` themselves.
    found_on : dict
        What the thresholds were found on.
    """

    score: str
    sure: float
    none: float | None = None
    found_on: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Thresholds:
        """From what a checkpoint holds; raises `ValueError` or `TypeError` if these are no thresholds."""
        found = cls(**content)
        if found.score not in SCORES:
            raise ValueError(f"verdicts by {found.score!r} are not known")
        if not all(isinstance(limit, (int, float)) for limit in (found.sure, found.none or 0.0)):
            raise TypeError("thresholds must be numbers")
        return found

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def certainties(self, said: NetworkPrediction, labels: Sequence[str], n_samples: int) -> np.ndarray | None:
        """One of `CERTAINTIES` for each structure of a prediction with `labels` of its columns, shape (n,); None if it
        was made without the passes that the doubt needs."""
        if self.score == "mutual_information" and n_samples == 0:
            return None
        doubt = doubts(said, self.score)
        is_none = np.array(labels)[said.probabilities.argmax(axis=1)] == UNKNOWN
        if self.none is not None:
            is_none |= doubt > self.none
        return np.where(is_none, NONE, np.where(doubt <= self.sure, SURE, UNSURE))


def doubts(said: NetworkPrediction, score: str) -> np.ndarray:
    """How much a prediction doubts each structure, shape (n,)."""
    if score == "max_probability":
        least: np.ndarray = 1.0 - said.probabilities.max(axis=1)
        return least
    found: np.ndarray = getattr(said, score)
    return found


def in_words(certainty: str, labels: Sequence[str], probabilities: Sequence[float]) -> str:
    """The verdict on a structure whose labels, the most probable first, have these probabilities."""
    ranked = [(name_of(label), p) for label, p in zip(labels, probabilities, strict=True) if label != UNKNOWN]
    first = ranked[0][0]
    if certainty == SURE:
        return f"{first}, sure"
    if certainty == NONE:
        return f"most like {first}, but probably none of the known classes"
    rivals = [name for name, p in ranked[1:2] if p >= _RIVAL and name != first]
    return f"{' or '.join([first, *rivals])}, not sure"


def name_of(label: str) -> str:
    """The name of a class of the table, as short as no other class has it; another label as it is."""
    return _names().get(label, label)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    ways: list[dict[str, str]] = [
        {class_id: get_prototype(class_id).name.partition(" (")[0] for class_id in class_ids()},
        {class_id: get_prototype(class_id).name for class_id in class_ids()},
        {class_id: class_id for class_id in class_ids()},
    ]
    counts = [Counter(names.values()) for names in ways]
    return {c: next(n[c] for n, count in zip(ways, counts, strict=True) if count[n[c]] == 1) for c in class_ids()}
