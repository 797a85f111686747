"""Files of structures, each of whose frames is looked for in an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..errors import StructureError
from ..reading import read_frames
from .answers import WHOLE, Similar
from .structure_index import StructureIndex


def search_files(
    index: StructureIndex,
    files: Iterable[str | Path],
    k: int = 10,
    *,
    aspect: str = WHOLE,
    matcher: bool = False,
    format: str | None = None,
    species: str | Sequence[str] | Mapping[str, str] | None = None,
) -> list[Similar]:
    """The answers for all frames of files; a structure without a descriptor gets a sentence instead of hits.

    Parameters as of `StructureIndex.search` and `arise_zoo.reading.read_frames`, whose errors are raised too.
    """
    answers = []
    for path in files:
        frames = read_frames(path, format=format, species=species)
        for number, atoms in enumerate(frames):
            name = str(path) if len(frames) == 1 else f"{path}@{number}"
            try:
                answers.append(index.search(atoms, k, aspect=aspect, matcher=matcher, name=name))
            except StructureError as error:
                answers.append(Similar(name, aspect, problem=str(error)))
    return answers
