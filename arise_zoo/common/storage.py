"""Files that are either whole or not there: writing under a temporary name, hashing, errors as one sentence."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from ..errors import AriseZooError


class StorageError(AriseZooError, OSError):
    """A file or folder that cannot be written or read."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that is renamed to it when the block ends well and removed otherwise.

    Raises `StorageError` naming the path if the folder cannot be written or the disk is full.
    """
    path = Path(path)
    if path.exists() and not path.is_file() and not path.is_dir():  # a device or a pipe, which has no other name
        yield path
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            with open(temporary, "rb+") as file:  # some systems flush writable files only
                os.fsync(file.fileno())  # a name must not survive a power cut that its content does not
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
    except StorageError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise StorageError(f"cannot write {path}: {reason}; free the disk or choose another folder.") from error


def check_room(folder: Path, needed: int = 0) -> None:
    """Raise `StorageError` unless a file can be written below a folder, which need not exist yet.

    Parameters
    ----------
    folder : Path
        Where files will be written.
    needed : int, default 0
        Bytes that must be free there.
    """
    there = next(path for path in (Path(folder), *Path(folder).absolute().parents) if path.exists())
    remedy = "free the disk or choose another folder"
    try:
        with TemporaryFile(dir=there) as file:  # it has no name that another process could meet
            file.write(b"\0" * 4096)
            file.flush()
    except OSError as error:
        raise StorageError(f"cannot write into {folder}: {error.strerror or error}; {remedy}.") from error
    if (free := shutil.disk_usage(there).free) < needed:
        sizes = f"{free / 1e6:.0f} MB are free and {needed / 1e6:.0f} MB needed"
        raise StorageError(f"cannot write into {folder}: {sizes}; {remedy}.")


@contextmanager
def locked(path: Path, *, remedy: str, taken: str | None = None) -> Iterator[None]:
    """Hold a lock, the file `path`.

    Another process that holds it is waited for, or, with the sentence `taken`, ends the call by an `AriseZooError`.
    Raises `StorageError`, closed by the `remedy`, if the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=-1 if taken is None else 0)
    except Timeout as error:
        raise AriseZooError(taken) from error
    except OSError as error:
        reason = error.strerror or error
        raise StorageError(f"cannot write into {path.parent}: {reason}; {remedy}.") from error
    try:
        yield
    finally:
        lock.release()
        if taken is not None:  # nobody waits for it
            path.unlink(missing_ok=True)


@contextmanager
def sole_run(lock: Path, folder: str | Path) -> Iterator[None]:
    """Be the only process that writes results into a folder, and remove what a killed one has left half-written.

    Raises `AriseZooError` if another process is at work there.
    """
    taken = f"another run is writing into {folder}; wait for it or choose another --out."
    with locked(lock, taken=taken, remedy="choose another --out"):
        for left_behind in Path(folder).rglob(".*.part"):  # by a run that was killed
            if left_behind.is_file():
                left_behind.unlink(missing_ok=True)
        yield


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file as a whole."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file as a whole, indented, keys in the order given."""
    write_text(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else _digest(file)


def _digest(file: Any) -> str:  # Python 3.10
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
