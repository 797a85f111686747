"""Classes that are one geometry when species are ignored, such as fcc copper and Cu3Au.

`data/geometries.json` lists them; `scripts/geometries.py` finds them by space group and pymatgen's StructureMatcher.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def geometries() -> Mapping[str, tuple[str, ...]]:
    """Name of each geometry, the id of its first class, and the ids of all its classes."""
    content = json.loads((files(__package__) / "data" / "geometries.json").read_text(encoding="utf-8"))
    return {name: tuple(members) for name, members in content.items()}


@lru_cache(maxsize=256)
def geometry_of(class_id: str) -> str:
    """Name of the geometry of a class; that of any other label is the label itself."""
    return next((name for name, members in geometries().items() if class_id in members), class_id)
