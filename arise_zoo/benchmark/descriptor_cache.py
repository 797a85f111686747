"""Descriptors that a run computes and keeps, so that the next method with the same parameters takes them from there.

Those of built data sets are in `stored_vectors`. A file belongs to the structures of one question and to the parameters
of the descriptor; whoever finds it missing writes it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .._version import DATA_VERSION
from ..common.storage import StorageError, replacing
from ..methods.descriptor_based import descriptor_of
from ..structures import StructureSpec


def cached_vectors(folder: str | Path, specs: Sequence[StructureSpec], parameters: Mapping[str, Any]) -> np.ndarray:
    """Descriptors of these structures, shape (n, n_features), float32; NaN where a structure has none."""
    what = {"data": DATA_VERSION, "parameters": dict(parameters), "seed": specs[0].seed, "ids": [s.id for s in specs]}
    name = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:24]
    path = Path(folder) / specs[0].condition / f"{name}.npy"
    if path.is_file():
        try:
            return np.load(path)
        except (OSError, ValueError, EOFError) as error:
            raise StorageError(f"{path} is damaged ({error}); remove it, and it is made again.") from error
    vectors = _described(specs, parameters)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.save(file, vectors)
    return vectors


def _described(specs: Sequence[StructureSpec], parameters: Mapping[str, Any]) -> np.ndarray:
    vectors = [descriptor_of(spec.build(), parameters) for spec in specs]
    width = next((len(vector) for vector in vectors if vector is not None), 1)
    return np.array([np.full(width, np.nan) if v is None else v for v in vectors], dtype=np.float32)
