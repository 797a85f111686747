"""Prototypes that are none of the 108, to see whether a method notices that it does not know them.

They are from the AFLOW library (M. J. Mehl et al., Comput. Mater. Sci. 136, S1 (2017), and its second part, D. Hicks
et al., ibid. 161, S1 (2019)), in the cells that pymatgen holds; `data/unknown.json` lists them.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

from ..errors import UnknownNameError
from .table import Prototype, Source, SpaceGroup, class_ids, get_prototype

_SOURCE = Source("AFLOW library of crystallographic prototypes", "10.1016/j.commatsci.2017.01.017", "")


def load_unknown_prototypes() -> list[Prototype]:
    """All of them; their group is "unknown", their number 0."""
    return list(_load().values())


def find_prototype(prototype_id: str) -> Prototype:
    """One of the 108 classes or of the unknown prototypes; raises `UnknownNameError` with the nearest id otherwise."""
    if prototype_id in _load():
        return _load()[prototype_id]
    if prototype_id in class_ids():
        return get_prototype(prototype_id)
    raise UnknownNameError("class", prototype_id, class_ids())


@lru_cache(maxsize=1)
def _load() -> dict[str, Prototype]:
    from ase import Atoms

    table = {}
    for record in json.loads((files(__package__) / "data" / "unknown.json").read_text(encoding="utf-8")):
        atoms = Atoms(record["species"], scaled_positions=record["fractional"], cell=record["cell"], pbc=True)
        table[record["id"]] = Prototype(
            number=0,
            id=record["id"],
            name=record["name"],
            group="unknown",
            formula=atoms.get_chemical_formula(),
            source=_SOURCE,
            space_group=SpaceGroup(record["space_group"], "", record["space_group"]),
            aflow_label=record["aflow_label"],
            recipe={"atoms": atoms},
        )
    return table
