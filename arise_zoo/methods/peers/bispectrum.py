"""Bispectra of atoms, computed by LAMMPS (`compute sna/atom`) in the density-independent form that SL-CSA takes.

LAMMPS is given the atoms of the cell together with all images that they can see, as an isolated structure, so that
cells of any shape, periodic in any direction, are treated alike.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms

from ...common.lammps_library import start_lammps
from .neighbours import images_within, nearest_neighbours

if TYPE_CHECKING:
    from lammps import lammps

TWOJMAX = 8
N_COMPONENTS = 55
BISPECTRUM = f"9.0 0.99363 {TWOJMAX} 0.5 1.0 rmin0 0.0 nnn 24 wmode 1 delta 0.2"
"""Arguments of `compute sna/atom`, those of LAMMPS's own example: cut-offs in which each atom has 24 neighbours."""

_SPACING = 2.5  # angstrom: structures are scaled so that most nearest neighbours are so far apart
_REACH = 9.0  # angstrom, the cut-off
_LEAST = 32  # neighbours within the cut-off; 24 must fit well inside


def bispectra(atoms: Atoms) -> np.ndarray:
    """Bispectrum of every atom, shape (n_atoms, 55); NaN for atoms with fewer than 32 neighbours within 3.6 d_NN.

    Raises `MissingPackageError` without LAMMPS.
    """
    found = np.full((len(atoms), N_COMPONENTS), np.nan)
    nearest = nearest_neighbours(atoms, _LEAST).distances
    typical = float(np.median(nearest[:, 0]))
    if not 0 < typical < np.inf:
        return found
    scale = _SPACING / typical
    some = np.flatnonzero((nearest[:, -1] * scale < _REACH) & (nearest[:, 0] > 0))
    if len(some):
        images = images_within(atoms, 1.01 * _REACH / scale).positions * scale
        rest = np.setdiff1d(np.arange(len(images)), some)
        found[some] = _of_first(np.concatenate([images[some], images[rest]]), len(some))
    return found


def _of_first(positions: np.ndarray, n: int) -> np.ndarray:
    """Bispectra of the first n atoms of an isolated structure, positions (angstrom) of shape (n_all, 3)."""
    lammps = _lammps()
    low, high = positions.min(axis=0) - 1.0, positions.max(axis=0) + 1.0
    edges = " ".join(f"{a:.6f} {b:.6f}" for a, b in zip(low, high, strict=True))
    lammps.commands_list(
        [
            "clear",
            "units metal",
            "atom_style atomic",
            "atom_modify map array sort 0 0",
            "boundary f f f",
            f"region box block {edges}",
            "create_box 1 box",
        ]
    )
    ids = np.arange(1, len(positions) + 1)
    lammps.create_atoms(len(ids), ids.tolist(), [1] * len(ids), np.ascontiguousarray(positions).ravel().tolist())
    lammps.commands_list(
        [
            "mass 1 1.0",
            f"pair_style zero {_REACH + 0.1}",
            "pair_coeff * *",
            f"group asked id 1:{n}",
            f"compute b asked sna/atom {BISPECTRUM}",
            "compute asks asked reduce max c_b[1]",  # printing it makes LAMMPS compute them
            "thermo_style custom step c_asks",
            "run 0",
        ]
    )
    by_place = np.array(lammps.numpy.extract_compute("b", 1, 2))
    identity = np.array(lammps.numpy.extract_atom("id"))[: len(positions)]
    found = np.empty((len(positions), N_COMPONENTS))
    found[identity - 1] = by_place[: len(positions)]
    return found[:n]


@lru_cache(maxsize=1)
def _lammps() -> lammps:
    """One in each process."""
    return start_lammps("slcsa")
