"""Cells with other free parameters, to train on."""

from __future__ import annotations

import numpy as np
import pytest
import spglib
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.io.ase import AseAtomsAdaptor

from arise_zoo.common.seeds import rng_for
from arise_zoo.models.augmentation.variations import varied_cell, varied_cells
from arise_zoo.prototypes import get_prototype
from arise_zoo.structures.conditions.variants import variants_of


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("class_id", ["wurtzite_zns", "alpha_u", "mnp", "mos2", "hcp_mg"])
def test_they_are_the_class_still(class_id):
    prototype = get_prototype(class_id)
    matcher = StructureMatcher()
    own = AseAtomsAdaptor.get_structure(prototype.build())
    cells = varied_cells(prototype)
    assert len(cells) >= 6
    for atoms in cells:
        assert matcher.fit(own, AseAtomsAdaptor.get_structure(atoms))
        cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
        assert spglib.get_symmetry_dataset(cell, symprec=1e-3).number == prototype.space_group.number


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "cnt_6_0"])
def test_classes_without_free_parameters_stay_as_they_are(class_id):
    prototype = get_prototype(class_id)
    assert varied_cells(prototype) == []
    assert np.array_equal(varied_cell(prototype, rng_for("varied")).positions, prototype.build().positions)


def test_none_is_a_crystal_of_the_benchmark():
    prototype = get_prototype("mnp")
    theirs = [v.build(prototype) for v in variants_of("mnp", "variant-far")]
    for atoms in varied_cells(prototype):
        for other in theirs:
            assert np.abs(atoms.cell.array - other.cell.array).max() > 1e-3
