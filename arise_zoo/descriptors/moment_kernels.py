"""The compiled loops of the pass over the pairs: sorting them into radial bins, harmonics, moments.

What the moments are and what becomes of them is in `moments`.
"""

from __future__ import annotations

import numpy as np

from .compiled import compiled

LANES = 128  # pairs treated at a time: few enough for their harmonics to stay in the cache


@compiled
def sort_into_bins(pairs, scale, edges, guess, guesses_per_unit):
    """Pairs in the order of their radial bins: unit vectors and place in the bin, shape (4, n), and each bin's begin.

    The columns of `pairs` are dx, dy, dz and distance^2; those beyond the last edge are left out. The place runs
    from -1 to 1. `guess` holds, for steps of 1 / guesses_per_unit, the bin in which each step begins.
    """
    n = len(pairs)
    n_bins = len(edges) - 1
    distance = np.empty(n)
    bin_of = np.empty(n, np.int32)
    start = np.zeros(n_bins + 1, np.int64)
    for p in range(n):
        distance[p] = np.sqrt(pairs[p, 3])
    for p in range(n):
        r = distance[p] / scale
        if r >= edges[n_bins]:
            bin_of[p] = -1
            continue
        b = guess[int(r * guesses_per_unit)]
        while r >= edges[b + 1]:
            b += 1
        bin_of[p] = b
        start[b + 1] += 1
    for b in range(n_bins):
        start[b + 1] += start[b]
    place = start[:-1].copy()
    ordered = np.empty((4, start[n_bins]))
    for p in range(n):
        b = bin_of[p]
        if b < 0:
            continue
        q = place[b]
        place[b] += 1
        inverse = 1.0 / max(distance[p], 1e-300)
        ordered[0, q] = pairs[p, 0] * inverse
        ordered[1, q] = pairs[p, 1] * inverse
        ordered[2, q] = pairs[p, 2] * inverse
        ordered[3, q] = (2.0 * distance[p] / scale - edges[b] - edges[b + 1]) / (edges[b + 1] - edges[b])
    return ordered, start


@compiled
def harmonics(x, y, z, n, l_max, even_only, diagonal, step, back, first_component, legendre, azimuth, out):
    """Real spherical harmonics of n <= LANES unit vectors, into `out` (n_components, LANES)."""
    cosine, sine, before = azimuth[0], azimuth[1], azimuth[2]
    for i in range(n):
        cosine[i] = 1.0
        sine[i] = 0.0
    for m in range(l_max + 1):
        if m > 0:  # (x + iy)^m from (x + iy)^(m - 1)
            for i in range(n):
                before[i] = cosine[i]
            for i in range(n):
                cosine[i] = cosine[i] * x[i] - sine[i] * y[i]
                sine[i] = sine[i] * x[i] + before[i] * y[i]
        for l in range(m, l_max + 1):
            current = legendre[l % 3]
            previous = legendre[(l - 1) % 3]
            last_but_one = legendre[(l - 2) % 3]
            if l == m:
                for i in range(n):
                    current[i] = diagonal[m]
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


@compiled
def add_moments(ordered, start, l_max, even_only, diagonal, step, back, first_component, moments):
    """Add the pairs' moments, sums of T_p(place in the bin) Y_lm, to `moments` (n_bins, 6, n_components)."""
    n_bins, _, n_components = moments.shape
    values = np.empty((n_components, LANES))
    legendre, azimuth = np.empty((3, LANES)), np.empty((3, LANES))
    t2, t3, t4, t5 = np.empty(LANES), np.empty(LANES), np.empty(LANES), np.empty(LANES)
    for b in range(n_bins):
        for begin in range(start[b], start[b + 1], LANES):
            n = min(LANES, start[b + 1] - begin)
            x, y, z = ordered[0, begin : begin + n], ordered[1, begin : begin + n], ordered[2, begin : begin + n]
            t1 = ordered[3, begin : begin + n]
            harmonics(x, y, z, n, l_max, even_only, diagonal, step, back, first_component, legendre, azimuth, values)
            for i in range(n):
                t2[i] = 2.0 * t1[i] * t1[i] - 1.0
                t3[i] = 2.0 * t1[i] * t2[i] - t1[i]
                t4[i] = 2.0 * t1[i] * t3[i] - t2[i]
                t5[i] = 2.0 * t1[i] * t4[i] - t3[i]
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
