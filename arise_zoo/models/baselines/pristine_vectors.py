"""Descriptors of the 396 pristine structures as shipped, and the classifiers that are fitted on them where they run.

They are rows of `arise/prototypes`: r_cut 4.0, sigma 0.1 and the three extrinsic scales, 1,188 in all, which
`scripts/make_pristine_vectors.py` takes from there. Classifiers that keep what they have learnt in a file of their own
are in `naive_bayes` and `checkpoint`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...common.storage import sha256
from ..checkpoint import SHIPPED, CheckpointError

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

FOLDER = SHIPPED / "pristine-vectors"


class PristineVectors(NamedTuple):
    """`structures`: ids, shape (n,); `labels`: class numbers in the order of `class_ids()`, shape (n,);
    `extrinsic_scales`, shape (n,); `descriptors`, shape (n, 316), float32."""

    structures: np.ndarray
    labels: np.ndarray
    extrinsic_scales: np.ndarray
    descriptors: np.ndarray


@lru_cache(maxsize=2)
def load_pristine_vectors(folder: Path = FOLDER) -> PristineVectors:
    """The rows as shipped, sorted by class, structure and scale; raises `CheckpointError` if they were changed."""
    path = folder / "vectors.npz"
    try:
        expected = json.loads((folder / "source.json").read_text(encoding="utf-8"))["sha256"]["vectors.npz"]
        if sha256(path) == expected:
            with np.load(path) as arrays:
                return PristineVectors(**arrays)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{folder} does not hold the descriptors of pristine structures ({error}).") from error
    raise CheckpointError(f"{path} does not match its SHA-256; get it anew.")


@lru_cache(maxsize=1)
def fitted_random_forest() -> RandomForestClassifier:
    """scikit-learn's random forest with its defaults, fitted on all shipped rows, seed 0; once in each process.

    It takes a second to fit and tens of megabytes to keep, so that it is not shipped.
    """
    from sklearn.ensemble import RandomForestClassifier

    rows = load_pristine_vectors()
    return RandomForestClassifier(random_state=0, n_jobs=1).fit(rows.descriptors, rows.labels)


def class_similarities(descriptors: np.ndarray) -> np.ndarray:
    """Cosine of the angle to the nearest row of each class at extrinsic scale 1, shape (n, n_classes).

    `descriptors`: shape (n, n_features), none of them zero.
    """
    rows = load_pristine_vectors()
    central = rows.extrinsic_scales == 1.0
    labels = rows.labels[central]
    similarities = _unit(descriptors) @ _unit(rows.descriptors[central]).T
    first_of_class = np.flatnonzero(np.diff(labels, prepend=-1))
    return np.maximum.reduceat(similarities, first_of_class, axis=1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    vectors = np.asarray(vectors, dtype=np.float64)
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
