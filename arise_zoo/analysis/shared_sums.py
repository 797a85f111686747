"""Boxes that share one length scale and the sums over their atoms, for dense grids: `scale="global"`.

Boxes that are structures of their own, as the paper has them, are in `pattern_matching`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from ase import Atoms

from ..errors import AriseZooError
from ..models import Model
from .boxes import atoms_around, spans
from .grid import Grid

POSITIONS_AT_ONCE = 8192
"""Boxes that are described together."""


def described_boxes(
    atoms: Atoms, grid: Grid, model: Model, shape: str, begins: Iterable[int], n_threads: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Numbers of atoms, shape (n,), and descriptors, shape (n, n_features), of the boxes of each part of a grid.

    Parts begin at the positions `begins`, which ascend. A box that has no descriptor has zeros. Raises `AriseZooError`
    for a model whose descriptor has a length scale for each pair of species, and as `MovingSums` does.
    """
    from ..descriptors import ChannelSOAP, LocalSOAP, MovingSums, descriptor_with

    descriptor = descriptor_with(model.descriptor)
    if not isinstance(descriptor, (ChannelSOAP, LocalSOAP)):
        raise AriseZooError(
            f"{model.name} has a length scale for each pair of species, so that boxes cannot share it; map with "
            "another model, or with the scale 'box'."
        )
    moving = [n for n in grid.shape if n > 1] or [1]
    sums = MovingSums(descriptor, atoms, len(grid) // moving[0], n_threads)
    for begin in begins:
        centres = grid.centres(begin, begin + POSITIONS_AT_ONCE)
        rows = np.unique([0, *range(-begin % moving[-1], len(centres), moving[-1])])
        positions, which = atoms_around(atoms, centres, grid.box)
        held, first, last = spans(positions, centres, rows, grid.box, shape)
        ends = (np.bincount(places, minlength=len(centres) + 1) for places in (first, last + 1))
        n_atoms = np.cumsum(np.subtract(*ends))[:-1]
        yield n_atoms, sums.vectors(begin, len(centres), which[held], first, last)
