"""The nickel superalloy of the paper: an L1_2-ordered cube in a random face-centred-cubic matrix.

Box 16 and stride 5 angstrom over 131,072 atoms; the sample of the paper has 132,127 and another composition.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from .. import maps
from ..boxes import atoms_around, members
from ..pattern_matching import strided_pattern_matching
from .common import blocks_of, contrast, share

CUBE, MATRIX = "l12_cu3au", "fcc_cu"
_PURE = 0.99  # a box with at least this share of its atoms in the cube or the matrix counts as wholly there
_MARGIN = 1.0  # angstrom, less than a layer of atoms, by which a box may stick out of a surface
_MIXED = (0.25, 0.75)  # shares of cube atoms in a box on the interface


def run(
    out: Path,
    *,
    small: bool = False,
    seed: int = 0,
    model: str = "arise-mlp",
    n_jobs: int = 1,
    scheduler: str | None = None,
    progress: bool = False,
    **_: Any,
) -> dict[str, Any]:
    """Shares of boxes recognised in the cube and in the matrix; small: 20 cells an edge, stride 8."""
    from ...generators import superalloy

    atoms = superalloy(n_cells=20 if small else 32, seed=seed)
    box, stride, n_samples = (16.0, 8.0, 50) if small else (16.0, 5.0, 100)
    result = strided_pattern_matching(
        atoms,
        model,
        box,
        stride,
        n_samples,
        padding=0.0,
        seed=seed,
        n_jobs=n_jobs,
        scheduler=scheduler,
        progress=progress,
    )
    cube_share = _cube_share(atoms, result)
    full = _within(atoms, result)
    in_cube, in_matrix = full & (cube_share >= _PURE), full & (cube_share <= 1 - _PURE)
    interface = full & (cube_share >= _MIXED[0]) & (cube_share <= _MIXED[1])
    found, blocks = result.most_probable, blocks_of(result)
    maps.save_figure(maps.plot_classes(result, [MATRIX, CUBE]), out / "superalloy-classes.png")
    maps.save_figure(maps.plot_scalar(result), out / "superalloy-mutual-information.png")
    return {
        "n_atoms": len(atoms),
        "box": box,
        "stride": stride,
        "n_samples": n_samples,
        "n_answered": int(result.valid.sum()),
        "l12_in_cube": share(found[in_cube] == CUBE, blocks[in_cube]),
        "fcc_in_matrix": share(found[in_matrix] == MATRIX, blocks[in_matrix]),
        "median_probability_l12_in_cube": float(np.median(result.probability(CUBE)[in_cube])),
        "median_probability_fcc_in_matrix": float(np.median(result.probability(MATRIX)[in_matrix])),
        "mutual_information_interface_against_phases": contrast(
            result.mutual_information, interface, in_cube | in_matrix, blocks, seed
        ),
    }


def _within(atoms: Any, result: Any) -> np.ndarray:
    """Whether a box does not reach beyond a surface, shape (n,)."""
    half = 0.5 * result.grid.box - _MARGIN
    lower, upper = atoms.positions.min(axis=0), atoms.positions.max(axis=0)
    within: np.ndarray = ((result.centres - half >= lower) & (result.centres + half <= upper)).all(axis=1)
    return within


def _cube_share(atoms: Any, result: Any) -> np.ndarray:
    """Share of each box's atoms that belong to the cube, shape (n,), NaN for an empty box."""
    in_cube = atoms.arrays["phase"] == 1
    shares = np.full(len(result), np.nan)
    for begin in range(0, len(result), 512):
        centres = result.grid.centres(begin, begin + 512)
        positions, which = atoms_around(atoms, centres, result.grid.box)
        for i, held in enumerate(members(positions, centres, result.grid.box)):
            if len(held):
                shares[begin + i] = np.mean(in_cube[which[held]])
    return shares
