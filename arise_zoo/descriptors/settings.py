"""The descriptor settings of the paper (Leitherer et al. 2021, Methods), in units of d_NN where lengths, and our own.

They are facts only; the descriptor itself is in `averaged_soap`.
"""

from __future__ import annotations

from typing import TypedDict

N_MAX, L_MAX, BASIS = 9, 6, "quip"

R_CUTS = tuple(round(3.0 + 0.2 * i, 1) for i in range(11))
SIGMAS = (0.08, 0.10, 0.12)
EXTRINSIC_SCALES = (0.95, 1.00, 1.05)

GRID = tuple((r_cut, sigma, scale) for r_cut in R_CUTS for sigma in SIGMAS for scale in EXTRINSIC_SCALES)
"""The 99 settings (r_cut, sigma, extrinsic scale) of every pristine structure, in the order of the rows."""

CENTRE = (4.0, 0.10, 1.00)
"""The setting of every defective structure, and of everything that is classified."""


class DescriptorParameters(TypedDict):
    """Parameters of `AveragedSOAP`, by name."""

    r_cut: float
    sigma: float
    n_max: int
    l_max: int
    basis: str
    extrinsic_scale: float


CENTRAL: DescriptorParameters = {
    "r_cut": CENTRE[0],
    "sigma": CENTRE[1],
    "n_max": N_MAX,
    "l_max": L_MAX,
    "basis": BASIS,
    "extrinsic_scale": CENTRE[2],
}
"""`CENTRE` as parameters of `AveragedSOAP`."""


class ChannelParameters(TypedDict):
    """Parameters of `ChannelSOAP`, by name."""

    r_cut: float
    sigma: float
    n_max: int
    l_max: int


CHANNELS: ChannelParameters = {"r_cut": 4.0, "sigma": 0.15, "n_max": N_MAX, "l_max": 8}
"""The setting of `ChannelSOAP` in models and data sets, in units of the first peak of the pair distribution; how it was
found is in `docs/real_matter.md`."""
