"""Which local structure, with which chemical ordering, is which class.

Whatever is not in these tables (icosahedral, unknown, an alloy without order) is `UNKNOWN`.
"""

from __future__ import annotations

import numpy as np

from ..protocol import UNKNOWN
from .algorithms import ORDERINGS, STRUCTURE_TYPES, Environments

ELEMENTAL = {"fcc": "fcc_cu", "hcp": "hcp_mg", "bcc": "bcc_w"}
"""Class ids by structure type, for the methods that do not look at the elements (CNA, BAA)."""

ORDERED = {
    ("fcc", "pure"): "fcc_cu",
    ("fcc", "l10"): "l10_cuau",
    ("fcc", "l12_a"): "l12_cu3au",
    ("fcc", "l12_b"): "l12_cu3au",
    ("hcp", "pure"): "hcp_mg",
    ("bcc", "pure"): "bcc_w",
    ("bcc", "b2"): "cscl",
    ("sc", "pure"): "alpha_po",
    ("diamond", "pure"): "diamond_c",
    ("diamond", "zincblende_or_wurtzite"): "zincblende_zns",
    ("hexagonal_diamond", "pure"): "hexagonal_diamond_c",
    ("hexagonal_diamond", "zincblende_or_wurtzite"): "wurtzite_zns",
    ("graphene", "pure"): "graphene",
}
"""Class ids by structure type and chemical ordering (PTM)."""


def labels(environments: Environments) -> np.ndarray:
    """Class ids, or `UNKNOWN`, of shape (n_atoms,)."""
    found: np.ndarray
    if environments.orderings is None:
        found = _ELEMENTAL_TABLE[environments.types]
    else:
        found = _ORDERED_TABLE[environments.types, environments.orderings]
    return found


_ELEMENTAL_TABLE = np.array([ELEMENTAL.get(t, UNKNOWN) for t in STRUCTURE_TYPES])
_ORDERED_TABLE = np.array([[ORDERED.get((t, o), UNKNOWN) for o in ORDERINGS] for t in STRUCTURE_TYPES])
