"""Where a structure is read from: a path, one with frames as `file@0:100:5`, a compressed file, standard input."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from ..errors import StructureError

_LARGEST = 2**30  # bytes of a file once it is unpacked
_FRAMES = re.compile(r"(?P<path>.+)@(?P<frames>-?\d*(?::-?\d*){0,2})")
_STANDARD_INPUT = ("-", "/dev/stdin")
_PACKED: tuple[tuple[re.Pattern[bytes], Callable[..., Any]], ...] = (
    (re.compile(rb"\x1f\x8b\x08"), gzip.open),
    (re.compile(rb"BZh[1-9]1AY&SY"), bz2.open),
    (re.compile(rb"\xfd7zXZ\0"), lzma.open),
)
_ARCHIVES = {b"PK\3\4": "zip", b"(\xb5/\xfd": "zstd", b"7z\xbc\xaf": "7z"}
_SUFFIXES = (".gz", ".bz2", ".xz")
_HEAD = 4096  # bytes that tell what a file is
_BLOCK = 2**20
_DAMAGE = (OSError, EOFError, lzma.LZMAError, zlib.error)
_AS_LATIN = "arise_zoo.latin-1"
"""What to do with bytes that are not UTF-8, for decoding: they are letters of the old Western alphabet."""


def _as_latin(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(_AS_LATIN, _as_latin)


@dataclass(frozen=True)
class Source:
    """A file to read: its `name` for messages, its `path` (None for standard input), and which frames are wanted.

    `frames` is None where all are meant, by default. Its bytes are read once, so that it may be a pipe.
    """

    name: str
    path: Path | None
    frames: slice | int | None = field(default=None)

    @property
    def given(self) -> str:
        """The path as it was given."""
        return _STANDARD_INPUT[0] if self.path is None else str(self.path)

    @property
    def suffix(self) -> str:
        """Extension in lower case, without that of a compression."""
        return Path(self.stem).suffix.lower()

    @property
    def stem(self) -> str:
        """Name of the file without folder and without the extension of a compression."""
        name = "" if self.path is None else self.path.name
        while name.lower().endswith(_SUFFIXES):
            name = name.rpartition(".")[0]
        return name

    @property
    def is_plain(self) -> bool:
        """Whether it is a file on disk that nothing has to be done to."""
        return self.path is not None and self.path.is_file() and _opener(self.head) is None

    @cached_property
    def head(self) -> bytes:
        """The first bytes as they lie there; raises `StructureError` for an archive or if they cannot be read."""
        if self.path is None or not self.path.is_file():
            return self._raw[:_HEAD]
        try:
            with open(self.path, "rb") as file:
                return self._no_archive(file.read(_HEAD))
        except OSError as error:
            raise self._unreadable(error) from error

    @cached_property
    def beginning(self) -> str:
        """The first characters of what it holds, unpacked; raises `StructureError` as `content` does."""
        return _text(self._first_bytes)

    @cached_property
    def _first_bytes(self) -> bytes:
        if self.path is not None and self.path.is_file():
            with self._unpacked() as file:
                first = file.read(_HEAD)
            if _opener(first) is None:
                return self._no_archive(first)
        return self.content[:_HEAD]

    def lines(self) -> Iterator[str]:
        """The lines of the text, of a file read as they are asked for; raises `StructureError` where it is damaged."""
        if self.path is None or not self.path.is_file() or self._is_packed_twice or _is_utf16(self._first_bytes):
            yield from io.StringIO(self.text())
            return
        with self._unpacked() as file:
            yield from io.TextIOWrapper(file, encoding="utf-8-sig", errors=_AS_LATIN)

    @property
    def _is_packed_twice(self) -> bool:
        with self._unpacked() as file:
            return _opener(file.read(_HEAD)) is not None

    @contextmanager
    def _unpacked(self) -> Iterator[IO[bytes]]:
        """The file, unpacked once as it is read."""
        assert self.path is not None
        opener = _opener(self.head) or open
        try:
            with opener(self.path, "rb") as file:
                yield file
        except _DAMAGE as error:
            raise self._unreadable(error) from error

    def holds_more_than(self, limit: int) -> bool:
        """Whether a file on disk, unpacked once, has more than `limit` bytes; no more than these are read."""
        with self._unpacked() as file:
            while limit >= 0 and (block := file.read(min(_BLOCK, limit + 1))):
                limit -= len(block)
        return limit < 0

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file, unpacked; raises `StructureError` if it is too large, damaged, or an archive."""
        content = self._raw
        while (opener := _opener(content)) is not None:
            try:
                with opener(io.BytesIO(content)) as file:
                    content = self._limited(file.read(_LARGEST + 1))
            except _DAMAGE as error:
                raise self._unreadable(error) from error
        return self._no_archive(content)

    @cached_property
    def _raw(self) -> bytes:
        try:
            if self.path is None:
                return self._limited(sys.stdin.buffer.read(_LARGEST + 1))
            with open(self.path, "rb") as file:
                return self._limited(file.read(_LARGEST + 1))
        except OSError as error:
            raise self._unreadable(error) from error

    def _no_archive(self, content: bytes) -> bytes:
        for begin, kind in _ARCHIVES.items():
            if content.startswith(begin):
                raise StructureError(f"{self.name} is packed by {kind}; unpack it first.")
        return content

    def _limited(self, content: bytes) -> bytes:
        if len(content) > _LARGEST:
            raise StructureError(f"{self.name} holds more than {_LARGEST >> 30} GiB; split it.")
        return content

    def _unreadable(self, error: Exception) -> StructureError:
        return StructureError(f"{self.name} cannot be read ({getattr(error, 'strerror', None) or error}).")

    def is_binary(self) -> bool:
        """Whether it holds something else than text, judged from its beginning."""
        head = self._first_bytes
        return b"\0" in head and not _is_utf16(head)

    def text(self) -> str:
        """The text of the file, without a byte-order mark."""
        return _text(self.content)

    @contextmanager
    def as_file(self) -> Iterator[Path]:
        """A plain file with the content, the one on disk if it is plain."""
        if self.path is not None and self.is_plain:
            yield self.path
            return
        with TemporaryDirectory() as folder:
            path = Path(folder) / (self.stem or "structure")
            path.write_bytes(self.content)
            yield path


