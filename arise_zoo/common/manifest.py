"""`manifest.json`: the files of a folder, each with its SHA-256. Data sets and checkpoints carry one.

Further entries of a data set's manifest are in `datasets.manifest`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

from .storage import sha256

MANIFEST = "manifest.json"
CARD = "README.md"
TASKS = "eval.yaml"
RESULTS = ".eval_results"
"""Card, tasks of a benchmark and results in it only tell of the other files, and more with every benchmark record."""


class FileHash(TypedDict):
    """A file: `path` below the folder, `sha256` in hexadecimal digits, `size` in bytes."""

    path: str
    sha256: str
    size: int


class Entry(FileHash, total=False):
    """A file as a manifest lists it; in a data set with the configuration that it belongs to."""

    config: str


def describe_files(folder: Path, names: Iterable[str]) -> list[FileHash]:
    """The entries of these files of a folder."""
    return [{"path": n, "sha256": sha256(folder / n), "size": (folder / n).stat().st_size} for n in names]


def entries(content: Any) -> list[Entry]:
    """The files that the content of a manifest lists; raises `KeyError`, `TypeError` or `ValueError` if it is not a
    manifest."""
    files: list[Entry] = content["files"]
    if not all(isinstance(file["path"], str) and isinstance(file["sha256"], str) for file in files):
        raise ValueError("no hashes")
    return files


def read_entries(folder: Path) -> list[Entry]:
    """The files that a folder's manifest lists; raises as `entries` does, or `OSError`."""
    return entries(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def first_difference(ours: Iterable[FileHash], theirs: Iterable[FileHash]) -> str | None:
    """The first path whose hashes differ; what only tells of the other files is left out."""
    a, b = ({f["path"]: f["sha256"] for f in files if not _tells(f["path"])} for files in (ours, theirs))
    return next((path for path in sorted(a.keys() | b.keys()) if a.get(path) != b.get(path)), None)


def _tells(path: str) -> bool:
    return path in (CARD, TASKS) or path.startswith(f"{RESULTS}/")
