"""Repeating a cell along its lattice vectors. Which repetitions a class has is in `table`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms


def smallest_replication(natoms: int, dimensions: int) -> int:
    """The smallest k with k^dimensions x natoms >= 100, with which the paper's series of supercells begins."""
    k = 1
    while natoms * k**dimensions < 100:
        k += 1
    return k


def replicated(cell: Atoms, repetitions: Sequence[int], periodic: bool) -> Atoms:
    """Replicas of a cell along its three vectors: periodic in all of them, or an isolated cluster without a cell."""
    # As `Atoms.repeat` does, which rounds the last bit differently from processor to processor.
    i, j, m = np.indices(repetitions).reshape(3, -1, 1)
    a, b, c = cell.cell.array
    shifts = i * a + j * b + m * c
    positions = (shifts[:, None] + cell.positions).reshape(-1, 3)
    repeated = Atoms(np.tile(cell.numbers, len(shifts)), positions=positions)
    if periodic:
        repeated.cell = cell.cell.array * np.array(repetitions)[:, None]
        repeated.pbc = True
    return repeated
