"""The radial functions R_nl(r) of the two descriptors, evaluated at given distances.

All lengths are in units of the scaled d_NN. Where the functions are sampled, and how sums over pairs use them, is
in `moments`.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

_TAPER = 0.5  # width of the quip cut-off function
_QUIP_DECAY = np.sqrt(20.0 * np.log(10.0))  # Gaussian widths from the cut-off to the last basis centre's reach
_GTO_DECAY = np.sqrt(2.0 * np.log(1000.0))  # Gaussian widths past the cut-off to which neighbours count
_GTO_THRESHOLD = 1e-3  # value of the unnormalised orbitals at their own cut-off


class RadialBasis(Protocol):
    """A set of radial functions."""

    r_max: float
    """Distance beyond which all functions are 0."""
    breakpoints: tuple[float, ...]
    """Distances at which the functions, or a derivative of theirs, jump; r_max is the last one."""

    def __call__(self, r: np.ndarray) -> np.ndarray:
        """Values, shape (n_max, l_max + 1, len(r)), of R_nl continued smoothly from inside where it jumps."""
        ...


def radial_basis(
    name: str, r_cut: float, sigma: float, n_max: int, l_max: int, thermal_displacement: float = 0.0
) -> RadialBasis:
    """The basis of this name, `"quip"` or `"gto"`.

    With a thermal displacement d, each Cartesian component of every atom is assumed to be spread uniformly over
    [-d, d]: the neighbour's Gaussian has the width sigma_eff^2 = sigma^2 + 2 d^2 / 3 (the variance of a difference
    of two such displacements is 2 d^2 / 3), while the functions it is expanded in stay those of sigma.
    """
    density_sigma = np.sqrt(sigma**2 + 2.0 * thermal_displacement**2 / 3.0)
    return _BASES[name](r_cut, sigma, density_sigma, n_max, l_max)


class QuipBasis(RadialBasis):
    """The orthonormalised Gaussians of QUIP's `soap` descriptor (radial centres from 0 to just short of the reach)."""

    def __init__(self, r_cut: float, sigma: float, density_sigma: float, n_max: int, l_max: int):
        self.r_max = r_cut
        self.breakpoints = (max(r_cut - _TAPER, 0.0), r_cut)
        self.l_max = l_max
        self.density_alpha = 0.5 / density_sigma**2
        self.centres = np.arange(n_max) * (r_cut + sigma * _QUIP_DECAY) / n_max
        self.transform = self._transform(0.5 / sigma**2)

    def _transform(self, alpha: float) -> np.ndarray:
        """T = C^-1 L, from the Gaussians at the centres to orthonormal functions."""
        from scipy.special import erf

        first, second = self.centres[:, None], self.centres[None, :]
        plus, minus = first + second, first - second
        covariance = np.exp(-alpha * minus**2)
        overlap = (
            np.exp(-alpha * (first**2 + second**2)) * np.sqrt(2.0) * alpha**1.5 * plus
            + alpha
            * np.exp(-0.5 * alpha * minus**2)
            * np.sqrt(np.pi)
            * (1.0 + alpha * plus**2)
            * (1.0 + erf(np.sqrt(0.5 * alpha) * plus))
        ) / np.sqrt(128.0 * alpha**5)
        return np.linalg.solve(covariance, np.linalg.cholesky(overlap))

    def __call__(self, r: np.ndarray) -> np.ndarray:
        gaussians = np.exp(-self.density_alpha * (r - self.centres[:, None]) ** 2)
        bessel = _scaled_bessel(self.l_max, 2.0 * self.density_alpha * r * self.centres[:, None])
        phase = np.clip((r - self.r_max + _TAPER) / _TAPER, 0.0, 1.0)
        cut_off = 0.5 * (np.cos(np.pi * phase) + 1.0)
        values: np.ndarray = np.einsum("kn,lkr->nlr", self.transform, bessel * (gaussians * cut_off))
        return values


def _scaled_bessel(l_max: int, x: np.ndarray) -> np.ndarray:
    """exp(-x) i_l(x), the modified spherical Bessel functions of the first kind, shape (l_max + 1, *x.shape)."""
    from scipy.special import ive

    values = np.zeros((l_max + 1, *x.shape))
    values[0] = 1.0  # at x = 0, where the others vanish
    # Recursion upwards multiplies rounding errors by about exp(l (l + 1) / x), so it serves for large x alone.
    large = x > max(0.25 * l_max * (l_max + 1), 1.0)
    far = x[large]
    before, current = (1.0 + np.exp(-2.0 * far)) / (2.0 * far), -np.expm1(-2.0 * far) / (2.0 * far)
    for l in range(l_max + 1):
        values[l, large] = current
        before, current = current, before - (2 * l + 1) / far * current
    small = ~large & (x > 1e-12)
    near = x[small]
    for l in range(l_max + 1):
        values[l, small] = np.sqrt(0.5 * np.pi / near) * ive(l + 0.5, near)
    return values


class GtoBasis(RadialBasis):
    """The Gaussian-type orbitals r^l exp(-a r^2) of DScribe's SOAP, orthonormalised for each l.

    Source: Himanen et al., Comput. Phys. Commun. 247, 106949 (2020).
    """

    def __init__(self, r_cut: float, sigma: float, density_sigma: float, n_max: int, l_max: int):
        self.r_max = r_cut + sigma * _GTO_DECAY
        self.breakpoints = (self.r_max,)
        self.l_max = l_max
        self.density_alpha = 0.5 / density_sigma**2
        reach = np.linspace(1.0, r_cut, n_max)
        degree = np.arange(l_max + 1)[:, None]
        self.exponents = -(np.log(_GTO_THRESHOLD) - degree * np.log(reach)) / reach**2
        self.transform = np.stack([self._transform(l) for l in range(l_max + 1)])

    def _transform(self, l: int) -> np.ndarray:
        """S^-1/2 of the orbitals' overlap, a symmetric matrix."""
        from scipy.special import gamma

        sums = self.exponents[l][:, None] + self.exponents[l][None, :]
        overlap = 0.5 * gamma(l + 1.5) * sums ** -(l + 1.5)
        values, vectors = np.linalg.eigh(overlap)
        orthogonaliser: np.ndarray = (vectors / np.sqrt(values)) @ vectors.T
        return orthogonaliser

    def __call__(self, r: np.ndarray) -> np.ndarray:
        eta = self.density_alpha
        degree = np.arange(self.l_max + 1)[:, None]
        sums = self.exponents + eta
        factors = sums**-1.5 * (eta / sums) ** degree
        decay = np.exp(-(self.exponents * eta / sums)[:, :, None] * r**2)
        values: np.ndarray = np.einsum("lkn,lkr,lr->nlr", self.transform, factors[:, :, None] * decay, r**degree)
        return values


_BASES: dict[str, type[QuipBasis] | type[GtoBasis]] = {"quip": QuipBasis, "gto": GtoBasis}
BASIS_NAMES = tuple(_BASES)
