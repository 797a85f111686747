"""The conditions under which structures are made, by the names used in tables, files and on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...prototypes.supercells import displacement_unit, supercell
from ..operations import displace, number_removed, remove_atoms
from .base import Condition

if TYPE_CHECKING:
    from ase import Atoms

    from ...prototypes import Prototype


@dataclass(frozen=True)
class PaperCondition(Condition):
    """A named condition: the fraction of atoms removed, then the displacement in units of d_NN."""

    missing: float = 0.0
    displacement: float = 0.0

    @property
    def name(self) -> str:
        """`pristine`, `displacement-0.04`, `missing-0.05` or `both-0.2-0.04` (missing, displacement)."""
        if self.missing and self.displacement:
            return f"both-{self.missing:g}-{self.displacement:g}"
        if self.missing:
            return f"missing-{self.missing:g}"
        if self.displacement:
            return f"displacement-{self.displacement:g}"
        return "pristine"

    @property
    def is_random(self) -> bool:
        """Whether structures of this condition involve random draws (all but `pristine`)."""
        return bool(self.missing or self.displacement)

    def n_atoms(self, prototype: Prototype, k: int) -> int:
        """Number of atoms, known without making the structure."""
        natoms = prototype.n_atoms(k)
        return natoms - number_removed(natoms, self.missing)

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        """The structure: supercell, atoms removed, what is left displaced."""
        atoms = supercell(prototype, k, periodic=periodic)
        if self.missing:
            atoms = remove_atoms(atoms, self.missing, rng)
        if self.displacement:
            atoms = displace(atoms, self.displacement, displacement_unit(prototype, k), rng)
        return atoms


DISPLACEMENTS = (0.001, 0.002, 0.006, 0.01, 0.02, 0.04, 0.07, 0.10)
MISSING = (0.01, 0.02, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30)

CONDITIONS: dict[str, PaperCondition] = {
    c.name: c
    for c in (
        PaperCondition(),
        *(PaperCondition(displacement=d) for d in DISPLACEMENTS),
        *(PaperCondition(missing=m) for m in MISSING),
        *(PaperCondition(m, d) for m, d in zip(MISSING, DISPLACEMENTS, strict=True)),
    )
}
"""The paper's conditions by name: `pristine` and the 24 defective ones, in the order of the paper."""
