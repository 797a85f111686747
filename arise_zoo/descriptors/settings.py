"""The descriptor settings of the data sets (Leitherer et al. 2021, Methods), in units of d_NN where lengths.

The descriptor itself lives in `arise_zoo.descriptors`.
"""

from __future__ import annotations

N_MAX, L_MAX, BASIS = 9, 6, "quip"

R_CUTS = tuple(round(3.0 + 0.2 * i, 1) for i in range(11))
SIGMAS = (0.08, 0.10, 0.12)
EXTRINSIC_SCALES = (0.95, 1.00, 1.05)

GRID = tuple((r_cut, sigma, scale) for r_cut in R_CUTS for sigma in SIGMAS for scale in EXTRINSIC_SCALES)
"""The 99 settings of every pristine structure, in the order of the rows."""

CENTRE = (4.0, 0.10, 1.00)
"""The setting of every defective structure."""
