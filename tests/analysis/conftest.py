"""Inputs that several tests look into: a small polycrystal-like slab, and the paper's files where they are at hand."""

from pathlib import Path

import ase.build
import numpy as np
import pytest
from ase import Atoms

SHARED = Path(__file__).parents[3] / "shared" / "data"


def shared_file(name):
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} of the paper's data set is not at hand")
    return path


@pytest.fixture
def four_grains_file():
    return shared_file("four_grains.xyz")


@pytest.fixture
def stem_graphene_file():
    return shared_file("stem_graphene_a.xyz")


@pytest.fixture(scope="session")
def two_crystals():
    """A slab: fcc silver on the left, bcc iron on the right, a gap between them, all finite; 12 angstrom thick."""
    left = ase.build.bulk("Ag", cubic=True).repeat((6, 6, 3))
    right = ase.build.bulk("Fe", a=3.2, cubic=True).repeat((8, 8, 4))
    right.positions[:, 0] += left.positions[:, 0].max() + 16.0
    positions = np.concatenate([left.positions, right.positions])
    return Atoms(np.concatenate([left.numbers, right.numbers]), positions)
