"""A small checkpoint that several tests look at; they must leave it as it is."""

import numpy as np
import pytest

from arise_zoo.models.checkpoint import Facts, write_checkpoint
from arise_zoo.models.network.architecture import Architecture

N_FEATURES, N_CLASSES = 7, 4


@pytest.fixture(scope="session")
def small_network():
    """A Keras network of three hidden layers with much dropout and weights that were drawn."""
    rng = np.random.default_rng(0)
    architecture = Architecture(N_FEATURES, N_CLASSES, hidden=(16, 24, 12), dropout=0.2)
    network = architecture.build(rng.normal(size=N_FEATURES), rng.uniform(0.5, 2, N_FEATURES), seed=3)
    for layer in network.layers:
        if layer.name.startswith(("dense", "output")):
            kernel, bias = layer.get_weights()
            layer.set_weights([kernel * 1.5, rng.normal(scale=0.3, size=bias.shape)])
    return network


@pytest.fixture(scope="session")
def vectors():
    """Descriptors for the small network."""
    return np.random.default_rng(1).normal(size=(600, N_FEATURES)).astype(np.float32)


@pytest.fixture(scope="session")
def small_checkpoint(small_network, vectors, tmp_path_factory):
    """The small network as a checkpoint."""
    facts = Facts("small", ("a", "b", "c", "d"), {"r_cut": 4.0})
    folder = tmp_path_factory.mktemp("checkpoints") / "small"
    return write_checkpoint(folder, small_network, facts, {"recipe": {}}, (("x", "y"), vectors[:2]), "# small\n")
