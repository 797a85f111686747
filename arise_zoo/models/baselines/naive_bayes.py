"""scikit-learn's naive Bayes classifiers on descriptors, the paper's baselines: fitting, keeping, reading.

What is kept are the fitted parameters as arrays, not a pickle, so that any version of scikit-learn may read them.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...common.storage import replacing, sha256, write_json
from ...errors import UnknownNameError
from ...prototypes import class_ids
from ..checkpoint import SHIPPED, TRAINING, CheckpointError

if TYPE_CHECKING:
    from sklearn.naive_bayes import BernoulliNB, GaussianNB

PARAMETERS = {
    "gnb": ("theta_", "var_", "class_prior_"),
    "bnb": ("feature_log_prob_", "class_log_prior_"),
}
"""The fitted attributes of each classifier: `gnb` is `GaussianNB`, `bnb` is `BernoulliNB`, both with defaults."""


_PARAMETERS = "parameters.npz"


def fit_naive_bayes(name: str, descriptors: np.ndarray, labels: np.ndarray) -> GaussianNB | BernoulliNB:
    """Fit `gnb` or `bnb` on descriptors, shape (n, n_features), and class numbers, shape (n,)."""
    return _unfitted(name).fit(descriptors, labels)


def write_naive_bayes(folder: str | Path, name: str, fitted: Any, training: dict[str, Any]) -> Path:
    """Write the fitted parameters and the record of the fit into a folder and return it."""
    folder = Path(folder)
    with replacing(folder / _PARAMETERS) as temporary, open(temporary, "wb") as file:
        arrays = {attribute.rstrip("_"): getattr(fitted, attribute) for attribute in PARAMETERS[name]}
        np.savez_compressed(file, **arrays)
    digest = sha256(folder / _PARAMETERS)
    write_json(folder / TRAINING, {"name": name, **training, "sha256": {_PARAMETERS: digest}})
    return folder


@lru_cache(maxsize=4)
def load_naive_bayes(name: str, folder: Path | None = None) -> GaussianNB | BernoulliNB:
    """The classifier as shipped, or from a folder; its classes are numbers, in the order of `class_ids()`.

    Read once in each process. Raises `CheckpointError` if the parameters are missing or were changed.
    """
    classifier = _unfitted(name)
    folder = folder or SHIPPED / name
    path = folder / _PARAMETERS
    try:
        expected = json.loads((folder / TRAINING).read_text(encoding="utf-8"))["sha256"][_PARAMETERS]
        if sha256(path) != expected:
            raise CheckpointError(f"{path} does not match its SHA-256; get it anew.")
        with np.load(path) as arrays:
            for attribute in PARAMETERS[name]:
                setattr(classifier, attribute, arrays[attribute.rstrip("_")])
    except (OSError, ValueError, KeyError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{folder} does not hold a fitted {name} ({error}).") from error
    fitted = getattr(classifier, PARAMETERS[name][0])
    classifier.classes_, classifier.n_features_in_ = np.arange(len(fitted)), fitted.shape[1]
    if len(fitted) != len(class_ids()):
        raise CheckpointError(f"{folder} was fitted on {len(fitted)} classes, but there are {len(class_ids())}.")
    return classifier


def _unfitted(name: str) -> GaussianNB | BernoulliNB:
    from sklearn.naive_bayes import BernoulliNB, GaussianNB

    if name not in PARAMETERS:
        raise UnknownNameError("naive Bayes classifier", name, PARAMETERS)
    return {"gnb": GaussianNB, "bnb": BernoulliNB}[name]()
