"""Cells with other free parameters, to train on."""

from __future__ import annotations

import numpy as np
import pytest
import spglib
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.io.ase import AseAtomsAdaptor

from arise_zoo.common.seeds import rng_for
from arise_zoo.models.augmentation.variations import mixed_cell, varied_cell, varied_cells
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


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("class_id", ["wurtzite_zns", "alpha_u", "mnp", "mos2", "hcp_mg"])
def test_between_two_moves_it_is_the_class_still_and_goes_as_far(class_id):
    prototype, matcher = get_prototype(class_id), StructureMatcher()
    own = AseAtomsAdaptor.get_structure(prototype.build())
    ends = [np.abs(atoms.cell.array - prototype.build().cell.array).max() for atoms in varied_cells(prototype)[1::2]]
    for number in range(12):
        atoms = mixed_cell(prototype, rng_for("mixed", class_id, number), 0.4)
        assert matcher.fit(own, AseAtomsAdaptor.get_structure(atoms))
        cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
        assert spglib.get_symmetry_dataset(cell, symprec=1e-3).number == prototype.space_group.number
        assert np.abs(atoms.cell.array - prototype.build().cell.array).max() <= 1.5 * max(ends)


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "cnt_6_0"])
def test_classes_without_free_parameters_stay_as_they_are(class_id):
    prototype = get_prototype(class_id)
    assert varied_cells(prototype) == []
    for make in (varied_cell, mixed_cell):
        assert np.array_equal(make(prototype, rng_for("varied")).positions, prototype.build().positions)


def test_none_is_a_crystal_of_the_benchmark():
    prototype = get_prototype("mnp")
    theirs = [v.build(prototype) for v in variants_of("mnp", "variant-far")]
    for atoms in varied_cells(prototype):
        for other in theirs:
            assert np.abs(atoms.cell.array - other.cell.array).max() > 1e-3
