"""Where a structure is read from: a path, one with frames as `file@0:100:5`, a compressed file, standard input."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from ..errors import StructureError

_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_LARGEST = 2**30  # bytes of a file once it is unpacked
_FRAMES = re.compile(r"(?P<path>.+)@(?P<frames>-?\d*(?::-?\d*){0,2})")
STANDARD_INPUT = "-"


@dataclass(frozen=True)
class Source:
    """A file to read: its `name` for messages, its `path` (None for standard input), and which frames are wanted."""

    name: str
    path: Path | None
    frames: slice | int = field(default_factory=lambda: slice(None))

    @property
    def suffix(self) -> str:
        """Extension in lower case, without that of a compression."""
        if self.path is None:
            return ""
        suffixes = [suffix.lower() for suffix in self.path.suffixes]
        while suffixes and suffixes[-1] in _OPENERS:
            suffixes.pop()
        return suffixes[-1] if suffixes else ""

    @property
    def stem(self) -> str:
        """Name of the file without folder."""
        return "" if self.path is None else self.path.name

    @property
    def is_compressed(self) -> bool:
        """Whether the extension says so."""
        return self.path is not None and self.path.suffix.lower() in _OPENERS

    def content(self) -> bytes:
        """The bytes of the file, unpacked; raises `StructureError` if it is too large or damaged."""
        try:
            if self.path is None:
                content = sys.stdin.buffer.read(_LARGEST + 1)
            elif self.is_compressed:
                with _OPENERS[self.path.suffix.lower()](self.path, "rb") as file:
                    content = file.read(_LARGEST + 1)
            else:
                with open(self.path, "rb") as file:
                    content = file.read(_LARGEST + 1)
        except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
            reason = getattr(error, "strerror", None) or error
            raise StructureError(f"{self.name} cannot be read ({reason}).") from error
        if len(content) > _LARGEST:
            raise StructureError(f"{self.name} holds more than {_LARGEST >> 30} GiB; split it.")
        return content

    def is_binary(self) -> bool:
        """Whether it holds something else than text, judged from its beginning."""
        if self.path is None:
            return False
        if self.is_compressed:
            return b"\0" in self.content()[:4096]
        with open(self.path, "rb") as file:
            return b"\0" in file.read(4096)

    def text(self) -> str:
        """The text of the file, without a byte-order mark."""
        content = self.content()
        encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        try:
            text = content.decode(encoding)
        except UnicodeError:
            text = content.decode("latin-1")
        return io.StringIO(text, newline=None).read()


def source_of(path: str | PathLike[str]) -> Source:
    """What a path means; raises `StructureError` if there is no such file.

    A path that exists is taken as it is, whatever signs it holds; otherwise what follows the last @ says which frames.
    """
    name = str(path)
    if name == STANDARD_INPUT:
        return Source("standard input", None)
    if Path(name).is_file():
        return Source(name, Path(name))
    match = _FRAMES.fullmatch(name)
    if match and Path(match["path"]).is_file():
        numbers = [int(part) if part else None for part in match["frames"].split(":")]
        if len(numbers) == 1:
            if numbers[0] is None:
                raise StructureError(f"{name} names no frame after the @.")
            return Source(match["path"], Path(match["path"]), numbers[0])
        if len(numbers) == 3 and numbers[2] == 0:
            raise StructureError(f"{name} has a step of 0 between its frames.")
        return Source(match["path"], Path(match["path"]), slice(*numbers))
    what = "is a folder, not a file of structures" if Path(name).is_dir() else "does not exist"
    raise StructureError(f"there is no file {name}." if what == "does not exist" else f"{name} {what}.")
