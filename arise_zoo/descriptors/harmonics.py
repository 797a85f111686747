"""Coefficients of the recursion for real spherical harmonics. The recursion itself is in `moment_kernels`."""

from __future__ import annotations

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=16)
def recursion(l_max: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coefficients of the normalised Legendre functions Q_lm(z) = P_lm(z) / (1 - z^2)^(m/2).

    Q_mm = diagonal[m], and Q_lm = step[l, m] z Q_(l-1)m - back[l, m] Q_(l-2)m for l > m. Then Y_l0 = Q_l0 and
    Y_l,+-m = Q_lm times the real or imaginary part of (x + iy)^m: the factor sqrt(2) for m > 0 is in diagonal[m].
    """
    diagonal = np.empty(l_max + 1)
    step = np.zeros((l_max + 1, l_max + 1))
    back = np.zeros((l_max + 1, l_max + 1))
    diagonal[0] = np.sqrt(1.0 / (4.0 * np.pi))
    for m in range(1, l_max + 1):
        diagonal[m] = diagonal[m - 1] * np.sqrt((2 * m + 1) / (2 * m))
    diagonal[1:] *= np.sqrt(2.0)
    for m in range(l_max + 1):
        for l in range(m + 1, l_max + 1):
            step[l, m] = np.sqrt((4 * l * l - 1) / (l * l - m * m))
            if l > m + 1:
                back[l, m] = step[l, m] * np.sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1))
    return diagonal, step, back


@lru_cache(maxsize=32)
def first_components(l_max: int, even_only: bool) -> np.ndarray:
    """Place of the first of the 2l + 1 components of each l among those kept, shape (l_max + 2,), the last the total.

    An l that is not kept takes no place: its entry equals the next one's.
    """
    sizes = [2 * l + 1 if l % 2 == 0 or not even_only else 0 for l in range(l_max + 1)]
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
