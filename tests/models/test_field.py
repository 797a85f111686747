"""The structures that models of the field learn from."""

from __future__ import annotations

import numpy as np
import pytest
from ase.neighborlist import neighbor_list

from arise_zoo._version import BASE_SEED
from arise_zoo.descriptors import first_peak_distance
from arise_zoo.errors import StructureError
from arise_zoo.models.augmentation.background import KINDS, BackgroundStructure
from arise_zoo.models.augmentation.field import FIELD_SEED, FieldStructure, alloy_classes
from arise_zoo.models.augmentation.field_rows import Amounts, field_blocks, field_outputs, field_rows, output_of
from arise_zoo.models.training.family import DESCRIPTOR
from arise_zoo.prototypes import class_ids, get_prototype
from arise_zoo.structures import StructureSpec, supercell


def test_a_structure_is_made_again_alone_and_is_none_of_the_benchmark():
    first, again = (FieldStructure("fcc_cu", 7).build() for _ in range(2))
    assert np.array_equal(first.positions, again.positions) and np.array_equal(first.numbers, again.numbers)
    assert not np.array_equal(first.positions, FieldStructure("fcc_cu", 8).build().positions[: len(first)])
    assert FIELD_SEED != BASE_SEED
    with pytest.raises(StructureError):
        StructureSpec.from_id(FieldStructure("fcc_cu", 7).id)


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "cu2kvs4", "mos2", "cnt_6_1", "hcp_mg"])
def test_structures_have_enough_atoms_and_none_on_top_of_each_other(class_id):
    for variant in range(8):
        atoms = FieldStructure(class_id, variant).build()
        assert len(atoms) >= 20
        assert neighbor_list("d", atoms, 3.0 * first_peak_distance(atoms)).min() > 0.1


def test_an_alloy_has_several_species_and_its_own_output():
    for variant in range(6):
        structure = FieldStructure("bcc_w", variant, alloy=True)
        assert len(set(structure.build().numbers)) >= 2
        assert field_outputs()[output_of(structure)] == "bcc_w/random"
    assert set(alloy_classes()) < set(class_ids())


def test_a_varied_supercell_is_whole_and_not_the_prototype_s_own():
    prototype = get_prototype("nias")
    cells = [supercell(prototype, k, periodic=True) for k in prototype.supercell_sizes]
    periodic = 0
    for variant in range(12):
        varied = FieldStructure("nias", variant, kind="varied").build()
        assert len(varied) in [len(cell) for cell in cells]
        if varied.pbc.all():
            periodic += 1
            assert not any(np.allclose(varied.cell.array, cell.cell.array, atol=1e-3) for cell in cells)
    assert 2 <= periodic <= 11
    assert FieldStructure("nias", 1, kind="varied").id != FieldStructure("nias", 1).id


@pytest.mark.parametrize("kind", KINDS)
def test_background_is_of_no_class(kind):
    for variant in range(4):
        structure = BackgroundStructure(kind, variant)
        assert len(structure.build()) >= 24
        assert field_outputs()[output_of(structure)] == "unknown"


def test_rows_are_kept_and_the_same_on_any_number_of_workers(tmp_path):
    amounts = Amounts(field=[0], varied=[0], background=[0])
    blocks = {name: structures[:5] for name, structures in field_blocks(amounts).items()}
    X, y = field_rows(tmp_path / "one", blocks, DESCRIPTOR)
    assert X.shape == (45, 675) and X.dtype == np.float32 and np.isfinite(X).all()
    assert y.tolist() == [output_of(s) for structures in blocks.values() for s in structures]
    again, _ = field_rows(tmp_path / "two", blocks, DESCRIPTOR, n_jobs=2)
    assert np.array_equal(X, again)
    files = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "one").glob("*/*")}
    field_rows(tmp_path / "one", blocks, DESCRIPTOR)
    assert files == {p.name: p.stat().st_mtime_ns for p in (tmp_path / "one").glob("*/*")}
