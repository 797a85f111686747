"""Libraries without their chatter, which their compiled parts write to the standard error of the process."""

from __future__ import annotations

import importlib
import os
import sys
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
    """Drop whatever the process writes to standard error, compiled code included."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # heeded by some versions, for what comes later too
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
