"""The compiled loops of the neighbour search: periodic images, a grid of cells over them, pairs, nearest distances.

What the arrays mean to a structure is in `neighbours`. The grid is Cartesian, so that the shape of the crystal's
cell does not matter to it.
"""

from __future__ import annotations

import numpy as np

from .numba_jit import numba_jit


@numba_jit
def images_in_box(
    positions: np.ndarray, cell: np.ndarray, repeats: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Periodic images of points inside a box.

    Returns positions (n_images, 3), the point each one is an image of, and the sign of its translation: 1, 0 or -1
    as the first number of the lattice vector that is not 0 is positive, missing or negative.
    """
    n = 0
    image, origin, sign = np.empty((0, 3)), np.empty(0, np.int64), np.empty(0, np.int64)
    for fill in (False, True):
        if fill:
            image, origin, sign = np.empty((n, 3)), np.empty(n, np.int64), np.empty(n, np.int64)
        n = 0
        for i in range(-repeats[0], repeats[0] + 1):
            for j in range(-repeats[1], repeats[1] + 1):
                for k in range(-repeats[2], repeats[2] + 1):
                    tx = i * cell[0, 0] + j * cell[1, 0] + k * cell[2, 0]
                    ty = i * cell[0, 1] + j * cell[1, 1] + k * cell[2, 1]
                    tz = i * cell[0, 2] + j * cell[1, 2] + k * cell[2, 2]
                    leading = i if i != 0 else (j if j != 0 else k)
                    for p in range(len(positions)):
                        x, y, z = positions[p, 0] + tx, positions[p, 1] + ty, positions[p, 2] + tz
                        if lower[0] <= x <= upper[0] and lower[1] <= y <= upper[1] and lower[2] <= z <= upper[2]:
                            if fill:
                                image[n, 0], image[n, 1], image[n, 2] = x, y, z
                                origin[n] = p
                                sign[n] = 1 if leading > 0 else (-1 if leading < 0 else 0)
                            n += 1
    return image, origin, sign


@numba_jit
def sort_into_cells(
    image: np.ndarray, origin: np.ndarray, sign: np.ndarray, lower: np.ndarray, side: np.ndarray, shape: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images in the order of the grid's cells (z fastest), with the place at which each cell begins.

    `key`, 4 x point + sign of the translation, orders atoms and tells an image from its opposite.
    """
    n = len(image)
    cell_of = np.empty(n, np.int64)
    start = np.zeros(shape[0] * shape[1] * shape[2] + 1, np.int64)
    for p in range(n):
        i = min(int((image[p, 0] - lower[0]) / side[0]), shape[0] - 1)
        j = min(int((image[p, 1] - lower[1]) / side[1]), shape[1] - 1)
        k = min(int((image[p, 2] - lower[2]) / side[2]), shape[2] - 1)
        cell_of[p] = (i * shape[1] + j) * shape[2] + k
        start[cell_of[p] + 1] += 1
    for c in range(len(start) - 1):
        start[c + 1] += start[c]
    place = start.copy()
    x, y, z, key = np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.int64)
    for p in range(n):
        q = place[cell_of[p]]
        place[cell_of[p]] += 1
        x[q], y[q], z[q] = image[p, 0], image[p, 1], image[p, 2]
        key[q] = 4 * origin[p] + sign[p]
    return x, y, z, key, start


@numba_jit
def cell_range(centre: float, r_max: float, lower: float, side: float, count: int) -> tuple[int, int]:
    """First and last cell along one axis that a sphere can touch."""
    first = int(np.floor((centre - r_max - lower) / side))
    last = int(np.floor((centre + r_max - lower) / side))
    return max(first, 0), min(last, count - 1)


@numba_jit
def cells_within(
    x: float, y: float, z: float, r_max: float, lower: np.ndarray, side: np.ndarray, shape: np.ndarray
) -> tuple[int, int, int, int, int, int]:
    """First and last cell along each axis that a sphere around a point can touch."""
    i0, i1 = cell_range(x, r_max, lower[0], side[0], shape[0])
    j0, j1 = cell_range(y, r_max, lower[1], side[1], shape[1])
    k0, k1 = cell_range(z, r_max, lower[2], side[2], shape[2])
    return i0, i1, j0, j1, k0, k1


