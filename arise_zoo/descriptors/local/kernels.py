"""The compiled loops of the local descriptor: coefficients of single atoms, sums over neighbours or boxes, spectra.

What they mean is in `soap` and `moving`, in which order atoms are treated in `blocks`.
"""

from __future__ import annotations

import numpy as np

from ..moment_kernels import LANES, harmonics
from ..numba_jit import numba_jit
from ..search_kernels import cells_within

_PIECE = 64  # candidates looked at between two looks at the room that is left
_ROOM = 8 * LANES  # neighbours of a kind that wait to be treated


@numba_jit
def others_within(
    c: int,
    centres: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    lower: np.ndarray,
    side: np.ndarray,
    shape: np.ndarray,
    radius: float,
    room: np.ndarray,
) -> tuple[np.ndarray, int]:
    """Numbers of the atoms, once for each image, that are nearer to the atom `c` than `radius`; itself left out.

    Returns the array they are in, which is `room` or, where that is too small, a larger one, and how many they are.
    """
    cx, cy, cz = centres[c, 0], centres[c, 1], centres[c, 2]
    count = 0
    i0, i1, j0, j1, k0, k1 = cells_within(cx, cy, cz, radius, lower, side, shape)
    for i in range(i0, i1 + 1):
        for j in range(j0, j1 + 1):
            row = (i * shape[1] + j) * shape[2]
            for p in range(start[row + k0], start[row + k1 + 1]):
                dx, dy, dz = x[p] - cx, y[p] - cy, z[p] - cz
                if dx * dx + dy * dy + dz * dz < radius * radius and key[p] != 4 * c:
                    if count == len(room):
                        room = np.concatenate((room, np.empty(len(room), np.int64)))
                    room[count] = (key[p] + 1) >> 2
                    count += 1
    return room, count


@numba_jit
def mark_neighbours(
    centres: np.ndarray,
    numbers: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    lower: np.ndarray,
    side: np.ndarray,
    shape: np.ndarray,
    radius: float,
    marked: np.ndarray,
) -> None:
    """Mark the atoms `numbers` and all that have an image nearer to one of them than `radius`."""
    room = np.empty(64, np.int64)
    for c in numbers:
        marked[c] = True
        room, count = others_within(c, centres, x, y, z, key, start, lower, side, shape, radius, room)
        for other in room[:count]:
            marked[other] = True


@numba_jit
def shell_averages(
    centres: np.ndarray,
    radii: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    lower: np.ndarray,
    side: np.ndarray,
    shape: np.ndarray,
    values: np.ndarray,
    by_median: bool,
    averages: np.ndarray,
) -> None:
    """Mean or median, of each atom and those nearer to it than its radius, of their `values`."""
    room = np.empty(64, np.int64)
    for c in range(len(centres)):
        room, count = others_within(c, centres, x, y, z, key, start, lower, side, shape, radii[c], room)
        found = np.empty(count + 1)
        found[0] = values[c]
        found[1:] = values[room[:count]]
        averages[c] = np.median(found) if by_median else found.mean()


@numba_jit
def shell_votes(
    centres: np.ndarray,
    numbers: np.ndarray,
    radii: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    lower: np.ndarray,
    side: np.ndarray,
    shape: np.ndarray,
    groups: np.ndarray,
    n_groups: int,
    found: np.ndarray,
) -> None:
    """The group that most atoms nearer than its radius have, for each of `numbers`; what was there where none has."""
    room = np.empty(64, np.int64)
    votes = np.empty(n_groups, np.int64)
    for a in range(len(numbers)):
        c = numbers[a]
        votes[:] = 0
        room, count = others_within(c, centres, x, y, z, key, start, lower, side, shape, radii[c], room)
        for other in room[:count]:
            if groups[other] >= 0:
                votes[groups[other]] += 1
        if votes.max() > 0:
            found[a] = votes.argmax()


