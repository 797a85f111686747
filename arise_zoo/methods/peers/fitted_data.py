"""What a peer method has learnt, as arrays in a file with a hash: reading and writing.

`scripts/fit_peers.py` makes the files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ...common.storage import replacing, sha256, write_json
from ..resolved import MethodError

FOLDER = Path(__file__).parent / "fitted"


@lru_cache(maxsize=8)
def load_fitted(name: str, folder: Path = FOLDER) -> Mapping[str, np.ndarray]:
    """The arrays of a method by name; read once in each process.

    Raises `MethodError` if the file is missing or was changed.
    """
    path = folder / f"{name}.npz"
    try:
        expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["sha256"]
        if sha256(path) == expected:
            with np.load(path) as arrays:
                return dict(arrays)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MethodError(f"{folder} does not hold what {name} has learnt ({error}).") from error
    raise MethodError(f"{path} does not match its SHA-256; get it anew.")


def write_fitted(name: str, arrays: Mapping[str, np.ndarray], record: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Write the arrays, and beside them how they were made and their SHA-256."""
    path = folder / f"{name}.npz"
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    write_json(path.with_suffix(".json"), {"name": name, **record, "sha256": sha256(path)})
