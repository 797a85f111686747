"""The algorithms as mdapy implements them (Y. Wu and J. Shao, Comput. Phys. Commun. 290, 108764, 2023).

Choosing between engines and naming the classes are not done here. Labels are OVITO's, atom by atom, on the whole
benchmark, but for a few PTM labels in a million, next to vacancies of a lattice without displacements: there
neighbours at exactly equal distances compete, and OVITO's own label changes when the whole crystal is shifted.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from ase import Atoms

from ...errors import StructureError
from .algorithms import STRUCTURE_TYPES, Algorithm, Environments

if TYPE_CHECKING:
    import polars as pl

PTM_TEMPLATES = "fcc-hcp-bcc-sc-dcub-dhex-graphene"

N_NEIGHBOURS = {"ptm": 18, "a-cna": 14, "baa": 14}
"""Nearest neighbours that each algorithm looks at; fixed-cut-off CNA takes all within its radius."""


def refusal(algorithm: Algorithm) -> str | None:
    """Why this engine cannot run an algorithm, as a clause of a sentence; None where it can."""
    if algorithm.kind == "i-cna":
        return "mdapy has no interval common neighbour analysis"
    if algorithm.kind == "ptm" and algorithm.rmsd_cutoff is None:
        # Next to a vacancy of an otherwise perfect lattice, neighbours at exactly equal distances compete for the
        # last places; the choice between them decides the label where no RMSD limit rejects all of the candidates.
        return "mdapy's labels differ from OVITO's where PTM has no RMSD limit"
    return None


def load() -> None:
    """Import mdapy; raises ImportError or OSError where it is missing."""
    # Structures are small and spread over worker processes: threads of mdapy's own would only compete with those.
    os.environ.setdefault("MDAPY_NUM_THREADS", "1")
    import mdapy  # noqa: F401


def analyse(algorithm: Algorithm, atoms: Atoms) -> Environments:
    """Local structure of every atom; small cells are repeated first, which does not change an atom's surroundings.

    Raises `StructureError` for an isolated structure that has no more atoms than the algorithm needs neighbours.
    """
    load()
    n_atoms = len(atoms)
    if n_atoms == 0:
        none = np.zeros(0, dtype=int)
        return Environments(none, none, np.zeros(0)) if algorithm.kind == "ptm" else Environments(none)
    found = _neighbours(algorithm, _boxed(atoms))
    if algorithm.kind == "ptm":
        return _ptm(algorithm, found, n_atoms)
    if algorithm.kind == "cna":
        return Environments(_cna(found, found.counts, algorithm.r_cut)[:n_atoms])
    run = _baa if algorithm.kind == "baa" else _a_cna
    return Environments(run(found, n_atoms))


class _Neighbours(NamedTuple):
    """Atoms (repeated where needed) as mdapy wants them, their box, and neighbours of each atom: indices, with their
    distances, or with their numbers where a cut-off decides."""

    data: pl.DataFrame
    box: Any
    indices: np.ndarray
    distances: np.ndarray = np.empty(0)
    counts: np.ndarray = np.empty(0)


def _ptm(algorithm: Algorithm, found: _Neighbours, n_atoms: int) -> Environments:
    from mdapy.polyhedral_template_matching import PolyhedralTemplateMatching

    limit = np.inf if algorithm.rmsd_cutoff is None else algorithm.rmsd_cutoff
    matching = PolyhedralTemplateMatching(PTM_TEMPLATES, found.data, found.box, limit, found.indices)
    matching.compute()
    output = matching.output[:n_atoms]
    return Environments(output[:, 0].astype(int), output[:, 1].astype(int), output[:, 2].copy())


def _baa(found: _Neighbours, n_atoms: int) -> np.ndarray:
    from mdapy.ackland_jones_analysis import AcklandJonesAnalysis

    analysis = AcklandJonesAnalysis(*found[:4])
    analysis.compute()
    types: np.ndarray = analysis.aja[:n_atoms]
    return types


def _cna(found: _Neighbours, counts: np.ndarray, r_cut: float | None) -> np.ndarray:
    """Common neighbour analysis of the first `counts` neighbours; without a cut-off, the adaptive one."""
    from mdapy.common_neighbor_analysis import CommonNeighborAnalysis

    analysis = CommonNeighborAnalysis(*found[:3], counts, r_cut)
    analysis.compute()
    types: np.ndarray = analysis.pattern
    return types


BCC_CUTOFF_OVITO = 1.207
BCC_CUTOFF_MDAPY = (1 + math.sqrt(2)) / 2
"""Cut-off of adaptive CNA for bcc in units of the local lattice constant: between second and third neighbours.

