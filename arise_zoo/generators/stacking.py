"""Stacking faults of face-centred-cubic metals: close-packed layers in a wrong order."""

from __future__ import annotations

import numpy as np
from ase import Atoms

from ..errors import StructureError, UnknownNameError
from ..structures.close_packed import close_packed

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
    edge, height = lattice_constant / np.sqrt(2), lattice_constant / np.sqrt(3)
    positions, cell = close_packed(steps.tolist(), width, edge, height)
    atoms = Atoms([symbol] * (n_layers * width**2), positions=positions, cell=cell, pbc=True)
    atoms.set_array("layer", np.repeat(np.arange(n_layers, dtype=np.int32), width**2))
    return atoms
