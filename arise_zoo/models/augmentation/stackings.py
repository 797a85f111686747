"""Close-packed crystals, hot or with vacancies, in some of which the layers change their order: twins, stacking faults.

The surroundings of each layer are known, which is what models of atoms learn from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...structures import remove_atoms
from ...structures.close_packed import close_packed
from .field import FIELD_SEED, heated
from .interfaces import UNIT
from .shapes import LETTERS

CUBIC, HEXAGONAL = "fcc_cu", "hcp_mg"
"""Classes of layers whose neighbours are in unlike and in like places."""

_FAULTS = ((0,), (0, 1), (0, 2))
"""Layers that are of the other kind: twin boundary or growth fault, intrinsic fault, extrinsic fault."""

_NEAR = 3  # layers on both sides of a fault whose atoms are shown


@dataclass(frozen=True)
class StackedStructure:
    """Close-packed layers of a class, periodic, of fcc and hcp with faults: `variant` and `seed` decide the rest."""

    class_id: str
    variant: int
    seed: int = FIELD_SEED

    @property
    def id(self) -> str:
        """Readable and unique among structures of one seed."""
        return f"{self.class_id}/stacking/{self.variant}"

    def build(self) -> tuple[Atoms, np.ndarray, np.ndarray]:
        """The structure, the class of each atom, and the numbers of those that are shown: near a fault, if there is
        one."""
        rng = rng_for(self.seed, self.id)
        letters = LETTERS[self.class_id]
        if letters.count("h") % 2:  # each turns the direction of the shifts, which the cell must close
            letters *= 2
        n_layers = len(letters) * int(rng.integers(10 // len(letters), 17 // len(letters)))
        width = int(rng.integers(4, 7))
        turns = np.resize(np.array(list(letters)) == "h", n_layers)
        if is_faulted := self.class_id in (CUBIC, HEXAGONAL):
            which = _FAULTS[int(rng.integers(len(_FAULTS)))]
            faults = (int(rng.integers(n_layers)) + np.array(which)) % n_layers
            turns[faults] = ~turns[faults]
        steps = np.where(np.cumsum(turns) % 2, -1, 1)
        height = math.sqrt(2 / 3) * (1.0 + 0.03 * (2 * rng.random() - 1))
        positions, cell = close_packed(steps.tolist(), width, UNIT, height * UNIT)
        atoms = Atoms("Cu" * len(positions), positions=positions, cell=cell, pbc=True)
        turned = steps != np.roll(steps, 1)  # across the boundary of the cell too
        atoms.set_array("layer", np.repeat(np.arange(n_layers), width**2))
        if rng.random() < 0.3:
            atoms = remove_atoms(atoms, 0.3 * rng.random(), rng)
        layers = atoms.arrays.pop("layer")
        atoms = heated(atoms, UNIT, 1.0, rng)
        if not is_faulted:
            return atoms, np.full(len(atoms), self.class_id), np.arange(len(atoms))
        away = np.abs(layers[:, None] - np.flatnonzero(turned != (self.class_id == HEXAGONAL)))
        near = np.minimum(away, n_layers - away).min(axis=1, initial=n_layers) <= _NEAR
        return atoms, np.where(turned, HEXAGONAL, CUBIC)[layers], np.flatnonzero(near)