OVITO rounds it. Some five in a million strongly displaced atoms have two neighbours whose distance lies between.
"""


def _a_cna(found: _Neighbours, n_atoms: int) -> np.ndarray:
    """Adaptive common neighbour analysis with OVITO's cut-offs."""
    counts = np.full(len(found.indices), found.indices.shape[1], dtype=np.int32)
    types = _cna(found, counts, None)[:n_atoms].copy()
    bcc = STRUCTURE_TYPES.index("bcc")
    lattice_constant = _bcc_lattice_constant(found.distances[:n_atoms])
    separations = _separations(found, n_atoms)
    low, high = (lattice_constant[:, None] * factor for factor in (BCC_CUTOFF_OVITO, BCC_CUTOFF_MDAPY))
    between = ((separations > low) & (separations <= high)).any(axis=1)
    # bcc is tried last, so that atoms labelled fcc, hcp or icosahedral need no second look.
    for atom in np.flatnonzero(between & np.isin(types, (0, bcc))):
        only_this = np.zeros_like(counts)
        only_this[atom] = counts[atom]
        type_at_cutoff = _cna(found, only_this, BCC_CUTOFF_OVITO * lattice_constant[atom])[atom]
        types[atom] = bcc if type_at_cutoff == bcc else 0
    return types


def _bcc_lattice_constant(distances: np.ndarray) -> np.ndarray:
    """Mean of what the 14 nearest neighbours, at `distances` (n_atoms, 14) in ascending order, say it is (angstrom).

    The scale of adaptive CNA in A. Stukowski, Modelling Simul. Mater. Sci. Eng. 20, 045021 (2012).
    """
    constant: np.ndarray = (distances[:, :8].sum(axis=1) / math.sqrt(3 / 4) + distances[:, 8:].sum(axis=1)) / 14
    return constant


def _separations(found: _Neighbours, n_atoms: int) -> np.ndarray:
    """Distances (angstrom) between all pairs of neighbours of the first atoms, shape (n_atoms, n_pairs)."""
    positions, box = found.data.select("x", "y", "z").to_numpy(), found.box
    vectors = positions[found.indices[:n_atoms]] - positions[:n_atoms, None]
    vectors -= np.rint(vectors @ box.inverse_box) * box.boundary @ box.box
    first, second = np.triu_indices(found.indices.shape[1], 1)
    separations: np.ndarray = np.linalg.norm(vectors[:, first] - vectors[:, second], axis=2)
    return separations


def _boxed(atoms: Atoms) -> Atoms:
    """Copy with all atoms inside a cell of three vectors; open directions get a cell that spans the atoms."""
    atoms = Atoms(atoms.numbers, positions=atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
    if not atoms.pbc.all():
        atoms.set_cell(atoms.cell.complete())
        scaled = atoms.get_scaled_positions(wrap=False)
        low, high = scaled.min(axis=0), scaled.max(axis=0)
        lengths = atoms.cell.lengths()
        cell = atoms.cell.array.copy()
        for axis in np.flatnonzero(~atoms.pbc):
            # One angstrom of room on each side.
            extent = (high[axis] - low[axis]) + 2.0 / lengths[axis]
            atoms.positions -= (low[axis] - 1.0 / lengths[axis]) * cell[axis]
            atoms.cell[axis] = extent * cell[axis]
    atoms.wrap(eps=0.0)
    return atoms


def _neighbours(algorithm: Algorithm, atoms: Atoms) -> _Neighbours:
    """What an algorithm is given.

    mdapy takes for the neighbour the nearest image of an atom. That is right where all vectors it looks at are
    shorter than half the cell's thickness: those to the neighbours and, in CNA, between two of them, which can be
    twice as long, of which only those within a cut-off matter. The cell is repeated until this holds.
    """
    import polars as pl
    from mdapy.box import Box
    from mdapy.knn import NearestNeighbor
    from mdapy.neighbor import Neighbor

    needed = N_NEIGHBOURS.get(algorithm.kind)
    periodic = np.asarray(atoms.pbc, dtype=bool)
    if needed is not None and len(atoms) <= needed and not periodic.any():
        raise StructureError(
            f"an isolated structure of {len(atoms)} atoms is too small for the mdapy engine, which looks at "
            f"{needed} neighbours of each; use the ovito engine."
        )
    repeats = np.ones(3, dtype=int)
    while True:
        enlarged = atoms.repeat(repeats)
        box = Box(enlarged.cell.array, boundary=periodic.astype(int))
        x, y, z = np.ascontiguousarray(enlarged.positions.T)
        data = pl.DataFrame({"x": x, "y": y, "z": z, "type": enlarged.numbers.astype(np.int32)})
        # The same bound serves both uses of it: 2 d for vectors to neighbours, 3 d for those between neighbours
        # (a separation of 2 d must not be mistaken for an image at d).
        per_distance = 3.0 if algorithm.kind in ("cna", "a-cna") else 2.0
        thickness = np.where(periodic, box.get_thickness(), np.inf)
        reach = algorithm.r_cut
        if needed is not None and len(enlarged) > needed:
            nearest = NearestNeighbor(data, box, needed)
            nearest.compute()
            reach = float(nearest.distances_py.max())
        if reach is not None and (thickness > per_distance * reach).all():
            break
        short = periodic if reach is None else thickness <= per_distance * reach
        repeats = repeats + short
    if needed is None:
        within = Neighbor(algorithm.r_cut, box, data)
        within.compute()
        return _Neighbours(data, box, within.verlet_list, counts=within.neighbor_number)
    return _Neighbours(data, box, nearest.indices_py, nearest.distances_py)
