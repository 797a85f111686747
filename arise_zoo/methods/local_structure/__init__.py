"""Conventional methods that label every atom by its neighbours: PTM, CNA (fixed, adaptive, interval) and BAA.

The algorithms themselves are those of OVITO or mdapy, called from the engine modules beside this one.
"""

from .methods import LocalStructureMethod, a_cna, baa, cna, i_cna, ptm, ptm_no_cutoff

__all__ = ["LocalStructureMethod", "a_cna", "baa", "cna", "i_cna", "ptm", "ptm_no_cutoff"]
