"""Files and libraries of structures, each of which is looked for in an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..common.progress import Progress
from ..errors import StructureError
from ..reading import read_frames
from .answers import WHOLE, Similar
from .sources import is_library, items_of
from .structure_index import StructureIndex

_Named = tuple[str, Any]
"""A structure after its name, or the error of a file that holds none."""


def search_files(
    index: StructureIndex,
    files: Iterable[str | Path],
    k: int = 10,
    *,
    aspect: str = WHOLE,
    matcher: bool = False,
    format: str | None = None,
    species: str | Sequence[str] | Mapping[str, str] | None = None,
    progress: bool = False,
) -> list[Similar]:
    """The answers for all frames of files and all structures of folders, databases of ASE and named data sets.

    A structure without a descriptor gets a sentence instead of hits; so does a file of a folder that cannot be read.
    Parameters as of `StructureIndex.search` and `arise_zoo.reading.read_frames`, whose errors are raised too;
    `progress`: show progress on standard error.
    """
    answers = []
    with Progress(None, "searching", show=progress) as bar:
        for path in files:
            for name, found in _of_library(path) if is_library(path) else _of_file(path, format, species):
                try:
                    if isinstance(found, StructureError):
                        raise found
                    answers.append(index.search(found, k, aspect=aspect, matcher=matcher, name=name))
                except StructureError as error:
                    answers.append(Similar(name, aspect, problem=str(error)))
                bar.advance()
    return answers


def _of_file(path: str | Path, format: str | None, species: Any) -> Iterator[_Named]:
    frames = read_frames(path, format=format, species=species)
    for number, atoms in enumerate(frames):
        yield str(path) if len(frames) == 1 else f"{path}@{number}", atoms


def _of_library(path: str | Path) -> Iterator[_Named]:
    errors: list[StructureError] = []
    for item in items_of(path, errors.append):
        yield from ((str(path), error) for error in errors)
        errors.clear()
        yield item.id, item.atoms
    yield from ((str(path), error) for error in errors)
