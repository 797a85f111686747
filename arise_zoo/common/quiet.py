"""Libraries without their chatter, which their compiled parts write to the standard error of the process."""

from __future__ import annotations

import importlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


def import_quietly(name: str) -> ModuleType:
    """Import a module without its warnings and what its compiled parts write to standard error; errors are raised."""
    if name in sys.modules:
        return sys.modules[name]
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


@contextmanager
def quiet() -> Iterator[None]:
    """Drop whatever the process writes to standard error, compiled code included, until the last thread is done."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # heeded by some versions, for what comes later too
    _SILENCE.begin()
    try:
        yield
    finally:
        _SILENCE.end()


class _Silence:
    """Whether standard error leads nowhere: as long as anyone wants it, since all threads have the same."""

    def __init__(self) -> None:
        self._lock, self._wanted, self._kept = threading.Lock(), 0, -1

    def begin(self) -> None:
        with self._lock:
            if not self._wanted:
                sys.stderr.flush()
                self._kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, 2)
                os.close(nothing)
            self._wanted += 1

    def end(self) -> None:
        with self._lock:
            self._wanted -= 1
            if not self._wanted:
                os.dup2(self._kept, 2)
                os.close(self._kept)


_SILENCE = _Silence()
