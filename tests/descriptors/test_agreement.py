"""The descriptors against the two libraries whose definitions they follow."""

from __future__ import annotations

import numpy as np
import pytest

from arise_zoo.descriptors import AveragedSOAP
from arise_zoo.prototypes import class_ids, get_prototype, load_prototypes
from arise_zoo.structures import StructureSpec

TOLERANCE = 1e-6
SMALL_CLASSES = [p.id for p in load_prototypes() if len(p.build()) <= 9 or not p.is_periodic]


def _structures(class_id):
    """Periodic cell, smallest finite cluster of the paper's series, and a defective periodic supercell."""
    prototype = get_prototype(class_id)
    k = prototype.supercell_sizes[0]
    if prototype.is_periodic:
        yield StructureSpec(class_id, 1, True).build()
        yield StructureSpec(class_id, k, True, "both-0.2-0.04").build()
    else:
        yield StructureSpec(class_id, k, False, "both-0.2-0.04").build()
    yield StructureSpec(class_id, k, False).build()


def _small_structures(class_id):
    """As above, with smaller clusters, which the other libraries take seconds rather than minutes for."""
    prototype = get_prototype(class_id)
    if not prototype.is_periodic:
        yield StructureSpec(class_id, 1, False).build()
        return
    k = 3 if len(prototype.build()) <= 2 else 2
    yield StructureSpec(class_id, 1, True).build()
    yield StructureSpec(class_id, k if len(prototype.build()) <= 6 else 1, False).build()
    yield StructureSpec(class_id, 1 if len(prototype.build()) >= 8 else 2, True, "both-0.2-0.04").build()


@pytest.mark.parametrize("class_id", SMALL_CLASSES[::10])
def test_quip_descriptors_are_those_of_quippy(class_id, quippy_descriptor):
    for atoms in _small_structures(class_id):
        assert np.abs(AveragedSOAP().create(atoms) - quippy_descriptor(atoms)).max() < TOLERANCE


@pytest.mark.parametrize("class_id", SMALL_CLASSES[::3])
def test_gto_descriptors_are_those_of_dscribe(class_id, dscribe_descriptor):
    for atoms in _small_structures(class_id):
        assert np.abs(AveragedSOAP(basis="gto").create(atoms) - dscribe_descriptor(atoms)).max() < TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize("class_id", class_ids())
def test_all_classes_agree_with_quippy_periodic_finite_and_defective(class_id, quippy_descriptor):
    for atoms in _structures(class_id):
        assert np.abs(AveragedSOAP().create(atoms) - quippy_descriptor(atoms)).max() < TOLERANCE


@pytest.mark.slow
@pytest.mark.parametrize("class_id", class_ids())
def test_all_classes_agree_with_dscribe_periodic_finite_and_defective(class_id, dscribe_descriptor):
    for atoms in _structures(class_id):
        assert np.abs(AveragedSOAP(basis="gto").create(atoms) - dscribe_descriptor(atoms)).max() < TOLERANCE


@pytest.mark.parametrize(
    "settings",
    [
        {"r_cut": 3.0, "sigma": 0.08, "extrinsic_scale": 0.95},
        {"r_cut": 5.0, "sigma": 0.12, "extrinsic_scale": 1.05},
        {"r_cut": 3.5, "sigma": 0.3, "n_max": 4, "l_max": 3},
        {"r_cut": 2.7, "sigma": 0.2, "n_max": 5, "l_max": 9},
        {"r_cut": 3.0, "sigma": 0.15, "n_max": 3, "l_max": 0},
    ],
)
def test_other_settings_agree_with_both_libraries(settings, quippy_descriptor, dscribe_descriptor):
    atoms = StructureSpec("wurtzite_zns", 2, True, "both-0.2-0.04").build()
    assert np.abs(AveragedSOAP(**settings).create(atoms) - quippy_descriptor(atoms, **settings)).max() < TOLERANCE
    gto = AveragedSOAP(**settings, basis="gto").create(atoms)
    assert np.abs(gto - dscribe_descriptor(atoms, **settings)).max() < TOLERANCE
