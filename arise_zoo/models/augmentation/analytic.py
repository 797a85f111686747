"""What heat and exchanged species do to a descriptor on average, without displacing or exchanging any atom.

Displacements blur the density of neighbours; vacancies thin it, which the descriptor does not see; species exchanged at
random mix the channels of like and unlike neighbours in known shares. So a network learns what defects look like from
pristine crystals alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...descriptors.channel_soap import ChannelGrid
from ...descriptors.parameters import KIND
from ...prototypes import Prototype, get_prototype
from ...prototypes.supercells import displacement_unit
from .field import FIELD_SEED
from .shapes import random_shape

_SCALES = (0.92, 0.95, 0.97, 0.985, 1.0, 1.015, 1.03, 1.05, 1.08)
_THERMAL = (0.0, 0.025, 0.05, 0.075, 0.1, 0.125)
COMBINATIONS = tuple((scale, thermal) for scale in _SCALES for thermal in _THERMAL)
"""Scales and thermal displacements of the rows of one structure."""

_TAKEN = 12  # of the combinations, for each structure
_MOST_EXCHANGED = 0.3


@dataclass(frozen=True)
class AnalyticRows:
    """Rows of one pristine structure, of a shape that `variant` decides; `alloy`: species wholly at random."""

    class_id: str
    variant: int
    alloy: bool = False
    seed: int = FIELD_SEED

    @property
    def id(self) -> str:
        """Unique among structures of one seed."""
        return f"{self.class_id}/analytic{'-alloy' if self.alloy else ''}/{self.variant}"

    def describe(self, parameters: dict[str, Any]) -> np.ndarray:
        """Descriptors, shape (12, n_features); `parameters`: of the descriptor."""
        rng = rng_for(self.seed, self.id)
        atoms = pristine_shape(get_prototype(self.class_id), self.variant, rng)
        grid = _grid(tuple(parameters.items()))
        pairs = grid.coefficients(atoms)
        chosen = rng.permutation(len(COMBINATIONS))[:_TAKEN]
        return np.concatenate([grid.descriptors(pairs[:, [c]], *self._mixture(atoms, rng)) for c in chosen])

    def _mixture(self, atoms: Atoms, rng: np.random.Generator) -> tuple[float, float]:
        """Shares of like and of unlike pairs that are like after an exchange of species."""
        if self.alloy:
            shares = rng.dirichlet(np.full(int(rng.integers(2, 7)), 1.5))
            return (float(shares @ shares),) * 2
        exchanged = _MOST_EXCHANGED * rng.random() ** 1.4 if rng.random() < 0.4 else 0.0
        return mixture(exchanged, len(np.unique(atoms.numbers)))


def mixture(exchanged: float, n_species: int) -> tuple[float, float]:
    """Shares of like and of unlike pairs that are like once a share of atoms, at random, has another species.

    That is one of the structure's others, each as probable, or a foreign one where there is only one.
    """
    kept = 1.0 - exchanged
    others = max(n_species - 1, 1)
    stays = kept**2 + exchanged**2 / others
    becomes = 2 * exchanged * kept / others + exchanged**2 * (others - 1) / others**2 if n_species > 1 else 0.0
    return stays, becomes


def pristine_shape(prototype: Prototype, variant: int, rng: np.random.Generator) -> Atoms:
    """One of the supercells, or another piece of the crystal."""
    sizes = prototype.supercell_sizes
    k = sizes[variant % len(sizes)]
    return random_shape(prototype, k, displacement_unit(prototype, k), rng)


@lru_cache(maxsize=2)
def _grid(parameters: tuple[tuple[str, Any], ...]) -> ChannelGrid:
    named = {name: value for name, value in parameters if name != KIND}
    return ChannelGrid(COMBINATIONS, **named)
