"""Classes of one's own, from files."""

import ase.io
import numpy as np
import pytest
from ase.build import graphene
from ase.spacegroup import crystal

from arise_zoo import prototype_from_file
from arise_zoo.errors import StructureError
from arise_zoo.structures import supercell


@pytest.fixture
def rutile_cif(tmp_path):
    cell = [4.594, 4.594, 2.959, 90, 90, 90]
    rutile = crystal(["Ti", "O"], [(0, 0, 0), (0.305, 0.305, 0)], spacegroup=136, cellpar=cell)
    path = tmp_path / "rutile.cif"
    ase.io.write(path, rutile)
    return path


def test_a_cif_becomes_a_class_in_one_call(rutile_cif):
    rutile = prototype_from_file(rutile_cif)
    assert rutile.id == "rutile"
    assert rutile.space_group.number == 136
    assert rutile.supercell_sizes == (3, 4, 5)
    assert [len(cluster) for cluster in rutile.supercells()] == [162, 384, 750]
    assert supercell(rutile, 3, periodic=True).pbc.all()


def test_a_sheet_periodic_in_two_directions_is_replicated_in_these(tmp_path):
    path = tmp_path / "sheet.xyz"
    ase.io.write(path, graphene(vacuum=8.0), format="extxyz")
    sheet = prototype_from_file(path, "sheet")
    assert sheet.group == "monolayer"
    assert len(sheet.supercells()[0]) == 128
    assert np.ptp(sheet.supercells()[0].positions[:, 2]) < 1e-9


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "there is no file"), ("0\n\n", "holds no atoms"), ("nonsense", "has no number of atoms in line 1")],
)
def test_a_file_that_is_of_no_use_is_named_in_one_sentence(tmp_path, content, message):
    path = tmp_path / "bad.xyz"
    if content is not None:
        path.write_text(content)
    with pytest.raises(StructureError, match=message) as caught:
        prototype_from_file(path)
    assert "bad.xyz" in str(caught.value)
