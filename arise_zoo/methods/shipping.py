"""A method travels to each worker once, whatever it weighs: by a file that the workers of this machine read."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .resolved import MethodError, ResolvedMethod


@dataclass(frozen=True)
class Shipment:
    """Where a worker finds the method."""

    path: str

    def method(self) -> ResolvedMethod:
        """The method, read once in each process."""
        return _read(self.path)


def ship(method: ResolvedMethod, folder: Path) -> Shipment:
    """Write a method for the workers; raises `MethodError` if it cannot be pickled."""
    import cloudpickle

    path = folder / "method.pickle"
    try:
        with open(path, "wb") as file:
            cloudpickle.dump(method.method, file)
    except Exception as error:  # a plug-in may raise anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise MethodError(
            f"method {method.facts.name!r} cannot be sent to worker processes ({reason}); run it with one job."
        ) from error
    return Shipment(str(path))


@lru_cache(maxsize=2)
def _read(path: str) -> ResolvedMethod:
    with open(path, "rb") as file:
        return ResolvedMethod(pickle.load(file))


def unpacked(method: ResolvedMethod | Shipment) -> ResolvedMethod:
    """The method itself."""
    return method.method() if isinstance(method, Shipment) else method
