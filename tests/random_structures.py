"""Random crystals and molecules for tests of what no structure may change."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from hypothesis import strategies as st

from arise_zoo.common.seeds import rng_for

seeds = st.integers(0, 10**9)


def random_structure(seed, periodic=True, species=(29, 16)):
    """Up to nine atoms, none too near another, in a random triclinic cell."""
    rng = rng_for("descriptor test", seed)
    while True:
        cell = 4.0 * np.eye(3) + rng.uniform(-1.2, 1.2, (3, 3))
        atoms = Atoms(cell=cell, pbc=periodic)
        for _ in range(40):
            trial = atoms + Atoms([int(rng.choice(species))], positions=[rng.random(3) @ cell])
            nearest = trial.get_all_distances(mic=periodic) + 10 * np.eye(len(trial))
            if len(trial) <= 9 and nearest.min() > 1.4:
                trial.set_cell(cell)
                atoms = trial
        if len(atoms) >= 3:
            return atoms
