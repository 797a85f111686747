"""Descriptors of the 396 pristine structures as shipped, and the classifiers that are fitted on them where they run.

They are rows of `arise/prototypes`: r_cut 4.0, sigma 0.1 and the three extrinsic scales, 1,188 in all. Classifiers that
keep what they have learnt in a file of their own are in `naive_bayes` and `checkpoint`.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...common.storage import replacing, sha256, write_json
from ..checkpoint import CheckpointError

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

_SHIPPED = Path(__file__).parents[1] / "checkpoints" / "pristine-vectors"


class PristineVectors(NamedTuple):
    """`structures`: ids, shape (n,); `labels`: class numbers in the order of `class_ids()`, shape (n,);
    `extrinsic_scales`, shape (n,); `descriptors`, shape (n, 316), float32."""

    structures: np.ndarray
    labels: np.ndarray
    extrinsic_scales: np.ndarray
    descriptors: np.ndarray


def write_pristine_vectors(data: str | Path | None, folder: str | Path = _SHIPPED) -> Path:
    """Take the rows from `arise/prototypes` (`data` as `folder` of `arise_zoo.load_dataset`) and write them."""
    from ..._version import DATA_VERSION
    from ...datasets import load_dataset
    from ...descriptors.settings import CENTRE

    columns: dict[str, list[Any]] = {name: [] for name in PristineVectors._fields}
    for split in ("train", "validation"):
        table = load_dataset("prototypes", "pristine", split=split, folder=data).with_format("arrow")[:]
        keep = (table["r_cut"].to_numpy() == CENTRE[0]) & (table["sigma"].to_numpy() == CENTRE[1])
        vectors = table["descriptor"].combine_chunks().flatten().to_numpy().reshape(len(table), -1)
        columns["structures"].append(np.array(table["structure_id"].to_pylist())[keep])
        columns["labels"].append(table["label"].to_numpy()[keep].astype(np.int16))
        columns["extrinsic_scales"].append(table["extrinsic_scale"].to_numpy()[keep])
        columns["descriptors"].append(vectors[keep])
    rows = {name: np.concatenate(parts) for name, parts in columns.items()}
    order = np.lexsort((rows["extrinsic_scales"], rows["structures"], rows["labels"]))
    folder = Path(folder)
    with replacing(folder / "vectors.npz") as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **{name: values[order] for name, values in rows.items()})
    facts = {"name": "arise/prototypes", "config": "pristine", "version": DATA_VERSION, "rows": len(order)}
    write_json(folder / "source.json", {"data": facts, "sha256": {"vectors.npz": sha256(folder / "vectors.npz")}})
    return folder


@lru_cache(maxsize=2)
def load_pristine_vectors(folder: Path = _SHIPPED) -> PristineVectors:
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
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
