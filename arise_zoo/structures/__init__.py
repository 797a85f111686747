"""What is done to the classes: supercells, the named conditions, defects, and the identity of every structure."""

from ..prototypes.supercells import supercell
from .conditions import CONDITIONS, Condition, condition
from .operations import displace, remove_atoms
from .spec import StructureSpec, benchmark_structures, pristine_structures

__all__ = [
    "CONDITIONS",
    "Condition",
    "StructureSpec",
    "benchmark_structures",
    "condition",
    "displace",
    "pristine_structures",
    "remove_atoms",
    "supercell",
]
