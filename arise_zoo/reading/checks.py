"""What a structure must be before anything is computed with it."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..errors import StructureError


def check_atoms(atoms: Atoms, where: str) -> None:
    """Raise `StructureError`, naming `where`, for a structure that nothing can be computed with.

    That is one without atoms, with atoms of no element, with coordinates or a cell that are not finite, or periodic
    along a direction in which the cell has no length.
    """
    if len(atoms) == 0:
        raise StructureError(f"{where} holds no atoms.")
    if (atoms.numbers < 1).any():
        raise StructureError(f"{where} holds atoms of no element (X); give them one.")
    if not np.isfinite(atoms.positions).all():
        first = int(np.flatnonzero(~np.isfinite(atoms.positions).all(axis=1))[0])
        raise StructureError(f"{where} has no finite position for atom {first} (from 0).")
    cell = atoms.cell.array[np.asarray(atoms.pbc)]
    if len(cell) and (not np.isfinite(cell).all() or (np.linalg.norm(cell, axis=1) == 0).any()):
        raise StructureError(
            f"{where} has no periodic cell along a direction in which it is periodic; set its cell or pbc."
        )
