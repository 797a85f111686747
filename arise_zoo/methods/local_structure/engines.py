"""Which library does the work: OVITO where it can be loaded, else mdapy.

The libraries themselves are called in `ovito_engine` and `mdapy_engine`, and nowhere else.
"""

from __future__ import annotations

import os
from types import ModuleType

from ...errors import MissingLibraryError, UnknownNameError
from . import mdapy_engine, ovito_engine
from .algorithms import Algorithm

ENGINES: dict[str, ModuleType] = {"ovito": ovito_engine, "mdapy": mdapy_engine}
"""Engines by name, the preferred one first; each has `refusal(algorithm)`, `load()`, `analyse(algorithm, atoms)`."""

ENVIRONMENT_VARIABLE = "ARISE_ZOO_ENGINE"
"""Names the engine to use where the caller names none."""

DEBIAN_PACKAGES = "libegl1 libgl1 libopengl0 libglib2.0-0 libfontconfig1 libxkbcommon0 libdbus-1-3"
"""System packages that OVITO's wheel needs, by their names in Debian 12."""


def choose_engine(method: str, algorithm: Algorithm, engine: str | None = None) -> str:
    """Name of the engine that will run this algorithm.

    The one named by `engine`, else by the environment variable ARISE_ZOO_ENGINE, else the first that can be loaded.
    Raises `UnknownNameError` for an engine that does not exist and `MissingLibraryError` where none can serve.
    """
    named = engine or os.environ.get(ENVIRONMENT_VARIABLE) or None
    if named is not None and named not in ENGINES:
        raise UnknownNameError("engine", named, ENGINES)
    reasons = []
    for name in [named] if named else ENGINES:
        refusal = ENGINES[name].refusal(algorithm)
        if refusal is not None:
            reasons.append(refusal)
            continue
        try:
            ENGINES[name].load()
        except (ImportError, OSError) as error:  # OSError: a shared library of the wheel's own that does not load
            reasons.append(f"{name} cannot be loaded ({error})")
        else:
            return name
    advice = f"for OVITO install the Python package ovito and, on Debian, the system packages {DEBIAN_PACKAGES}."
    if named == "mdapy":
        advice = "use the ovito engine."
    raise MissingLibraryError(f"method {method!r} cannot run because {' and '.join(reasons)}; {advice}")
