"""What heat, vacancies and exchanged species do to a descriptor, without displacing, removing or exchanging any atom.

All are drawn for each pair of neighbours of the perfect crystal by itself (`loose_pairs`), so that a network learns
what defects look like from pristine crystals alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...descriptors.channel_soap import ChannelSOAP
from ...prototypes import Prototype, get_prototype
from ...prototypes.replication import replicated
from ...prototypes.supercells import displacement_unit
from .field import FIELD_SEED, alloy_shares, supercell_size
from .loose_pairs import Disturbance, LoosePairs
from .shapes import random_shape
from .variations import mixed_cell

RELATIVES_SEED = 6
"""Base seed of further ones of classes that have a near relative."""

_DRAWS = 3  # from the pairs of one structure
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

    def describe(self, soap: ChannelSOAP) -> np.ndarray:
        """Descriptors, shape (3, n_features)."""
        rng = rng_for(self.seed, self.id)
        atoms = pristine_shape(get_prototype(self.class_id), rng)
        loose = LoosePairs(atoms, soap.r_cut)
        n_species = len(np.unique(atoms.numbers))
        rows = []
        for _ in range(_DRAWS):
            pairs, peak = loose.drawn(disturbance(n_species, self.alloy, rng), rng)
            rows.append(soap.create_from_pairs(*pairs, peak))
        return np.array(rows)


def disturbance(n_species: int, alloy: bool, rng: np.random.Generator) -> Disturbance:
    """What is done to the pairs of one row: heat of either kind or none, vacancies for half of them, exchanged species
    for a third."""
    if alloy:
        shares = alloy_shares(rng)
        stays = becomes = float(shares @ shares)
    else:
        stays, becomes = mixture(_MOST_EXCHANGED * rng.random() ** 1.4 if rng.random() < 0.3 else 0.0, n_species)
    kind, amount = rng.random(2)
    suffered = {
        "missing": 0.5 * rng.random() ** 1.3 if rng.random() < 0.5 else 0.0,
        "stays_like": stays,
        "becomes_like": becomes,
    }
    if kind < 0.2:
        return Disturbance(**suffered)
    if kind < 0.55:
        return Disturbance(apart=0.125 * amount**0.7, **suffered)
    return Disturbance(heat=0.11 * amount**0.7, together=0.8 * rng.random(), **suffered)


def mixture(exchanged: float, n_species: int) -> tuple[float, float]:
    """Shares of like and of unlike pairs that are like once a share of atoms, at random, has another species.

    That is one of the structure's others, each as probable, or a foreign one where there is only one.
    """
    kept = 1.0 - exchanged
    others = max(n_species - 1, 1)
    stays = kept**2 + exchanged**2 / others
    becomes = 2 * exchanged * kept / others + exchanged**2 * (others - 1) / others**2 if n_species > 1 else 0.0
    return stays, becomes


def pristine_shape(prototype: Prototype, rng: np.random.Generator) -> Atoms:
    """One of the supercells, of the prototype's free parameters or others, or another piece of the crystal."""
    k, kind = supercell_size(prototype, rng), rng.random()
    if kind > 0.6 or not prototype.is_periodic:
        return random_shape(prototype, k, displacement_unit(prototype, k), rng)
    cell = mixed_cell(prototype, rng) if kind < 0.3 else prototype.build()
    return replicated(cell, prototype.repetitions_of(k), periodic=rng.random() < 0.5)
