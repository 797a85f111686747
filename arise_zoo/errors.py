"""The package's errors. Each message is one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

import copyreg
import difflib
from collections.abc import Iterable
from typing import Any


class AriseZooError(Exception):
    """Base of all errors that a user can cause; command lines print its message and exit with 2."""

    def __reduce__(self) -> tuple[Any, ...]:  # an error of a worker travels to the parent, whatever it was made from
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class UnknownNameError(AriseZooError, ValueError):
    """A name (class, method, table, condition ...) that does not exist; names the nearest one that does."""

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        known = [str(k) for k in known]
        near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.4)
        if near:
            hint = f"did you mean {near[0]!r}?"
        elif len(known) <= 12:
            hint = f"choose one of {', '.join(known)}."
        else:
            hint = f"there are {len(known)}, from {known[0]!r} to {known[-1]!r}."
        super().__init__(f"unknown {kind} {name!r}; {hint}")


class StructureError(AriseZooError, ValueError):
    """A structure or file of structures that cannot be used."""


class MissingLibraryError(AriseZooError, ImportError):
    """A library that a method needs cannot be loaded; names what to install."""


class MissingPackageError(MissingLibraryError):
    """An optional package that a method needs is not installed; names the extra that brings it."""

    def __init__(self, package: str, needed_by: str, extra: str):
        super().__init__(f"{needed_by} needs {package}; install it with: pip install 'arise-zoo[{extra}]'.")


class EngineError(AriseZooError, RuntimeError):
    """A library that does a method's work cannot be used in the way asked for."""


class DescriptorError(AriseZooError, ValueError):
    """Parameters for which a descriptor is not defined."""
