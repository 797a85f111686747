"""Close-packed crystals in which the layers change their order: twins and stacking faults, hot or with vacancies.

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

CUBIC, HEXAGONAL = "fcc_cu", "hcp_mg"
"""Classes of layers whose neighbours are in unlike and in like places."""

_FAULTS = ((0,), (0, 1), (0, 2), (0, 1, 2))
"""Layers that are of the other kind: twin boundary or growth fault, intrinsic and extrinsic fault, lamella."""

_NEAR = 3  # layers on both sides of a fault whose atoms are shown


@dataclass(frozen=True)
class StackedStructure:
    """Layers of one class, periodic, with faults: `variant` decides, with the seed, everything else."""

    class_id: str
    variant: int
    seed: int = FIELD_SEED

    @property
    def id(self) -> str:
        """Readable and unique among structures of one seed."""
        return f"{self.class_id}/stacking/{self.variant}"

    def build(self) -> tuple[Atoms, np.ndarray, np.ndarray]:
        """The structure, the class of each atom, and the numbers of those near a fault."""
        rng = rng_for(self.seed, self.id)
        n_layers, width = int(rng.integers(10, 17)), int(rng.integers(4, 7))
        turns = np.full(n_layers, self.class_id == HEXAGONAL)
        faults = (int(rng.integers(n_layers)) + np.array(_FAULTS[int(rng.integers(len(_FAULTS)))])) % n_layers
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
        away = np.abs(layers[:, None] - np.flatnonzero(turned != turns.mean().round()))
        near = np.minimum(away, n_layers - away).min(axis=1, initial=n_layers) <= _NEAR
        return heated(atoms, UNIT, 1.0, rng), np.where(turned, HEXAGONAL, CUBIC)[layers], np.flatnonzero(near)
