"""A model of a nickel superalloy: an L1_2-ordered Ni3Al cube, coherent with the random fcc matrix around it."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..common.seeds import rng_for
from ..errors import StructureError

MATRIX, CUBE = 0, 1
"""Values of the array `phase`."""
_SITES = np.array([[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]])


def superalloy(
    n_cells: int = 32,
    cube_cells: int | None = None,
    seed: int = 0,
    lattice_constant: float = 3.57,
    solute: float = 0.15,
) -> Atoms:
    """A finite cubic piece of superalloy with the ordered cube in its middle.

    Parameters
    ----------
    n_cells : int, default 32
        Fcc cells of four atoms along each edge; 32 cells make 131,072 atoms.
    cube_cells : int, optional
        Cells along each edge of the cube (default: half of `n_cells`).
    seed : int
        Seed of the random occupation of the matrix.
    lattice_constant : float
        In angstrom, the same in both phases.
    solute : float
        Share of aluminium on the sites of the matrix.

    Returns
    -------
    ase.Atoms
        Not periodic, with the array `phase`: 0 in the matrix, 1 in the cube, in which aluminium is on the corners of
        the cells.

    Raises
    ------
    StructureError
        If the cube does not fit.
    """
    cube_cells = n_cells // 2 if cube_cells is None else cube_cells
    if n_cells < 1 or not 0 <= cube_cells <= n_cells:
        raise StructureError(f"a cube of {cube_cells} cells does not fit into {n_cells} cells an edge.")
    if not 0 <= solute <= 1:
        raise StructureError(f"the share of solute must lie in [0, 1], but is {solute}.")
    cells = np.stack(np.meshgrid(*[np.arange(n_cells)] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3)
    first = (n_cells - cube_cells) // 2
    ordered = ((cells >= first) & (cells < first + cube_cells)).all(axis=-1)
    phase = np.broadcast_to(np.where(ordered, CUBE, MATRIX), (len(cells), len(_SITES)))
    drawn = rng_for(seed, "superalloy", n_cells, cube_cells, solute).random(phase.shape) < solute
    aluminium = np.where(phase == CUBE, np.arange(len(_SITES)) == 0, drawn)
    positions = (cells + _SITES).reshape(-1, 3) * lattice_constant
    atoms = Atoms(np.where(aluminium, 13, 28).ravel(), positions, cell=[n_cells * lattice_constant] * 3)
    atoms.set_array("phase", phase.ravel().copy())
    return atoms
