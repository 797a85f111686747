"""What makes two results comparable: protocol, data, seed, iterations, versions."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Any

from .._version import DATA_VERSION, PROTOCOL_VERSION
from ..common.environment import package_versions
from ..simulation.frames import index_sha256
from ..structures import condition
from .plan import Plan
from .tables import TABLES, table_conditions


def identity(plan: Plan) -> dict[str, Any]:
    """What the results of a run depend on; results of another identity are never mixed with them."""
    return {
        "method": plan.facts.name,
        "engine": plan.facts.engine,
        "protocol_version": PROTOCOL_VERSION,
        "data_version": DATA_VERSION,
        "data_sha256": data_sha256(plan),
        "seed": plan.sampling.seed,
        "iterations": plan.sampling.iterations,
        "packages": package_versions(plan.facts.packages),
    }


def data_sha256(plan: Plan) -> str:
    """SHA-256 of what decides the structures that a method may be shown: classes, their variants, the names of all
    conditions and, if it is ever asked about frames of molecular dynamics, which of them count."""
    digest = hashlib.sha256((files("arise_zoo.prototypes") / "data" / "prototypes.json").read_bytes())
    digest.update((files("arise_zoo.structures.conditions") / "data" / "variants.json").read_bytes())
    for table in TABLES:
        digest.update("\n".join([table, *table_conditions(table)]).encode())
    if any(condition(name).is_stored and plan.is_asked(name) for table in TABLES for name in table_conditions(table)):
        digest.update(index_sha256().encode())
    return digest.hexdigest()
