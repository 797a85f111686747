"""The methods and their settings: those of the paper (Methods section) and two more rows.

What an algorithm computes is in the engine modules; scoring is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from ase import Atoms

from ...reading import check_atoms
from ..protocol import Prediction
from .algorithms import Algorithm
from .engines import ENGINES, choose_engine
from .labels import ELEMENTAL, ORDERED, labels

PTM_CITATION = "P. M. Larsen, S. Schmidt, J. Schiøtz, Modelling Simul. Mater. Sci. Eng. 24, 055007 (2016)"
CNA_CITATION = "J. D. Honeycutt, H. C. Andersen, J. Phys. Chem. 91, 4950 (1987)"
A_CNA_CITATION = "A. Stukowski, Modelling Simul. Mater. Sci. Eng. 20, 045021 (2012)"
I_CNA_CITATION = "P. M. Larsen, arXiv:2003.08879 (2020)"
BAA_CITATION = "G. J. Ackland, A. P. Jones, Phys. Rev. B 73, 054104 (2006)"


@dataclass
class LocalStructureMethod:
    """A method of `arise_zoo.methods.protocol.Method` that labels every atom by its local structure.

    `engine` is the library that is used, "ovito" or "mdapy"; by default it is chosen by `choose_engine`, which also
    describes the errors. Objects can be pickled and hold nothing of the library.
    """

    name: str
    algorithm: Algorithm
    citation: str
    engine: str | None = None
    recognises: tuple[str, ...] = field(init=False)
    packages: tuple[str, ...] = field(init=False)

    level: ClassVar[Literal["atom"]] = "atom"
    truth: ClassVar[Literal["class"]] = "class"
    finite: ClassVar[bool] = False

    def __post_init__(self) -> None:
        self.engine = choose_engine(self.name, self.algorithm, self.engine)
        table = ORDERED if self.algorithm.kind == "ptm" else ELEMENTAL
        self.recognises = tuple(dict.fromkeys(table.values()))
        self.packages = (self.engine,)

    def predict(self, atoms: Atoms) -> np.ndarray | Prediction:
        """Class ids or `UNKNOWN`, shape (n_atoms,), in the order of the atoms.

        PTM adds a confidence: 1 - RMSD, and 0 for an unknown atom.
        """
        assert self.engine is not None, "chosen at the start"
        if len(atoms):
            check_atoms(atoms, "the structure")
        environments = ENGINES[self.engine].analyse(self.algorithm, atoms)
        found = labels(environments)
        if environments.rmsd is None:
            return found
        recognised = np.isin(found, self.recognises)
        return Prediction(found, np.where(recognised, np.clip(1.0 - environments.rmsd, 0.0, 1.0), 0.0))


def ptm(engine: str | None = None) -> LocalStructureMethod:
    """Polyhedral template matching with an RMSD limit of 0.1, twelve classes."""
    return LocalStructureMethod("ptm", Algorithm("ptm", rmsd_cutoff=0.1), PTM_CITATION, engine)


def ptm_no_cutoff(engine: str | None = None) -> LocalStructureMethod:
    """Polyhedral template matching without an RMSD limit: the best match counts, however bad. Not in the paper."""
    return LocalStructureMethod("ptm-no-cutoff", Algorithm("ptm"), PTM_CITATION, engine)


def cna(engine: str | None = None) -> LocalStructureMethod:
    """Common neighbour analysis with a fixed cut-off of 3.2 angstrom: fcc, hcp and bcc."""
    return LocalStructureMethod("cna", Algorithm("cna", r_cut=3.2), CNA_CITATION, engine)


def a_cna(engine: str | None = None) -> LocalStructureMethod:
    """Adaptive common neighbour analysis: fcc, hcp and bcc."""
    return LocalStructureMethod("a-cna", Algorithm("a-cna"), A_CNA_CITATION, engine)


def i_cna(engine: str | None = None) -> LocalStructureMethod:
    """Interval common neighbour analysis: fcc, hcp and bcc. Not in the paper; OVITO alone offers it."""
    return LocalStructureMethod("i-cna", Algorithm("i-cna"), I_CNA_CITATION, engine)


def baa(engine: str | None = None) -> LocalStructureMethod:
    """Bond angle analysis after Ackland and Jones: fcc, hcp and bcc."""
    return LocalStructureMethod("baa", Algorithm("baa"), BAA_CITATION, engine)
