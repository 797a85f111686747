"""What makes two results comparable: protocol, data, seed, iterations, versions."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .._version import DATA_VERSION, PROTOCOL_VERSION
from ..common.environment import package_versions
from .tables import TABLES, table_conditions

if TYPE_CHECKING:
    from ..methods import Method


def identity(method: Method, iterations: int, seed: int) -> dict[str, Any]:
    """To what results of a run belong."""
    return {
        "method": method.name,
        "engine": getattr(method, "engine", None),
        "protocol_version": PROTOCOL_VERSION,
        "data_version": DATA_VERSION,
        "data_sha256": data_sha256(),
        "seed": seed,
        "iterations": iterations,
        "packages": package_versions(tuple(getattr(method, "packages", ()))),
    }


@lru_cache(maxsize=1)
def data_sha256() -> str:
    """SHA-256 of what decides the benchmark's structures: the table of classes, and the names of all conditions."""
    digest = hashlib.sha256((files("arise_zoo.prototypes") / "data" / "prototypes.json").read_bytes())
    for table in TABLES:
        digest.update("\n".join([table, *table_conditions(table)]).encode())
    return digest.hexdigest()
