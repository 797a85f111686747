"""The compiled loops of the pass over the pairs: sorting them into radial bins, harmonics, moments.

What the moments are and what becomes of them is in `moments`.
"""

from __future__ import annotations

import numpy as np

from .numba_jit import numba_jit

LANES = 128  # pairs treated at a time: few enough for their harmonics to stay in the cache; a multiple of 16


@numba_jit
def sort_into_bins(
    pairs: np.ndarray, scale: float, edges: np.ndarray, guess: np.ndarray, guesses_per_unit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the pairs in the order of their radial bins, and the place at which each bin begins.

    The columns of `pairs` are dx, dy, dz and distance^2; those beyond the last edge are left out. `guess` holds, for
    steps of 1 / guesses_per_unit, the bin in which each step begins.
    """
    n = len(pairs)
    n_bins = len(edges) - 1
    bin_of = np.empty(n, np.int32)
    start = np.zeros(n_bins + 2, np.int64)  # the last bin holds what is left out
    per_unit = 1.0 / scale
    for p in range(n):
        r = np.sqrt(pairs[p, 3]) * per_unit
        b = n_bins
        if r < edges[n_bins]:
            b = guess[int(r * guesses_per_unit)]
            while r >= edges[b + 1]:
                b += 1
        bin_of[p] = b
        start[b + 1] += 1
    for b in range(n_bins + 1):
        start[b + 1] += start[b]
    place = start.copy()
    order = np.empty(n, np.int32)
    for p in range(n):
        b = bin_of[p]
        order[place[b]] = p
        place[b] += 1
    return order, start[: n_bins + 1]


@numba_jit
def harmonics(
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    weight: np.ndarray,
    n: int,
    even_only: bool,
    diagonal: np.ndarray,
    step: np.ndarray,
    back: np.ndarray,
    first_component: np.ndarray,
    legendre: np.ndarray,
    azimuth: np.ndarray,
    out: np.ndarray,
) -> None:
    """Real spherical harmonics of n <= LANES unit vectors, times their weights, into `out` (n_components, LANES)."""
    cosine, sine, before = azimuth[0], azimuth[1], azimuth[2]
    for i in range(n):
        cosine[i] = 1.0
        sine[i] = 0.0
    for m in range(len(diagonal)):
        if m > 0:  # (x + iy)^m from (x + iy)^(m - 1)
            for i in range(n):
                before[i] = cosine[i]
            for i in range(n):
                cosine[i] = cosine[i] * x[i] - sine[i] * y[i]
                sine[i] = sine[i] * x[i] + before[i] * y[i]
        for l in range(m, len(diagonal)):
            current = legendre[l % 3]
            previous = legendre[(l - 1) % 3]
            last_but_one = legendre[(l - 2) % 3]
            if l == m:
                for i in range(n):
                    current[i] = diagonal[m] * weight[i]
            elif l == m + 1:
                for i in range(n):
                    current[i] = step[l, m] * z[i] * previous[i]
            else:
                for i in range(n):
                    current[i] = step[l, m] * z[i] * previous[i] - back[l, m] * last_but_one[i]
            if even_only and l % 2 == 1:
                continue
            centre = first_component[l] + l
            plus, minus = out[centre + m], out[centre - m]
            if m == 0:
                for i in range(n):
                    plus[i] = current[i]
            else:
                for i in range(n):
                    plus[i] = current[i] * cosine[i]
                    minus[i] = current[i] * sine[i]


@numba_jit
def add_moments(
    pairs: np.ndarray,
    order: np.ndarray,
    start: np.ndarray,
    scale: float,
    edges: np.ndarray,
    even_only: bool,
    diagonal: np.ndarray,
    step: np.ndarray,
    back: np.ndarray,
    first_component: np.ndarray,
    moments: np.ndarray,
) -> None:
    """Add the moments of sorted pairs, sums of T_p(place in the bin) Y_lm, to `moments` (n_bins, 6, n_components).

    The place in the bin runs from -1 to 1.
    """
    n_bins, _, n_components = moments.shape
    values = np.empty((n_components, LANES))
    legendre, azimuth = np.empty((3, LANES)), np.empty((3, LANES))
    x, y, z, d2, weight = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    t1, t2, t3, t4, t5 = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    for b in range(n_bins):
        middle = 0.5 * (edges[b] + edges[b + 1]) * scale
        per_half = 2.0 / ((edges[b + 1] - edges[b]) * scale)
        for begin in range(start[b], start[b + 1], LANES):
            here = order[begin : min(begin + LANES, start[b + 1])]
            for i in range(len(here)):
                pair = pairs[here[i]]
                x[i], y[i], z[i], d2[i], weight[i] = pair[0], pair[1], pair[2], pair[3], 1.0
            n = (len(here) + 15) // 16 * 16  # filled up with pairs of no weight, which vector instructions are fond of
            for i in range(len(here), n):
                x[i], y[i], z[i], d2[i], weight[i] = 0.0, 0.0, 0.0, 1.0, 0.0
            for i in range(n):
                distance = np.sqrt(d2[i])
                inverse = 1.0 / max(distance, 1e-300)
                x[i] *= inverse
                y[i] *= inverse
                z[i] *= inverse
                t = (distance - middle) * per_half
                t1[i] = t
                t2[i] = 2.0 * t * t - 1.0
                t3[i] = 2.0 * t * t2[i] - t
                t4[i] = 2.0 * t * t3[i] - t2[i]
                t5[i] = 2.0 * t * t4[i] - t3[i]
            harmonics(x, y, z, weight, n, even_only, diagonal, step, back, first_component, legendre, azimuth, values)
            for c in range(n_components):
                value = values[c]
                m0, m1, m2, m3, m4, m5 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
                for i in range(n):
                    m0 += value[i]
                    m1 += value[i] * t1[i]
                    m2 += value[i] * t2[i]
                    m3 += value[i] * t3[i]
                    m4 += value[i] * t4[i]
                    m5 += value[i] * t5[i]
                moments[b, 0, c] += m0
                moments[b, 1, c] += m1
                moments[b, 2, c] += m2
                moments[b, 3, c] += m3
                moments[b, 4, c] += m4
                moments[b, 5, c] += m5