@numba_jit
def add_coefficients(
    found: np.ndarray,
    count: int,
    per_unit: float,
    edges: np.ndarray,
    guess: np.ndarray,
    guesses_per_unit: float,
    table: np.ndarray,
    diagonal: np.ndarray,
    step: np.ndarray,
    back: np.ndarray,
    first_component: np.ndarray,
    lanes: np.ndarray,
    legendre: np.ndarray,
    azimuth: np.ndarray,
    angular: np.ndarray,
    radial: np.ndarray,
    values: np.ndarray,
    total: np.ndarray,
) -> None:
    """Add R_nl(r) Y_lm of `count` vectors, columns of `found` (4, ...), to `total` (n_max, n_components), even l only.

    `table`, shape (n_bins, 6, l by l n_max): the radial functions as polynomials in the bins of `edges`.
    """
    n_max, n_functions, n_bins = total.shape[0], table.shape[2], len(edges) - 1
    x, y, z, weight = lanes[0], lanes[1], lanes[2], lanes[3]
    for begin in range(0, count, LANES):
        here = min(LANES, count - begin)
        n = (here + 15) // 16 * 16  # filled up with vectors of no weight, which vector instructions are fond of
        for i in range(here):
            distance = np.sqrt(found[3, begin + i])
            inverse = 1.0 / max(distance, 1e-300)
            x[i], y[i], z[i] = (
                found[0, begin + i] * inverse,
                found[1, begin + i] * inverse,
                found[2, begin + i] * inverse,
            )
            weight[i] = 1.0
            r = distance * per_unit
            b = guess[int(r * guesses_per_unit)]
            while b < n_bins - 1 and r >= edges[b + 1]:
                b += 1
            t = (2.0 * r - edges[b] - edges[b + 1]) / (edges[b + 1] - edges[b])
            t2 = 2.0 * t * t - 1.0
            t3 = 2.0 * t * t2 - t
            t4 = 2.0 * t * t3 - t2
            t5 = 2.0 * t * t4 - t3
            p0, p1, p2, p3, p4, p5 = table[b, 0], table[b, 1], table[b, 2], table[b, 3], table[b, 4], table[b, 5]
            for f in range(n_functions):
                values[f] = p0[f] + t * p1[f] + t2 * p2[f] + t3 * p3[f] + t4 * p4[f] + t5 * p5[f]
            for f in range(n_functions):
                radial[f, i] = values[f]
        for i in range(here, n):
            x[i], y[i], z[i], weight[i] = 0.0, 0.0, 0.0, 0.0
        harmonics(x, y, z, weight, n, True, diagonal, step, back, first_component, legendre, azimuth, angular)
        for l in range(0, len(diagonal), 2):
            first_function = l // 2 * n_max
            for c in range(first_component[l], first_component[l + 1]):
                y_lm = angular[c]
                for k in range(0, n_max - 1, 2):  # two at a time, so that y_lm is loaded once for both
                    one, two = radial[first_function + k], radial[first_function + k + 1]
                    a, b_sum = 0.0, 0.0
                    for i in range(n):
                        a += y_lm[i] * one[i]
                        b_sum += y_lm[i] * two[i]
                    total[k, c] += a
                    total[k + 1, c] += b_sum
                if n_max % 2 == 1:
                    one = radial[first_function + n_max - 1]
                    a = 0.0
                    for i in range(n):
                        a += y_lm[i] * one[i]
                    total[n_max - 1, c] += a


