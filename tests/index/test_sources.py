"""What an index is made of: whatever holds structures gives the same items, each under a name of its own."""

import ase.db
import ase.io
import numpy as np
import pytest
from ase.build import bulk

from arise_zoo.errors import StructureError
from arise_zoo.index import Item, items_of
from arise_zoo.prototypes import class_ids, get_prototype


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep").mkdir()
    ase.io.write(tmp_path / "copper.cif", bulk("Cu", cubic=True))
    ase.io.write(tmp_path / "deep" / "frames.extxyz", [bulk("W"), bulk("Fe")])
    with ase.db.connect(tmp_path / "rows.db") as rows:
        rows.write(bulk("Si"), prototype="diamond")
        rows.write(bulk("NaCl", "rocksalt", a=5.6))
    (tmp_path / ".hidden").write_text("nothing")
    return tmp_path


def test_a_folder_gives_its_files_frames_and_rows(folder):
    items = list(items_of(folder))
    assert [(item.id, item.prototype, item.atoms.get_chemical_formula()) for item in items] == [
        ("copper.cif", "copper.cif", "Cu4"),
        ("deep/frames.extxyz@0", "deep/frames.extxyz@0", "W"),
        ("deep/frames.extxyz@1", "deep/frames.extxyz@1", "Fe"),
        ("rows.db@1", "diamond", "Si2"),
        ("rows.db@2", "rows.db@2", "ClNa"),
    ]
    assert np.allclose(items[3].atoms.positions, bulk("Si").positions)


def test_a_file_that_cannot_be_read_is_named(folder):
    (folder / "notes.txt").write_text("no structure")
    with pytest.raises(StructureError, match=r"notes\.txt"):
        list(items_of(folder))
    said = []
    assert len(list(items_of(folder, said.append))) == 5
    assert len(said) == 1 and "notes.txt" in str(said[0])


def test_the_classes_and_prototypes_keep_their_labels():
    assert [item.id for item in items_of("classes")] == list(class_ids())
    (item,) = items_of(get_prototype("fcc_cu"))
    assert item.prototype == "fcc_cu" and item.source


def test_mappings_and_lists_name_what_has_no_name(folder):
    items = list(items_of([bulk("Cu"), {"mine": bulk("W"), "two": folder / "deep" / "frames.extxyz"}]))
    assert [item.id for item in items] == ["structure-0", "mine", "two@0", "two@1"]
    assert [item.prototype for item in items[1:]] == ["mine", "two", "two"]
    assert list(items_of(Item("a", bulk("Cu"), "b"))) == [Item("a", items[0].atoms, "b")]


def test_an_empty_folder_and_sites_of_two_species_get_one_sentence(tmp_path):
    with pytest.raises(StructureError, match="holds no file"):
        list(items_of(tmp_path))
    core = pytest.importorskip("pymatgen.core")
    with pytest.raises(StructureError, match="sites of several species"):
        list(items_of(core.Structure(core.Lattice.cubic(3.0), [{"Cu": 0.5, "Au": 0.5}], [[0, 0, 0]])))


def test_rows_of_data_sets_keep_their_ids_and_classes(monkeypatch):
    datasets = pytest.importorskip("datasets")
    structures = [bulk("Cu"), bulk("NaCl", "rocksalt", a=5.6)]
    rows = [
        {
            "id": f"row {i}",
            "label": i,
            "numbers": a.numbers,
            "positions": a.positions,
            "cell": a.cell.array,
            "pbc": a.pbc,
        }
        for i, a in enumerate(structures)
    ]
    rows = datasets.Dataset.from_list(rows).cast_column("label", datasets.ClassLabel(names=["fcc", "rock salt"]))
    items = list(items_of({"train": rows.select([0]), "test": rows.select([1])}))
    assert [(item.id, item.prototype) for item in items] == [("row 0", "fcc"), ("row 1", "rock salt")]
    for item, atoms in zip(items, structures, strict=True):
        assert np.array_equal(item.atoms.positions, atoms.positions) and item.atoms.pbc.all()
    monkeypatch.setattr("arise_zoo.datasets.load_dataset", lambda name, config: {(name, config): rows})
    assert list(items_of("arise/dynamics:solids"))[1].id == "row 1"
    with pytest.raises(StructureError, match="no columns numbers, positions, cell, pbc"):
        list(items_of(rows.remove_columns("cell")))