def _text(content: bytes) -> str:
    if _is_utf16(content):
        text = content.decode("utf-16", errors="replace")
    else:
        text = content.decode("utf-8-sig", errors=_AS_LATIN)
    return io.StringIO(text, newline=None).read()


def _opener(content: bytes) -> Callable[..., Any] | None:
    return next((opener for begin, opener in _PACKED if begin.match(content)), None)


def _is_utf16(content: bytes) -> bool:
    return content[:2] in (b"\xff\xfe", b"\xfe\xff")


def source_of(path: str | PathLike[str]) -> Source:
    """What a path means; raises `StructureError` if there is no such file.

    A path that exists is taken as it is, whatever signs it holds; otherwise what follows the last @ says which frames.
    """
    name = str(path)
    if _exists(name):
        return _source(name)
    match = _FRAMES.fullmatch(name)
    if match and _exists(match["path"]):
        numbers = [int(part) if part else None for part in match["frames"].split(":")]
        if len(numbers) == 1:
            if numbers[0] is None:
                raise StructureError(f"{name} names no frame after the @.")
            return _source(match["path"], numbers[0])
        if len(numbers) == 3 and numbers[2] == 0:
            raise StructureError(f"{name} has a step of 0 between its frames.")
        return _source(match["path"], slice(*numbers))
    if Path(name).is_dir():
        raise StructureError(f"{name} is a folder, not a file of structures.")
    file, _, frames = name.rpartition("@")
    if file and _exists(file):
        raise StructureError(f"{frames!r} behind {file}@ names no frames; write a number or 0:100:5.")
    raise StructureError(f"there is no file {name}.")


def _exists(name: str) -> bool:
    if name in _STANDARD_INPUT:
        return True
    try:
        return Path(name).exists() and not Path(name).is_dir()
    except (OSError, ValueError):  # a name that is too long, or holds a zero byte
        return False


def _source(name: str, frames: slice | int | None = None) -> Source:
    if name in _STANDARD_INPUT:
        return Source("standard input", None, frames)
    return Source(name, Path(name), frames)