@numba_jit
def atom_coefficients(
    centres: np.ndarray,
    numbers: np.ndarray,
    kind: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    lower: np.ndarray,
    side: np.ndarray,
    shape: np.ndarray,
    r_max: float,
    per_unit: float,
    edges: np.ndarray,
    guess: np.ndarray,
    guesses_per_unit: float,
    table: np.ndarray,
    diagonal: np.ndarray,
    step: np.ndarray,
    back: np.ndarray,
    first_component: np.ndarray,
    slots: np.ndarray,
    pool: np.ndarray,
) -> None:
    """Coefficients of the densities of like and, if `pool` has room for them, unlike neighbours of some atoms.

    Those of the atom numbers[i] are written to pool[slots[i]], shape (1 or 2, n_max, n_components).
    """
    n_kinds, n_max, n_components = pool.shape[1:]
    r2_max = r_max * r_max
    found = np.empty((2, 4, _ROOM))
    lanes, legendre, azimuth = np.empty((4, LANES)), np.empty((3, LANES)), np.empty((3, LANES))
    angular, radial = np.zeros((n_components, LANES)), np.zeros((table.shape[2], LANES))
    values = np.empty(table.shape[2])
    total = np.empty((2, n_max, n_components))
    for a in range(len(numbers)):
        c = numbers[a]
        cx, cy, cz = centres[c, 0], centres[c, 1], centres[c, 2]
        own_key, own_kind = 4 * c, kind[c]
        total[:] = 0.0
        n, m = 0, 0
        i0, i1, j0, j1, k0, k1 = cells_within(cx, cy, cz, r_max, lower, side, shape)
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                row = (i * shape[1] + j) * shape[2]
                for begin in range(start[row + k0], start[row + k1 + 1], _PIECE):
                    if max(n, m) + _PIECE > _ROOM:
                        for q in range(n_kinds):
                            add_coefficients(
                                found[q],
                                m if q else n,
                                per_unit,
                                edges,
                                guess,
                                guesses_per_unit,
                                table,
                                diagonal,
                                step,
                                back,
                                first_component,
                                lanes,
                                legendre,
                                azimuth,
                                angular,
                                radial,
                                values,
                                total[q],
                            )
                        n, m = 0, 0
                    for p in range(begin, min(begin + _PIECE, start[row + k1 + 1])):
                        dx, dy, dz = x[p] - cx, y[p] - cy, z[p] - cz
                        d2 = dx * dx + dy * dy + dz * dz
                        counts = (d2 < r2_max) & (key[p] != own_key)
                        is_like = kind[(key[p] + 1) >> 2] == own_kind
                        # Written to both, and the place advanced only where it counts: no branch to mispredict.
                        found[0, 0, n], found[0, 1, n], found[0, 2, n], found[0, 3, n] = dx, dy, dz, d2
                        found[1, 0, m], found[1, 1, m], found[1, 2, m], found[1, 3, m] = dx, dy, dz, d2
                        n += int(counts & is_like)
                        m += int(counts & (not is_like))
        for q in range(n_kinds):
            add_coefficients(
                found[q],
                m if q else n,
                per_unit,
                edges,
                guess,
                guesses_per_unit,
                table,
                diagonal,
                step,
                back,
                first_component,
                lanes,
                legendre,
                azimuth,
                angular,
                radial,
                values,
                total[q],
            )
        for q in range(n_kinds):
            for k in range(n_max):
                for component in range(n_components):
                    pool[slots[a], q, k, component] = total[q, k, component]


@numba_jit
def write_spectra(
    kinds: np.ndarray,
    channels: np.ndarray,
    products: np.ndarray,
    first_component: np.ndarray,
    place: np.ndarray,
    weight: np.ndarray,
    vector: np.ndarray,
) -> None:
    """Normalised power spectra of summed coefficients, shape (1 or 2, n_max, n_components), into `vector`.

    `place` and `weight`, shape (features,): which product (l, n, n') a component of a channel is, and its factor.
    `channels` (3, n_max, n_components) and `products` (n_l x n_max x n_max,) are room to work in.
    """
    n_kinds, n_max = kinds.shape[:2]
    n_l, n_features = len(first_component) - 1, len(place)
    channels[0] = kinds[0]
    if n_kinds == 2:
        channels[0] += kinds[1]
        channels[1:] = kinds
    length = 0.0
    for q in range(3):
        if q > 0 and n_kinds == 1:  # of one species: all are like, none unlike
            for f in range(n_features):
                vector[q * n_features + f] = vector[f] if q == 1 else 0.0
            continue
        channel = channels[q]
        for l in range(0, n_l, 2):
            for k in range(n_max):
                for k_prime in range(k + 1):
                    product = 0.0
                    for component in range(first_component[l], first_component[l + 1]):
                        product += float(channel[k, component]) * float(channel[k_prime, component])
                    products[(l * n_max + k) * n_max + k_prime] = product
                    products[(l * n_max + k_prime) * n_max + k] = product
        if q == 0:
            for f in range(n_features):
                value = products[place[f]] * weight[f]
                length += value * value
            length = 1.0 / np.sqrt(length) if length > 0.0 else 0.0
        for f in range(n_features):
            vector[q * n_features + f] = products[place[f]] * weight[f] * length


