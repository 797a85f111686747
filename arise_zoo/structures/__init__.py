"""What is done to the classes: supercells, the named conditions, defects, and the identity of every structure."""

from .conditions import CONDITIONS, Condition, condition
from .defects import displace, remove_atoms
from .spec import StructureSpec, benchmark_structures, pristine_structures
from .supercells import supercell

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
