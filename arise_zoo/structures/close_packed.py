"""Close-packed layers on each other, in any order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def close_packed(steps: Sequence[int], width: int, edge: float, height: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions of `width` x `width` atoms a layer, layer by layer, shape (n, 3), and the cell of the periodic crystal.

    `steps`: of each layer, 1 or -1 as the next one goes from A to B or from A to C; `edge`: between neighbours in a
    layer; `height`: between layers.
    """
    shifts = np.concatenate([[0], np.cumsum(steps)]) % 3  # in thirds of a1 + a2; the last: of the next cell
    plane = edge * np.array([[1, 0, 0], [0.5, np.sqrt(3) / 2, 0]])
    third = plane.sum(axis=0) / 3
    lattice = np.stack(np.meshgrid(np.arange(width), np.arange(width), indexing="ij"), axis=-1).reshape(-1, 2) @ plane
    layers = [lattice + shifts[i] * third + [0, 0, i * height] for i in range(len(steps))]
    return np.concatenate(layers), np.array([*(width * plane), shifts[-1] * third + [0, 0, len(steps) * height]])
