"""Labels of atoms, by a small network of which nothing is known but that it is one."""

from __future__ import annotations

import pytest
from ase import Atoms
from ase.build import bulk
from ase.io import write

import arise_zoo
from arise_zoo.descriptors import descriptor_with
from arise_zoo.errors import AriseZooError, StructureError
from arise_zoo.models.augmentation.background import BackgroundStructure
from arise_zoo.models.augmentation.field import FieldStructure
from arise_zoo.models.training import family
from arise_zoo.models.training.plans import PLANS, varied
from arise_zoo.models.training.shipped import make_model


@pytest.fixture
def checkpoint(local_checkpoint):
    return local_checkpoint


@pytest.fixture(scope="module")
def atoms():
    salt = bulk("NaCl", "rocksalt", a=5.6, cubic=True).repeat(3)
    salt.rattle(0.3, seed=2)
    return salt


def test_each_atom_has_what_the_model_says_of_its_vector(checkpoint, atoms):
    found = arise_zoo.classify_atoms(atoms, checkpoint)
    model = arise_zoo.load_model(checkpoint)
    said = model.predict(descriptor_with(model.descriptor).create(atoms))
    assert found.labels.tolist() == [model.labels[i] for i in said.probabilities.argmax(axis=1)]
    assert found.probabilities == pytest.approx(said.probabilities.max(axis=1), abs=1e-5)
    assert found.mutual_information == pytest.approx(said.mutual_information, abs=1e-5)
    assert found.certainties.tolist() == model.thresholds.certainties(said, model.labels, 6).tolist()
    assert sum(found.counts().values()) == len(found) == len(found.to_dataframe()) == len(atoms)
    assert f"{len(atoms)} atoms" in repr(found)


def test_a_file_gives_what_its_structure_gives(checkpoint, atoms, tmp_path):
    write(tmp_path / "salt.extxyz", atoms)
    found = arise_zoo.classify_atoms(tmp_path / "salt.extxyz", checkpoint, n_threads=1)
    assert found.numbers.tolist() == arise_zoo.classify_atoms(atoms, checkpoint).numbers.tolist()


def test_a_trajectory_gives_what_each_of_its_structures_gives(checkpoint, atoms, tmp_path):
    frames = [atoms[:100], atoms.repeat((2, 1, 1)), atoms]
    write(tmp_path / "salt.extxyz", frames)
    alone = [arise_zoo.classify_atoms(frame, checkpoint).numbers.tolist() for frame in frames]
    found = list(arise_zoo.classify_atoms(f"{tmp_path}/salt.extxyz@:", checkpoint))
    assert [one.numbers.tolist() for one in found] == alone
    assert [one.structure for one in found] == [f"{tmp_path}/salt.extxyz@{i}" for i in range(3)]
    mixed = arise_zoo.classify_atoms([frames[0], f"{tmp_path}/salt.extxyz@1:"], checkpoint)
    assert [one.numbers.tolist() for one in mixed] == alone
    assert arise_zoo.classify_atoms(f"{tmp_path}/salt.extxyz@1", checkpoint).numbers.tolist() == alone[1]


def test_structures_are_taken_as_answers_are_asked_for(checkpoint, atoms):
    taken = []
    found = arise_zoo.classify_atoms((taken.append(i) or atoms for i in range(3)), checkpoint)
    assert taken == []
    next(found)
    assert taken == [0]


def test_an_atom_without_neighbours_is_unknown(checkpoint, atoms):
    lonely = atoms + Atoms("Na", [[200, 0, 0]])
    lonely.pbc = False
    found = arise_zoo.classify_atoms(lonely, checkpoint)
    assert (found.labels[-1], found.probabilities[-1], found.certainties[-1]) == ("unknown", 1.0, "none")


def test_models_of_structures_and_of_atoms_are_told_apart_by_a_sentence(checkpoint, atoms):
    with pytest.raises(AriseZooError, match="arise-mlp labels whole structures"):
        arise_zoo.classify_atoms(atoms, "arise-mlp")
    with pytest.raises(AriseZooError, match="arise-local labels atoms"):
        arise_zoo.classify(atoms, model=checkpoint)


def test_structures_without_atoms_or_neighbours_get_a_sentence(checkpoint):
    with pytest.raises(StructureError, match="without atoms"):
        arise_zoo.classify_atoms(Atoms(), checkpoint)
    with pytest.raises(StructureError, match="no atom has a neighbour"):
        arise_zoo.classify_atoms(Atoms("Cu"), checkpoint)


def test_a_small_model_of_atoms_is_made_from_start_to_checkpoint(tmp_path, monkeypatch, atoms):
    def few(variants, background):
        crystals = [FieldStructure(c, v) for c in ("fcc_cu", "nacl", "graphene") for v in variants]
        return {f"few-{variants[0]}": [*crystals, *(BackgroundStructure("disordered", n) for n in background)]}

    monkeypatch.setattr(family, "atom_blocks", few)
    plan = varied(
        PLANS["arise-local"],
        architecture={"hidden": (16,)},
        recipe={"epochs": 1},
        rows={"field": 2, "background": 2, "held_out": 1},
    )
    made = make_model("arise-local", tmp_path, plan=plan)
    assert set(made.results) == {"classes", "unknown", "lost"}
    assert "classify_atoms" in (made.folder / "README.md").read_text()
    assert len(arise_zoo.classify_atoms(atoms, made.folder)) == len(atoms)
