"""The conditions of Table M: frames of molecular dynamics, of crystals from cold to molten and of what is none.

Their supercells `k` are the numbers of the systems. See `arise_zoo.simulation`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from ...errors import StructureError
from ...prototypes import Prototype
from ...simulation import load_systems
from ...simulation.frames import CONFIG_OF, frame, index, interface_atoms
from ...simulation.protocol import FRAMES
from .base import Condition


@dataclass(frozen=True)
class Dynamics(Condition):
    """Frames that are stored in `arise/dynamics` under one condition."""

    condition: str
    is_known: bool = True
    labels_atoms: bool = False
    is_random, has_symmetry, is_stored = False, False, True

    @property
    def name(self) -> str:
        return self.condition

    def sizes(self, prototype: Prototype) -> tuple[int, ...]:
        counted = index().get(self.condition, {})
        return tuple(s.number for s in load_systems() if s.class_id == prototype.id and s.name in counted)

    def iterations(self, prototype: Prototype, k: int, draws: int) -> Iterable[int]:
        return index()[self.condition][load_systems()[k - 1].name]

    def treats(self, prototype: Prototype, periodic: bool) -> bool:
        return (periodic or not self.labels_atoms) and (prototype.is_periodic or not periodic)

    def block(self, iteration: int) -> int:
        return iteration // FRAMES

    def n_atoms(self, prototype: Prototype, k: int) -> int:
        if not 1 <= k <= len(load_systems()) or load_systems()[k - 1].class_id != prototype.id:
            raise StructureError(f"no system of molecular dynamics of class {prototype.id!r} has the number {k}.")
        system = load_systems()[k - 1]
        return interface_atoms()[system.name] if self.labels_atoms else system.n_atoms

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        return self.make_numbered(prototype, k, periodic, 0, rng)

    def make_numbered(
        self, prototype: Prototype, k: int, periodic: bool, iteration: int, rng: np.random.Generator
    ) -> Atoms:
        # A tube is stored as what it is, finite; everything else as periodic.
        stored = "periodic" if prototype.is_periodic else "finite"
        return frame(f"{prototype.id}/k{k}/{stored}/{self.condition}/{iteration}", self.condition, periodic)


DYNAMICS_CONDITIONS: dict[str, Condition] = {
    name: Dynamics(name, is_known=config != "disordered", labels_atoms=config == "interfaces")
    for name, config in CONFIG_OF.items()
}
"""The conditions of Table M by name."""
