"""Reading structures from files: one reader, one set of checks and messages for everything that takes a file.

CIF is read by gemmi (`cif`), text files of LAMMPS here (`lammps`), everything else by ASE, with the species of XYZ and
POSCAR files understood as people write them (`labels`, `species`); structures that are held in memory by pymatgen or
OVITO in `objects`. What is read and what not is in docs/files.md.
"""

from .checks import check_atoms
from .classes import read_classes
from .frames import read_frames, read_named, read_structure
from .objects import as_atoms, is_structure
from .trajectory import Trajectory, iter_named

__all__ = [
    "Trajectory",
    "as_atoms",
    "check_atoms",
    "is_structure",
    "iter_named",
    "read_classes",
    "read_frames",
    "read_named",
    "read_structure",
]
