"""A method travels to each worker once, whatever it weighs: by a file that the workers of this machine read, or as one
parcel to each worker of a cluster.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import IO, TypeAlias

from ..common.quiet import quiet
from .resolved import MethodError, ResolvedMethod


@dataclass(frozen=True)
class Shipment:
    """Where a worker finds the method."""

    path: str

    def method(self) -> ResolvedMethod:
        """The method, read once in each process."""
        return _read(self.path)


@dataclass(frozen=True)
class Parcel:
    """A method as bytes, to be sent to each worker of a cluster once, and their `name`."""

    name: str
    content: bytes = field(repr=False)

    def method(self) -> ResolvedMethod:
        """The method, unpacked once in each thread, since it need not bear being asked by two at once."""
        if getattr(_here, "name", None) != self.name:
            with quiet():
                _here.method, _here.name = ResolvedMethod(pickle.loads(self.content)), self.name
        found: ResolvedMethod = _here.method
        return found


_here = threading.local()


def ship(method: ResolvedMethod, folder: Path) -> Shipment:
    """Write a method for the workers; raises `MethodError` if it cannot be pickled."""
    path = folder / "method.pickle"
    with open(path, "wb") as file:
        _dump(method, file)
    return Shipment(str(path))


def pack(method: ResolvedMethod) -> Parcel:
    """Pack a method for a cluster; raises `MethodError` if it cannot be pickled."""
    file = BytesIO()
    _dump(method, file)
    content = file.getvalue()
    return Parcel(hashlib.sha256(content).hexdigest(), content)


def _dump(method: ResolvedMethod, file: IO[bytes]) -> None:
    import cloudpickle

    try:
        cloudpickle.dump(method.method, file)
    except Exception as error:  # a plug-in may raise anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise MethodError(
            f"method {method.facts.name!r} cannot be sent to worker processes ({reason}); run it with one job."
        ) from error


@lru_cache(maxsize=2)
def _read(path: str) -> ResolvedMethod:
    with open(path, "rb") as file, quiet():
        return ResolvedMethod(pickle.load(file))


Sent: TypeAlias = ResolvedMethod | Shipment | Parcel
"""What a worker is given for the method."""


def unpacked(sent: Sent) -> ResolvedMethod:
    """The method itself."""
    return sent if isinstance(sent, ResolvedMethod) else sent.method()