@numba_jit
def averaged_spectra(
    centres: np.ndarray,
    numbers: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    lower: np.ndarray,
    side: np.ndarray,
    shape: np.ndarray,
    radius: float,
    taper: float,
    slot: np.ndarray,
    pool: np.ndarray,
    first_component: np.ndarray,
    place: np.ndarray,
    weight: np.ndarray,
    vectors: np.ndarray,
) -> None:
    """Normalised power spectra, into `vectors` (n, 3 x features), of coefficients summed over neighbours.

    The atoms `numbers` count fully, as their neighbours do up to radius - taper; from there weights fall to 0.
    """
    n_kinds, n_max, n_components = pool.shape[1:]
    flat = pool.reshape(len(pool), n_kinds * n_max * n_components)
    summed = np.empty(flat.shape[1], np.float32)
    channels = np.zeros((3, n_max, n_components), np.float32)
    products = np.empty((len(first_component) - 1) * n_max * n_max)
    for a in range(len(numbers)):
        c = numbers[a]
        cx, cy, cz = centres[c, 0], centres[c, 1], centres[c, 2]
        summed[:] = flat[slot[c]]
        i0, i1, j0, j1, k0, k1 = cells_within(cx, cy, cz, radius, lower, side, shape)
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                row = (i * shape[1] + j) * shape[2]
                for p in range(start[row + k0], start[row + k1 + 1]):
                    dx, dy, dz = x[p] - cx, y[p] - cy, z[p] - cz
                    d2 = dx * dx + dy * dy + dz * dz
                    if d2 >= radius * radius or key[p] == 4 * c:
                        continue
                    beyond = (np.sqrt(d2) - radius + taper) / taper
                    share = np.float32(0.5 + 0.5 * np.cos(np.pi * beyond) if beyond > 0.0 else 1.0)
                    others = flat[slot[(key[p] + 1) >> 2]]
                    for f in range(len(summed)):
                        summed[f] += share * others[f]
        kinds = summed.reshape(n_kinds, n_max, n_components)
        write_spectra(kinds, channels, products, first_component, place, weight, vectors[a])


@numba_jit
def moving_spectra(
    first: np.ndarray,
    last: np.ndarray,
    slots: np.ndarray,
    entering: np.ndarray,
    enter: np.ndarray,
    leaving: np.ndarray,
    leave: np.ndarray,
    pool: np.ndarray,
    begin: int,
    first_component: np.ndarray,
    place: np.ndarray,
    weight: np.ndarray,
    vectors: np.ndarray,
) -> None:
    """Normalised power spectra, into `vectors` (n, 3 x features), of sums at the positions begin, begin + 1 ...

    The coefficients pool[slots[s]] count from the position first[s] to last[s], both included. Those that enter the
    position p are entering[enter[p]:enter[p + 1]]; those that were in the one before and have left are likewise in
    `leaving`.
    """
    n_kinds, n_max, n_components = pool.shape[1:]
    flat = pool.reshape(len(pool), n_kinds * n_max * n_components)
    total = np.zeros(flat.shape[1])  # of double precision: what enters also leaves without a trace
    summed = np.empty(flat.shape[1], np.float32)
    channels = np.zeros((3, n_max, n_components), np.float32)
    products = np.empty((len(first_component) - 1) * n_max * n_max)
    inside = 0
    for s in range(len(first)):
        if first[s] < begin <= last[s]:
            total += flat[slots[s]]
            inside += 1
    for a in range(len(vectors)):
        p = begin + a
        if a > 0:
            for s in leaving[leave[p] : leave[p + 1]]:
                gone = flat[slots[s]]
                for f in range(len(total)):
                    total[f] -= gone[f]
            inside -= leave[p + 1] - leave[p]
        if inside == 0:
            total[:] = 0.0
        for s in entering[enter[p] : enter[p + 1]]:
            come = flat[slots[s]]
            for f in range(len(total)):
                total[f] += come[f]
        inside += enter[p + 1] - enter[p]
        summed[:] = total
        kinds = summed.reshape(n_kinds, n_max, n_components)
        write_spectra(kinds, channels, products, first_component, place, weight, vectors[a])
