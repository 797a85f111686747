"""An index of a few crystals."""

import pytest
from ase.build import bulk

from arise_zoo.index import StructureIndex

CRYSTALS = {
    "fcc": bulk("Cu", "fcc", a=3.6),
    "bcc": bulk("W", "bcc", a=3.2),
    "hcp": bulk("Mg", "hcp", a=3.2, c=5.2),
    "diamond": bulk("Si", "diamond", a=5.4),
    "rock salt": bulk("NaCl", "rocksalt", a=5.6),
    "zincblende": bulk("ZnS", "zincblende", a=5.4),
}


@pytest.fixture(scope="session")
def crystals():
    return CRYSTALS


@pytest.fixture(scope="session")
def index():
    return StructureIndex.build(CRYSTALS, "crystals")
