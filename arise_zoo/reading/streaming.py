"""Trajectories that are too long to be held as a whole: the text of each frame of extended XYZ and LAMMPS dumps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TextIO

from ..errors import StructureError
from .source import Source

LONG = 2**26
"""Bytes of a file from which it is read frame by frame."""

STREAMED = ("extxyz", "xyz", "lammps-dump-text")
"""Formats that can be."""


def is_long(source: Source) -> bool:
    """Whether a file is worth reading frame by frame, and can be: text that is not packed, frames counted from its
    beginning."""
    if not source.is_plain or source.path is None or source.path.stat().st_size < LONG or source.is_binary():
        return False
    wanted = source.frames
    parts = (wanted.start, wanted.stop, wanted.step) if isinstance(wanted, slice) else (wanted,)
    return all(part is None or part >= 0 for part in parts)


def is_wanted(number: int, frames: slice | int | None) -> bool:
    """Whether frame `number` is among those named."""
    if not isinstance(frames, slice):
        return frames in (None, number)
    begin, step = frames.start or 0, frames.step or 1
    return number >= begin and not is_past(number, frames) and (number - begin) % step == 0


def is_past(number: int, frames: slice | int | None) -> bool:
    """Whether no frame from `number` on is among those named."""
    last = frames.stop if isinstance(frames, slice) else None if frames is None else frames + 1
    return last is not None and number >= last


def texts_of_frames(source: Source, format: str) -> Iterator[str]:
    """The text of each frame of a file of one of the formats `STREAMED`."""
    assert source.path is not None
    one = _dump_frame if format == "lammps-dump-text" else _xyz_frame
    with open(source.path, encoding="utf-8-sig", errors="replace") as file:
        while text := one(file, source.name):
            yield text


def _xyz_frame(file: TextIO, where: str) -> str:
    """The next frame, empty at the end."""
    head = _next_line(file)
    try:
        return head + "".join(islice(file, int(head.split()[0]) + 1)) if head else ""
    except ValueError:
        raise StructureError(f"{where} has {head.strip()[:40]!r} where a number of atoms must be.") from None


def _dump_frame(file: TextIO, where: str) -> str:
    lines = [_next_line(file)]
    n_atoms = "0"
    while lines[-1]:
        if lines[-1].startswith("ITEM: NUMBER OF ATOMS"):
            n_atoms = file.readline()
            lines.append(n_atoms)
        elif lines[-1].startswith("ITEM: ATOMS"):
            lines.extend(islice(file, int(n_atoms) if n_atoms.strip().isdigit() else 0))
            break
        lines.append(file.readline())
    return "".join(lines)


def _next_line(file: TextIO) -> str:
    """The next line that is not empty; the empty text at the end."""
    while (line := file.readline()) and not line.strip():
        pass
    return line
