"""The algorithms as OVITO implements them (A. Stukowski, Modelling Simul. Mater. Sci. Eng. 18, 015012, 2010).

Choosing between engines and naming the classes are not done here.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from ase import Atoms

from ...errors import EngineError
from .algorithms import Algorithm, Environments

if TYPE_CHECKING:
    from ovito.data import DataCollection
    from ovito.pipeline import Modifier


def refusal(algorithm: Algorithm) -> str | None:
    """Why this engine cannot run an algorithm; None, since it can run all."""
    return None


def load() -> None:
    """Import OVITO; raises ImportError or OSError where its wheel or a system library is missing."""
    in_its_thread(_import)


def analyse(algorithm: Algorithm, atoms: Atoms) -> Environments:
    """Local structure of every atom; cells of any size, periodic or open in each direction.

    Raises `EngineError` in a thread other than the main one where the main thread has loaded OVITO.
    """
    return in_its_thread(_analyse, algorithm, atoms)


_T = TypeVar("_T")
_lock = threading.Lock()
_thread: ThreadPoolExecutor | None = None


def in_its_thread(function: Callable[..., _T], *arguments: object) -> _T:
    """Call a function in the thread that has loaded OVITO.

    OVITO (3.17) ends the process when a thread other than the one that imported it uses it. It is therefore left to
    the main thread if that is the first to ask, and otherwise given one thread of its own which serves all others.
    """
    global _thread
    with _lock:
        if _thread is None and threading.current_thread() is not threading.main_thread():
            if sys.modules.get("ovito") is not None:
                raise EngineError(
                    "OVITO was loaded in the main thread of this process and cannot be used in another one; "
                    "use worker processes instead of threads, or the mdapy engine."
                )
            _thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ovito")
    return function(*arguments) if _thread is None else _thread.submit(function, *arguments).result()


def _import() -> None:
    import ovito  # noqa: F401


def _analyse(algorithm: Algorithm, atoms: Atoms) -> Environments:
    data = data_collection(atoms)
    if algorithm.kind == "ptm":
        data.particles_.create_property("Particle Type", data=atoms.numbers)
    data.apply(_modifier(algorithm))
    types = np.array(data.particles["Structure Type"])
    if algorithm.kind != "ptm":
        return Environments(types)
    return Environments(types, np.array(data.particles["Ordering Type"]), np.array(data.particles["RMSD"]))


def data_collection(atoms: Atoms) -> DataCollection:
    """Positions and cell of a structure as OVITO holds them; to be called by a function that runs `in_its_thread`."""
    from ovito.data import DataCollection

    data = DataCollection()
    if atoms.cell.rank:
        a, b, c = atoms.pbc
        data.create_cell(np.column_stack([atoms.cell.complete().T, np.zeros(3)]), pbc=(bool(a), bool(b), bool(c)))
    particles = data.create_particles(count=len(atoms))
    particles.create_property("Position", data=atoms.positions)
    return data


@lru_cache(maxsize=16)
def _modifier(algorithm: Algorithm) -> Modifier:
    """OVITO's modifier for this algorithm; made once a process, since making it takes longer than a small structure."""
    from ovito.modifiers import (
        AcklandJonesModifier,
        CommonNeighborAnalysisModifier,
        PolyhedralTemplateMatchingModifier,
    )

    modes = CommonNeighborAnalysisModifier.Mode
    if algorithm.kind == "cna" and algorithm.r_cut is not None:
        return CommonNeighborAnalysisModifier(mode=modes.FixedCutoff, cutoff=algorithm.r_cut)
    if algorithm.kind == "a-cna":
        return CommonNeighborAnalysisModifier(mode=modes.AdaptiveCutoff)
    if algorithm.kind == "i-cna":
        return CommonNeighborAnalysisModifier(mode=modes.IntervalCutoff)
    if algorithm.kind == "baa":
        return AcklandJonesModifier()
    # OVITO takes an RMSD limit of 0 for none.
    modifier = PolyhedralTemplateMatchingModifier(
        rmsd_cutoff=algorithm.rmsd_cutoff or 0.0, output_ordering=True, output_rmsd=True
    )
    types = PolyhedralTemplateMatchingModifier.Type
    for structure in (
        types.FCC,
        types.HCP,
        types.BCC,
        types.SC,
        types.CUBIC_DIAMOND,
        types.HEX_DIAMOND,
        types.GRAPHENE,
    ):
        modifier.structures[structure].enabled = True
    modifier.structures[types.ICO].enabled = False
    return modifier
