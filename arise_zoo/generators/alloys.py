"""The nickel superalloy: a cube of ordered Ni3Al (L1_2) in a matrix of nickel with aluminium anywhere (fcc)."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..errors import StructureError
from ..seeds import generator

_SITES = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])


def superalloy(
    n_cells: int = 32,
    cube_cells: int | None = None,
    *,
    solute: float = 0.2,
    lattice_constant: float = 3.57,
    periodic: bool = False,
    seed: int = 0,
) -> Atoms:
    """A cube of n_cells^3 face-centred-cubic cells (4 atoms each), in its middle an ordered cube of cube_cells^3.

    Parameters: `cube_cells` defaults to half of `n_cells`; `solute`, the share of Al on the sites of the matrix;
    `lattice_constant` in angstrom, the same in both phases (no misfit); `seed` draws the sites of Al. The array "phase"
    is 1 in the ordered cube and 0 in the matrix. n_cells=32 gives 131,072 atoms, as near as whole cells come to the
    132,127 of Leitherer et al. (Nat. Commun. 12, 6234, 2021). Raises `StructureError` for impossible sizes.
    """
    cube_cells = n_cells // 2 if cube_cells is None else cube_cells
    if not 0 < cube_cells <= n_cells:
        raise StructureError(f"a cube of {cube_cells} cells does not fit into {n_cells}; give 1 to {n_cells}.")
    if not 0 <= solute <= 1:
        raise StructureError(f"the share of aluminium must lie in [0, 1], but is {solute}.")
    cells = np.stack(np.meshgrid(*[np.arange(n_cells)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    first = (n_cells - cube_cells) // 2
    ordered = ((cells >= first) & (cells < first + cube_cells)).all(axis=1)
    phase = np.repeat(ordered.astype(np.int32), len(_SITES))
    corner = np.tile(np.arange(len(_SITES)) == 0, len(cells))
    drawn = generator("superalloy", n_cells, cube_cells, solute, seed).random(len(phase)) < solute
    numbers = np.where(np.where(phase == 1, corner, drawn), 13, 28)
    positions = (cells[:, None] + _SITES).reshape(-1, 3) * lattice_constant
    atoms = Atoms(numbers, positions=positions, cell=[n_cells * lattice_constant] * 3, pbc=periodic)
    if not periodic:
        atoms.cell = None
    atoms.set_array("phase", phase)
    return atoms
