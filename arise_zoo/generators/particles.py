"""A binary nanoparticle such as FePt: an ordered L1_0 core in a disordered shell."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..common.seeds import rng_for
from ..errors import StructureError


def nanoparticle(
    n_cells: int = 8,
    *,
    order: float = 1.0,
    core: float = 0.7,
    displacement: float = 0.0,
    symbols: tuple[str, str] = ("Fe", "Pt"),
    lattice_constant: float = 3.85,
    seed: int = 0,
) -> Atoms:
    """A truncated octahedron of a face-centred-cubic lattice whose core is ordered as L1_0.

    Draws follow from `seed` alone and not from order or displacement, so that a series with falling disorder anneals
    one and the same particle.

    Parameters
    ----------
    n_cells : int
        Cells across the particle.
    order : float
        Long-range order parameter S of the core, from 0 (random) to 1 (layers of one element each).
    core : float
        Radius of the core as a share of the particle's; outside of it elements are random.
    displacement : float
        Standard deviation of each coordinate, in nearest-neighbour distances.
    symbols : pair of str
        Elements of the even and the odd layers along z.
    lattice_constant : float
        In angstrom.
    seed : int
        Seed of all random draws.

    Returns
    -------
    ase.Atoms
        The array "core" is 1 in the core.

    Raises
    ------
    StructureError
        For values out of range.
    """
    if n_cells < 2:
        raise StructureError(f"a particle must be at least 2 cells across, not {n_cells}.")
    if not (0 <= order <= 1 and 0 <= core <= 1 and displacement >= 0):
        raise StructureError("order and core must lie in [0, 1], and the displacement must not be negative.")
    half = n_cells  # in half lattice constants
    grid = np.stack(np.meshgrid(*[np.arange(-half, half + 1)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    sites = grid[grid.sum(axis=1) % 2 == 0]
    sites = sites[np.abs(sites).sum(axis=1) <= 1.5 * half]  # {111} faces that cut the corners of the cube
    radius = np.linalg.norm(sites, axis=1)
    in_core = radius <= core * half
    rng = rng_for("nanoparticle", n_cells, core, *symbols, seed)
    drawn, moved = rng.random(len(sites)), rng.standard_normal((len(sites), 3))
    even = sites[:, 2] % 2 == 0
    right = drawn < np.where(in_core, (1 + order) / 2, 0.5)
    first = np.where(even, right, ~right)
    nearest = lattice_constant / np.sqrt(2)
    positions = sites * lattice_constant / 2 + displacement * nearest * moved
    atoms = Atoms([symbols[0] if f else symbols[1] for f in first], positions=positions)
    atoms.set_array("core", in_core.astype(np.int32))
    return atoms
