"""The Bain path: body-centred tetragonal crystals between body-centred and face-centred cubic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from ase import Atoms

from ..errors import StructureError

LENGTHS = tuple(float(x) for x in np.round(np.arange(3.0, 6.0 + 1e-9, 0.05), 2))
"""The paper's 61 values of a and of c, in angstrom: 3,721 crystals."""


def bain_path(
    a: Sequence[float] = LENGTHS, c: Sequence[float] = LENGTHS, symbol: str = "Fe"
) -> Iterator[tuple[float, float, Atoms]]:
    """All pairs of lattice constants with their crystal: (a, c, atoms), the tetragonal cell of two atoms, periodic.

    c = a is body-centred cubic, c = sqrt(2) a face-centred cubic. Raises `StructureError` for lengths that are not
    positive.
    """
    for length in (*a, *c):
        if not length > 0:
            raise StructureError(f"a lattice constant must be positive, but one is {length}.")
    for first in a:
        for third in c:
            scaled = [[0, 0, 0], [0.5, 0.5, 0.5]]
            yield first, third, Atoms([symbol] * 2, scaled_positions=scaled, cell=[first, first, third], pbc=True)
