"""Finished parts of a long computation, kept in a folder until the whole is done. This module does not know what they
hold."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from ..common.storage import replacing


class ChunkFolder:
    """A folder of numbered parts, each a few arrays, that belong to one set of settings; none without a path.

    Parts made with other settings are never read: they are in a subfolder named by the SHA-256 of the settings.
    """

    def __init__(self, path: str | Path | None, settings: dict[str, Any]):
        self.folder: Path | None = None
        if path is not None:
            digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
            self.folder = Path(path) / digest[:20]

    def known(self) -> set[int]:
        """Numbers of the complete parts."""
        if self.folder is None or not self.folder.is_dir():
            return set()
        return {int(file.stem) for file in self.folder.glob("[0-9]*.npz") if zipfile.is_zipfile(file)}

    def read(self, number: int) -> dict[str, np.ndarray]:
        """Arrays of a part that is known."""
        assert self.folder is not None
        with np.load(_file(self.folder, number)) as stored:
            return dict(stored)

    def write(self, number: int, arrays: dict[str, np.ndarray]) -> None:
        """Keep a part."""
        if self.folder is not None:
            with replacing(_file(self.folder, number)) as temporary, open(temporary, "wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:09d}.npz"


def remove_parts(path: str | Path) -> None:
    """Forget all parts in a folder, whatever their settings."""
    shutil.rmtree(path, ignore_errors=True)
