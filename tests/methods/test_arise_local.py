"""The model of atoms as a method, with a small checkpoint in the place of the shipped one."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

import arise_zoo
from arise_zoo.benchmark.smoke import smoke
from arise_zoo.errors import UnknownNameError
from arise_zoo.methods import UNKNOWN, Method, get_method, list_methods
from arise_zoo.methods.local_structure import LocalStructureMethod
from arise_zoo.models import model


@pytest.fixture
def shipped(local_checkpoint, monkeypatch):
    """The small checkpoint as the only one of the package."""
    monkeypatch.setattr(model, "SHIPPED", local_checkpoint.parent)


def names():
    return [entry.name for entry in list_methods()]


def test_a_model_is_a_method_once_its_checkpoint_is_part_of_the_package(shipped):
    assert "arise-local" in names() and "arise-mlp" not in names()


def test_a_model_without_checkpoint_is_no_method(tmp_path, monkeypatch):
    monkeypatch.setattr(model, "SHIPPED", tmp_path)
    assert "arise-local" not in names() and "ptm" in names()
    with pytest.raises(UnknownNameError, match="unknown method 'arise-local'"):
        get_method("arise-local")


def test_it_is_shown_the_atoms_that_the_methods_of_local_structure_are_shown(shipped):
    method, other = get_method("arise-local"), LocalStructureMethod
    assert isinstance(method, Method)
    assert (method.level, method.truth, method.finite) == (other.level, other.truth, other.finite)
    assert method.recognises == ("fcc_cu", "nacl")


def test_its_labels_are_those_of_classify_atoms_and_unknown_atoms_have_no_confidence(shipped):
    salt = bulk("NaCl", "rocksalt", a=5.6, cubic=True) * 3
    salt.rattle(0.3, seed=1)
    said = get_method("arise-local").predict(salt)
    found = arise_zoo.classify_atoms(salt, "arise-local", 10)
    assert said.labels.tolist() == found.labels.tolist()
    assert (said.confidence == np.where(found.labels == UNKNOWN, 0, found.probabilities)).all()


def test_where_no_atom_has_a_neighbour_all_are_unknown(shipped):
    said = get_method("arise-local").predict(Atoms("Cu"))
    assert said.labels.tolist() == [UNKNOWN] and said.confidence.tolist() == [0]


def test_it_passes_a_smoke_run(shipped):
    assert [check for check in smoke("arise-local") if not check.passed] == []