@numba_jit
def find_pairs(
    centres: np.ndarray,
    first: int,
    same: bool,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    lower: np.ndarray,
    side: np.ndarray,
    shape: np.ndarray,
    r_max: float,
    pairs: np.ndarray,
) -> tuple[int, int]:
    """Vectors from the centres, from number `first` on, to the images within r_max, until `pairs` (n, 4) is full.

    Where centres and images are the `same` atoms, only one of each two opposite pairs is found. Columns of `pairs`
    are dx, dy, dz and the squared distance. Returns the first centre not treated and the number of pairs.
    """
    r2_max = r_max * r_max
    n = 0
    for c in range(first, len(centres)):
        cx, cy, cz = centres[c, 0], centres[c, 1], centres[c, 2]
        i0, i1, j0, j1, k0, k1 = cells_within(cx, cy, cz, r_max, lower, side, shape)
        own_key = 4 * c if same else -2
        n_before = n
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                row = (i * shape[1] + j) * shape[2]
                begin, end = start[row + k0], start[row + k1 + 1]
                if n + end - begin > len(pairs):
                    return c, n_before
                xs, ys, zs, keys, found = x[begin:end], y[begin:end], z[begin:end], key[begin:end], pairs[n:]
                m = np.uintp(0)
                # Every candidate is written and the place advanced only past those that count: no branch to mispredict.
                for p in range(len(xs)):
                    dx, dy, dz = xs[p] - cx, ys[p] - cy, zs[p] - cz
                    d2 = dx * dx + dy * dy + dz * dz
                    found[m, 0] = dx
                    found[m, 1] = dy
                    found[m, 2] = dz
                    found[m, 3] = d2
                    m += np.uintp((d2 < r2_max) & (keys[p] > own_key))
                n += int(m)
    return len(centres), n


@numba_jit
def find_like_and_unlike(
    centres: np.ndarray,
    first: int,
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
    like: np.ndarray,
    unlike: np.ndarray,
) -> tuple[int, int, int]:
    """As `find_pairs` among all atoms, those of one kind into `like`, those of two into `unlike`.

    Returns the first centre not treated and both numbers of pairs.
    """
    r2_max = r_max * r_max
    n, m = 0, 0
    for c in range(first, len(centres)):
        cx, cy, cz = centres[c, 0], centres[c, 1], centres[c, 2]
        i0, i1, j0, j1, k0, k1 = cells_within(cx, cy, cz, r_max, lower, side, shape)
        own_key, own_kind = 4 * c, kind[c]
        n_before, m_before = n, m
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                row = (i * shape[1] + j) * shape[2]
                begin, end = start[row + k0], start[row + k1 + 1]
                if max(n, m) + end - begin > len(like):
                    return c, n_before, m_before
                for p in range(begin, end):
                    dx, dy, dz = x[p] - cx, y[p] - cy, z[p] - cz
                    d2 = dx * dx + dy * dy + dz * dz
                    counts = (d2 < r2_max) & (key[p] > own_key)
                    is_like = kind[(key[p] + 1) // 4] == own_kind
                    like[n, 0], like[n, 1], like[n, 2], like[n, 3] = dx, dy, dz, d2
                    unlike[m, 0], unlike[m, 1], unlike[m, 2], unlike[m, 3] = dx, dy, dz, d2
                    n += int(counts & is_like)
                    m += int(counts & (not is_like))
    return len(centres), n, m


@numba_jit
def nearest_images(
    centres: np.ndarray,
    todo: np.ndarray,
    own_key: np.ndarray,
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
    nearest: np.ndarray,
) -> None:
    """Distance from each centre in `todo` to its nearest image of each kind within r_max, itself excepted.

    `kind` tells the column of `nearest` (n_centres, n_kinds) for each point that images are of.
    """
    for c in todo:
        cx, cy, cz = centres[c, 0], centres[c, 1], centres[c, 2]
        i0, i1, j0, j1, k0, k1 = cells_within(cx, cy, cz, r_max, lower, side, shape)
        least = nearest[c]
        least[:] = r_max * r_max
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                row = (i * shape[1] + j) * shape[2]
                for p in range(start[row + k0], start[row + k1 + 1]):
                    dx, dy, dz = x[p] - cx, y[p] - cy, z[p] - cz
                    d2 = dx * dx + dy * dy + dz * dz
                    if d2 < r_max * r_max and key[p] != own_key[c]:
                        k = kind[(key[p] + 1) // 4]
                        least[k] = min(least[k], d2)
        for k in range(len(least)):
            least[k] = np.sqrt(least[k]) if least[k] < r_max * r_max else np.nan


@numba_jit
def count_neighbours(
    centres: np.ndarray,
    species: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    key: np.ndarray,
    start: np.ndarray,
    lower: np.ndarray,
    side: np.ndarray,
    shape: np.ndarray,
    reach: float,
    counts: np.ndarray,
) -> None:
    """Neighbours of each centre, and those of its species, into `counts` (n_centres, 2).

    One at distance r counts as (1 - r^2 / reach^2)^3. `species`: that of each centre, whose images the grid holds.
    """
    for c in range(len(centres)):
        cx, cy, cz = centres[c, 0], centres[c, 1], centres[c, 2]
        i0, i1, j0, j1, k0, k1 = cells_within(cx, cy, cz, reach, lower, side, shape)
        for i in range(i0, i1 + 1):
            for j in range(j0, j1 + 1):
                row = (i * shape[1] + j) * shape[2]
                for p in range(start[row + k0], start[row + k1 + 1]):
                    dx, dy, dz = x[p] - cx, y[p] - cy, z[p] - cz
                    d2 = dx * dx + dy * dy + dz * dz
                    if d2 < reach * reach and key[p] != 4 * c:
                        weight = (1.0 - d2 / (reach * reach)) ** 3
                        counts[c, 0] += weight
                        if species[(key[p] + 1) // 4] == species[c]:
                            counts[c, 1] += weight
