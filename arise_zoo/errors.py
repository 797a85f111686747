"""The package's errors. Each message is one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

import copyreg
import re
from collections.abc import Iterable
from typing import Any


class AriseZooError(Exception):
    """Base of all errors that a user can cause; command lines print its message and exit with 2."""

    def __reduce__(self) -> tuple[Any, ...]:  # an error of a worker travels to the parent, whatever it was made from
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class UnknownNameError(AriseZooError, ValueError):
    """A name (class, method, table, condition ...) that does not exist; names those that may have been meant."""

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        known = [str(k) for k in known]
        near = near_names(str(name), known)
        if near:
            hint = f"did you mean {' or '.join(map(repr, near))}?"
        elif len(known) <= 12:
            hint = f"choose one of {', '.join(known)}."
        else:
            hint = f"there are {len(known)}, from {known[0]!r} to {known[-1]!r}."
        super().__init__(f"unknown {kind} {name!r}; {hint}")


_MOST_NEAR = 3  # names; where more are as near, none is
_FAR = 99


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """The known names that a slip of the fingers turns into this one, or of which it is a part; the nearest only.

    Upper case, hyphens and the like do not count. Of every four letters or so one may be missing, too many, another, or
    exchanged with the next (Damerau's edits).
    """
    given = _plain(name)
    slips = 0 if len(given) < 3 else 1 if len(given) < 6 else 2 if len(given) < 12 else 3
    found: dict[str, int] = {}
    for other in known:
        parts = set(re.split(r"[^a-z0-9]+", other.lower()))
        distances = [_edits(given, _plain(other), slips)]
        distances += [_edits(given, part, slips) + 1 for part in parts if len(part) > 3]
        if len(given) > 1 and set(re.split(r"[^a-z0-9]+", name.lower())) <= parts:
            distances.append(1)
        if min(distances) < _FAR:
            found[other] = min(distances)
    best = [other for other, distance in found.items() if distance == min(found.values())]
    return best if len(best) <= _MOST_NEAR else []


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _edits(a: str, b: str, most: int) -> int:
    """Edits that turn one word into the other, `_FAR` where they are more than `most`."""
    if abs(len(a) - len(b)) > most:
        return _FAR
    before, row = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other)))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                row[j] = min(row[j], earlier[j - 2] + 1)
    return row[-1] if row[-1] <= most else _FAR


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
