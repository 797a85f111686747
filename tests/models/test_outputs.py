"""Labels, geometry and decoration from the outputs of a network."""

from __future__ import annotations

import numpy as np
import pytest

from arise_zoo.models.outputs import Outputs
from arise_zoo.prototypes import class_ids
from arise_zoo.prototypes.geometries import geometries, geometry_of

LABELS = ("fcc_cu", "l12_cu3au", "nacl", "unknown")
NAMES = (*LABELS[:3], "fcc_cu/random", "unknown")


def test_random_decorations_count_as_the_class_of_their_lattice():
    outputs = Outputs(LABELS, NAMES)
    given = np.array([[0.1, 0.2, 0.3, 0.25, 0.15], [0, 0, 0, 1, 0]])
    assert outputs.probabilities(given) == pytest.approx(np.array([[0.35, 0.2, 0.3, 0.15], [1, 0, 0, 0]]))


@pytest.mark.parametrize(
    ("given", "geometry", "decoration"),
    [
        ([0.1, 0.3, 0.2, 0.25, 0.15], ("fcc_cu", 0.65), ("l12_cu3au", 0.3 / 0.65)),
        ([0.0, 0.1, 0.0, 0.9, 0.0], ("fcc_cu", 1.0), ("random", 0.9)),
        ([0.0, 0.0, 0.2, 0.0, 0.8], ("unknown", 0.8), ("unknown", 1.0)),
        ([0.0, 0.0, 1.0, 0.0, 0.0], ("alpha_po", 1.0), ("nacl", 1.0)),
    ],
)
def test_geometry_adds_up_its_decorations(given, geometry, decoration):
    found = Outputs(LABELS, NAMES).reading(np.array(given))
    assert (found.geometry, found.decoration) == (geometry[0], decoration[0])
    assert (found.geometry_probability, found.decoration_probability) == pytest.approx((geometry[1], decoration[1]))


def test_outputs_that_are_the_labels_change_nothing():
    given = np.array([[0.5, 0.5]])
    assert Outputs(("fcc_cu", "nacl")).probabilities(given) is given


def test_every_class_has_one_geometry():
    members = [c for group in geometries().values() for c in group]
    assert sorted(members) == sorted(class_ids())
    assert geometry_of("l12_cu3au") == geometry_of("fcc_cu") == "fcc_cu"
    assert geometry_of("cscl") == "bcc_w" and geometry_of("zincblende_zns") == "diamond_c"
    assert geometry_of("bct_in") != "fcc_cu" and geometry_of("my_class") == "my_class"
