"""The 108 crystal classes: the table that defines them, their rebuild as `ase.Atoms`, classes of one's own.

What is done to them (supercells with a cell, defects) lives in `arise_zoo.structures`.
"""

from .custom import prototype_from_file
from .table import Prototype, Source, SpaceGroup, class_ids, get_prototype, load_prototypes
from .unknown import find_prototype, load_unknown_prototypes

__all__ = [
    "Prototype",
    "Source",
    "SpaceGroup",
    "class_ids",
    "find_prototype",
    "get_prototype",
    "load_prototypes",
    "load_unknown_prototypes",
    "prototype_from_file",
]
