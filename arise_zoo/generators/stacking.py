"""Stacking faults of face-centred-cubic metals: close-packed layers in a wrong order."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..errors import StructureError, UnknownNameError

_FAULTS = {"none": 0, "intrinsic": 1, "extrinsic": 2}
"""Number of steps between layers that go the wrong way: A to C rather than A to B."""


def stacking_fault(
    kind: str = "intrinsic",
    n_layers: int = 12,
    width: int = 4,
    symbol: str = "Cu",
    lattice_constant: float = 3.61,
) -> Atoms:
    """A periodic fcc crystal of `n_layers` {111} layers, `width` x `width` atoms each, with one fault.

    `kind`: "intrinsic" (a layer is missing: two adjacent layers see hcp), "extrinsic" (one too many: two layers see
    hcp with one between them), "twin" (half of the crystal is mirrored, with two boundaries of one layer each), or
    "none". The array "layer" counts layers from below. Raises `StructureError` for fewer than 6 layers.
    """
    if kind != "twin" and kind not in _FAULTS:
        raise UnknownNameError("kind of stacking fault", kind, (*_FAULTS, "twin"))
    if n_layers < 6 or width < 1:
        raise StructureError(f"a fault needs at least 6 layers and a width of 1, not {n_layers} and {width}.")
    wrong = n_layers // 2 if kind == "twin" else _FAULTS[kind]
    start = (n_layers - wrong) // 2
    steps = np.ones(n_layers, int)
    steps[start : start + wrong] = -1
    shifts = np.concatenate([[0], np.cumsum(steps)])  # of each layer, in thirds of a1 + a2; the last: the next cell
    edge, height = lattice_constant / np.sqrt(2), lattice_constant / np.sqrt(3)
    plane = edge * np.array([[1, 0, 0], [0.5, np.sqrt(3) / 2, 0]])
    third = plane.sum(axis=0) / 3
    lattice = np.stack(np.meshgrid(np.arange(width), np.arange(width), indexing="ij"), axis=-1).reshape(-1, 2) @ plane
    layers = [lattice + shifts[i] % 3 * third + [0, 0, i * height] for i in range(n_layers)]
    cell = np.array([*(width * plane), shifts[-1] % 3 * third + [0, 0, n_layers * height]])
    atoms = Atoms([symbol] * (n_layers * width**2), positions=np.concatenate(layers), cell=cell, pbc=True)
    atoms.set_array("layer", np.repeat(np.arange(n_layers, dtype=np.int32), width**2))
    return atoms
