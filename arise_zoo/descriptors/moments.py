"""Moments of the pair distribution, in which every descriptor of this package is linear before its power spectrum.

The distances are divided into bins narrow enough for any radial function to be a polynomial of degree 5 in each.
Then sum R_nl(r) Y_lm over the pairs is a product of two matrices: the polynomials' coefficients, which do not
depend on the structure, and the moments sum T_p(r) Y_lm of each bin, which do not depend on the radial functions.
One pass over the pairs thus serves any number of cut-offs, widths and scales. Bins end wherever a function has a
kink or a jump, so that the polynomials never run across one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from .harmonics import first_components, recursion
from .neighbours import Points
from .radial import RadialBasis

_ORDER = 6  # Chebyshev polynomials a bin, T_0 to T_5; the kernel is written for six
_BIN_WIDTH = 0.4  # in widths of the narrowest Gaussian; see the test that halves it
GUESSES_PER_UNIT = 512.0  # enough for the first guess to be right nearly always


@dataclass(frozen=True)
class RadialBins:
    """Bins over distances in units of d_NN, ending at `edges` (n_bins + 1,)."""

    edges: np.ndarray

    @classmethod
    def between(cls, breakpoints: Iterable[float], narrowest: float) -> RadialBins:
        """Bins from 0 to the last breakpoint, with edges at all of them, for Gaussians of a width >= narrowest."""
        marks = sorted({0.0, *(round(float(b), 12) for b in breakpoints)})
        edges = [np.zeros(1)]
        for begin, end in pairwise(marks):
            parts = int(np.ceil((end - begin) / (_BIN_WIDTH * narrowest) - 1e-6))
            edges.append(np.linspace(begin, end, max(parts, 1) + 1)[1:])
        return cls(np.concatenate(edges))

    @property
    def r_max(self) -> float:
        """The last edge."""
        return float(self.edges[-1])

    @cached_property
    def guess(self) -> np.ndarray:
        """For steps of 1/512, the bin in which each begins."""
        begins = np.arange(int(self.r_max * GUESSES_PER_UNIT) + 2) / GUESSES_PER_UNIT
        return np.clip(np.searchsorted(self.edges, begins, side="right") - 1, 0, len(self.edges) - 2).astype(np.int32)

    def polynomials(self, basis: RadialBasis, scale: float = 1.0) -> np.ndarray:
        """Chebyshev coefficients of R_nl(r / scale) in each bin, shape (l_max + 1, n_bins, 6, n_max)."""
        angles = np.pi * (np.arange(_ORDER) + 0.5) / _ORDER
        middles, halves = 0.5 * (self.edges[1:] + self.edges[:-1]), 0.5 * np.diff(self.edges)
        nodes = (middles[:, None] + halves[:, None] * np.cos(angles)) / scale
        inside = middles / scale < basis.r_max
        inner = basis(nodes[inside].ravel())
        values = np.zeros((*inner.shape[:2], *nodes.shape))
        values[:, :, inside] = inner.reshape(*inner.shape[:2], -1, _ORDER)
        to_coefficients = np.cos(np.outer(angles, np.arange(_ORDER))) * 2.0 / _ORDER
        to_coefficients[:, 0] *= 0.5
        coefficients: np.ndarray = (values @ to_coefficients).transpose(1, 2, 3, 0)
        return coefficients


def pair_moments(points: Points, a: int, b: int, scales: Sequence[float], bins: RadialBins, l_max: int) -> np.ndarray:
    """Sums of T_p Y_lm over the pairs of two species (counted), shape (n_scales, n_bins, 6, n_components).

    Distances are in units of each scale (angstrom). Where both species are one, opposite pairs cancel for odd l,
    which are left out, and each pair found stands for two of the even l (`first_components` tells where each l
    stands; the factor 2 is lost in the normalisation).
    """
    from .moment_kernels import add_moments, sort_into_bins

    even_only = a == b
    first_component = first_components(l_max, even_only)
    moments = np.zeros((len(scales), len(bins.edges) - 1, _ORDER, first_component[-1]))
    for pairs in points.pairs(a, b, bins.r_max * max(scales)):
        for scale, sums in zip(scales, moments, strict=True):
            order, start = sort_into_bins(pairs, scale, bins.edges, bins.guess, GUESSES_PER_UNIT)
            add_moments(pairs, order, start, scale, bins.edges, even_only, *recursion(l_max), first_component, sums)
    return moments


def channel_moments(
    pieces: Iterable[tuple[np.ndarray, np.ndarray]], scale: float, bins: RadialBins, l_max: int
) -> np.ndarray:
    """Sums of T_p Y_lm over the pairs of like and of unlike atoms, shape (2, n_bins, 6, n_components), even l only.

    `pieces` are those of `Points.like_and_unlike_pairs`, at least as far as the last bin. Distances are in units of
    the scale. Averaged over all atoms, opposite pairs cancel for odd l in both.
    """
    from .moment_kernels import add_moments, sort_into_bins

    first_component = first_components(l_max, True)
    moments = np.zeros((2, len(bins.edges) - 1, _ORDER, first_component[-1]))
    for kinds in pieces:
        for pairs, sums in zip(kinds, moments, strict=True):
            order, start = sort_into_bins(pairs, scale, bins.edges, bins.guess, GUESSES_PER_UNIT)
            add_moments(pairs, order, start, scale, bins.edges, True, *recursion(l_max), first_component, sums)
    return moments


def coefficients(moments: np.ndarray, polynomials: np.ndarray, even_only: bool) -> np.ndarray:
    """Sum of R_nl Y_lm over the pairs, shape (n, n_functions, (l_max + 1)^2), of moments (n, n_bins, 6, lm).

    `polynomials`, shape (l_max + 1, n_bins, 6, n_functions), may be those of several radial bases side by side.
    """
    n, n_components, n_functions = len(moments), moments.shape[-1], polynomials.shape[-1]
    result = np.zeros((n, n_functions, len(polynomials) ** 2))
    bins = np.flatnonzero(moments[:, :, 0, 0].any(axis=0))
    if len(bins) == 0:
        return result
    # A slice spares copies, a list of bins spares work.
    dense = len(bins) > 0.5 * (bins[-1] - bins[0])
    filled: slice | np.ndarray = slice(bins[0], bins[-1] + 1) if dense else bins
    rows = moments[:, filled].transpose(1, 2, 0, 3).reshape(-1, n, n_components)
    first_component = first_components(len(polynomials) - 1, even_only)
    for l, table in enumerate(polynomials):
        begin, end = first_component[l], first_component[l + 1]
        if begin < end:
            product = table[filled].reshape(-1, n_functions).T @ rows[:, :, begin:end].reshape(len(rows), -1)
            result[:, :, l * l : (l + 1) ** 2] = product.reshape(n_functions, n, end - begin).transpose(1, 0, 2)
    return result
