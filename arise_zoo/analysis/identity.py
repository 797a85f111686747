"""A hash that identifies a structure, so that a result is never used with another one."""

from __future__ import annotations

import hashlib
import json

import numpy as np
from ase import Atoms


def structure_sha256(atoms: Atoms) -> str:
    """SHA-256 of what a result depends on: positions, atomic numbers, and the cell where it is periodic."""
    digest = hashlib.sha256(json.dumps(np.array(atoms.pbc).tolist()).encode())
    cell = np.where(np.array(atoms.pbc)[:, None], atoms.cell.array, 0.0)
    for array in (atoms.positions.astype("<f8"), atoms.numbers.astype("<i8"), cell.astype("<f8")):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
