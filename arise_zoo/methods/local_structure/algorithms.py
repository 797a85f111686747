"""Input and output of an engine, with the same numbering for all engines.

How an answer is turned into class ids is in `labels`; how it is computed is in the engine modules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

STRUCTURE_TYPES = ("other", "fcc", "hcp", "bcc", "icosahedral", "sc", "diamond", "hexagonal_diamond", "graphene")
"""Local structures by the number that engines give them; CNA and BAA use the first five."""

ORDERINGS = ("other", "pure", "l10", "l12_a", "l12_b", "b2", "zincblende_or_wurtzite", "boron_nitride")
"""Chemical orderings by the number that engines give them (PTM only)."""


@dataclass(frozen=True)
class Algorithm:
    """A published algorithm with its parameter: `r_cut` (angstrom) for "cna", `rmsd_cutoff` (no unit) for "ptm".

    "a-cna" is adaptive and "i-cna" interval common neighbour analysis, "baa" bond angle analysis (Ackland-Jones).
    """

    kind: Literal["ptm", "cna", "a-cna", "i-cna", "baa"]
    r_cut: float | None = None
    rmsd_cutoff: float | None = None


class Environments(NamedTuple):
    """Local structure of every atom, each field of shape (n_atoms,), in the order of the atoms.

    `types` indexes `STRUCTURE_TYPES`; `orderings` indexes `ORDERINGS` and `rmsd` is the deviation from the ideal
    structure in units of the neighbour distance. The last two are None except for PTM, and count only where the
    type is not "other".
    """

    types: np.ndarray
    orderings: np.ndarray | None = None
    rmsd: np.ndarray | None = None
