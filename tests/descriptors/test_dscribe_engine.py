"""DScribe as the second engine: it agrees with the first one, and describes single atoms."""

import numpy as np
import pytest
from ase.build import bulk

from arise_zoo import get_prototype
from arise_zoo.descriptors import AveragedSOAP, averaged_soap_by_dscribe, environments_by_dscribe
from arise_zoo.structures import StructureSpec, supercell


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "cssni3_cubic", "graphene"])
def test_both_engines_give_the_same_averaged_descriptor(class_id):
    prototype = get_prototype(class_id)
    k = prototype.supercell_sizes[0]
    defective = StructureSpec(class_id, k, True, "both-0.2-0.04").build()
    for atoms in (prototype.build(), supercell(prototype, k, periodic=False), defective):
        ours = AveragedSOAP(basis="gto", extrinsic_scale=1.05).create(atoms)
        assert np.abs(averaged_soap_by_dscribe(atoms, extrinsic_scale=1.05) - ours).max() < 1e-6


def test_where_all_atoms_are_alike_each_ones_vector_is_the_averaged_descriptor():
    copper = bulk("Cu", "fcc", a=3.6, cubic=True)
    vectors = environments_by_dscribe(copper, unit=3.6 / np.sqrt(2))
    assert vectors.shape == (4, 315)
    assert np.abs(vectors - AveragedSOAP(basis="gto").create(copper)).max() < 1e-6


def test_the_vector_of_an_atom_does_not_depend_on_rotation_or_species():
    atoms = StructureSpec("nacl", 4, False, "displacement-0.1").build()
    turned = atoms.copy()
    turned.rotate(37, (1, 2, 3))
    turned.numbers[:] = 29
    first, second = (environments_by_dscribe(a, [0, 5, 20], unit=2.8) for a in (atoms, turned))
    assert first.shape == (3, 315)
    assert np.abs(first - second).max() < 1e-8
