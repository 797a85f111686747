"""What is done to a class to make a structure: what the paper's conditions and those beyond it have in common.

The former are in `paper`, the latter in `depth` and `variants`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np
from ase import Atoms

from ...prototypes import Prototype


class Condition(ABC):
    """A condition. `name` is used in tables; `is_random` says whether it has random draws; `is_known` whether what it
    makes is still one of the classes, `has_symmetry` whether with the class's space group; `is_stored` whether its
    structures are read from a data set, not made; `labels_atoms` whether each atom has a right answer of its own.
    """

    is_known: bool = True
    labels_atoms: bool = False
    has_symmetry, is_stored = True, False

    @property
    @abstractmethod
    def name(self) -> str:
        """The name."""

    @property
    def is_random(self) -> bool:
        """Whether it has random draws."""
        return True

    def own_prototypes(self) -> tuple[str, ...]:
        """Ids of the prototypes that it uses instead of the classes."""
        return ()

    def sizes(self, prototype: Prototype) -> tuple[int, ...]:
        """Supercells k that are taken."""
        return prototype.supercell_sizes

    def iterations(self, prototype: Prototype, k: int, draws: int) -> Iterable[int]:
        """Numbers of the structures of one supercell; `draws`: how many if they are drawn at random."""
        return range(draws if self.is_random else 1)

    def block(self, iteration: int) -> int | None:
        """Number of the block of structures that are not independent of each other, None if there is none."""
        return None

    def treats(self, prototype: Prototype, periodic: bool) -> bool:
        """Whether there is such a structure of a class."""
        return prototype.is_periodic or not periodic

    def n_atoms(self, prototype: Prototype, k: int) -> int:
        """Number of atoms, known without making the structure."""
        return prototype.n_atoms(k)

    @abstractmethod
    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        """The structure."""

    def make_numbered(
        self, prototype: Prototype, k: int, periodic: bool, iteration: int, rng: np.random.Generator
    ) -> Atoms:
        """The structure of this iteration; where structures are drawn, only `rng` depends on it."""
        return self.make(prototype, k, periodic, rng)
