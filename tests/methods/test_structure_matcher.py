"""pymatgen's matching of structures to the classes."""

import sys
import warnings

import pytest
from ase import Atoms
from ase.build import bulk
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.io.ase import AseAtomsAdaptor

from arise_zoo import get_method
from arise_zoo.errors import MissingPackageError, StructureError
from arise_zoo.methods.peers import structure_matching as module
from arise_zoo.methods.peers.training_crystals import packing
from arise_zoo.methods.protocol import UNKNOWN, Method
from arise_zoo.prototypes import get_prototype, load_unknown_prototypes
from tests.methods import peer_checks as peers

METHOD = module.structure_matcher()


def test_it_names_the_96_periodic_classes():
    assert isinstance(METHOD, Method)
    assert (METHOD.level, METHOD.truth, METHOD.finite) == ("structure", "class", False)
    assert len(METHOD.recognises) == 96


def test_all_pristine_classes_are_named_but_two_that_differ_from_another_in_strain_only():
    found = {c: METHOD.predict(peers.structure(c)) for c in METHOD.recognises}
    assert {c: label for c, label in found.items() if label != c} == {"bct_in": "fcc_cu", "l10_cuau": "cscl"}


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "diamond_c", "graphene"])
def test_a_matchs_rms_is_the_least_that_pymatgen_finds_among_all_classes(class_id):
    def structure(atoms):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return AseAtomsAdaptor.get_structure(atoms)

    atoms = peers.structure(class_id, "displacement-0.01")
    query = structure(atoms).get_primitive_structure()
    matches = {
        c: StructureMatcher().get_rms_anonymous(query, structure(get_prototype(c).build()))[0]
        for c in METHOD.recognises
        if get_prototype(c).n_atoms() <= 12
    }
    smallest = min(rms for rms in matches.values() if rms is not None)
    assert matches[METHOD.predict(atoms)] == pytest.approx(smallest, abs=1e-6)


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "wurtzite_zns"])
def test_species_do_not_count(class_id):
    atoms = peers.structure(class_id)
    atoms.numbers = atoms.numbers + 1
    assert METHOD.predict(atoms) == class_id


def test_a_vacancy_or_another_prototype_or_a_random_structure_is_unknown():
    assert METHOD.predict(peers.structure("nacl", "missing-0.05")) == UNKNOWN
    assert METHOD.predict(packing("fcc_cu", 1000)) == UNKNOWN
    others = [METHOD.predict(p.build()) for p in load_unknown_prototypes()[:10]]
    assert others == [UNKNOWN] * 10


def test_a_structure_without_three_periodic_directions_is_refused():
    with pytest.raises(StructureError, match="periodic in three directions"):
        METHOD.predict(Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 2.5]]))


def test_it_passes_the_smoke_run():
    peers.check_smoke("structure-matcher")


def test_without_pymatgen_one_sentence_names_the_extra(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    sentence = r"^structure-matcher needs pymatgen; .*arise-zoo\[peers\]'\.$"
    with pytest.raises(MissingPackageError, match=sentence):
        get_method("structure-matcher")
    monkeypatch.setitem(sys.modules, "pymatgen.io.ase", None)
    with pytest.raises(MissingPackageError, match=sentence):
        METHOD.predict(bulk("Cu", cubic=True))
