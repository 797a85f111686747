"""moyo against spglib."""

import pickle
import sys

import pytest
from ase import Atoms
from ase.build import bulk

from arise_zoo import get_method
from arise_zoo.errors import MissingPackageError, StructureError
from arise_zoo.methods import symmetry
from arise_zoo.methods.protocol import UNKNOWN, Method
from arise_zoo.methods.symmetry import moyo_loose, moyo_tight, spglib_loose, spglib_tight
from arise_zoo.prototypes import load_prototypes
from tests.methods import peer_checks as peers

pytest.importorskip("moyopy")
PERIODIC = [p for p in load_prototypes() if p.is_periodic]
METHODS = [moyo_loose(), moyo_tight()]


def test_each_is_a_method_of_space_groups_with_the_settings_and_classes_of_spglib():
    for moyo, spglib in zip(METHODS, (spglib_loose(), spglib_tight()), strict=True):
        assert isinstance(moyo, Method) and pickle.loads(pickle.dumps(moyo)) == moyo
        assert moyo.name == spglib.name.replace("spglib", "moyo")
        for attribute in ("symprec", "angle_tolerance", "recognises", "scored_on", "level", "truth", "finite"):
            assert getattr(moyo, attribute) == getattr(spglib, attribute)


def differences(moyo, spglib, structures):
    answers = {name: (moyo.predict(atoms), spglib.predict(atoms)) for name, atoms in structures.items()}
    return {name: pair for name, pair in answers.items() if pair[0] != pair[1]}


def test_at_the_tight_setting_all_96_classes_have_the_group_that_spglib_finds():
    assert len(PERIODIC) == 96
    assert differences(moyo_tight(), spglib_tight(), {p.id: p.build() for p in PERIODIC}) == {}


def test_at_the_loose_setting_moyo_finds_more_symmetry_in_two_classes():
    found = differences(moyo_loose(), spglib_loose(), {p.id: p.build() for p in PERIODIC})
    assert found == {"cssncl3_orthorhombic": ("62", "11"), "pba2i4": ("14", "4")}


@pytest.mark.parametrize("class_id", ["fcc_cu", "diamond_c", "nacl", "hcp_mg"])
def test_displaced_supercells_have_the_same_group_at_the_loose_setting_only(class_id):
    displaced = peers.structure(class_id, "displacement-0.001")
    assert moyo_loose().predict(displaced) == str(next(p for p in PERIODIC if p.id == class_id).space_group.number)
    assert moyo_tight().predict(displaced) == "1"


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_what_has_no_group_or_no_three_periods_is_unknown_or_refused(method):
    assert method.predict(Atoms("Cu2", positions=[[0, 0, 0]] * 2, cell=[3, 3, 3], pbc=True)) == UNKNOWN
    with pytest.raises(StructureError, match="periodic in three directions"):
        method.predict(Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 2.5]]))


@pytest.mark.parametrize("name", ["moyo-loose", "moyo-tight"])
def test_each_passes_the_smoke_run(name):
    peers.check_smoke(name)


@pytest.mark.parametrize("name", ["moyo-loose", "moyo-tight"])
def test_without_moyo_one_sentence_names_the_extra(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "moyopy", None)
    monkeypatch.setattr(symmetry, "find_spec", lambda name: None)
    sentence = rf"^{name} needs moyopy; .*arise-zoo\[peers\]'\.$"
    with pytest.raises(MissingPackageError, match=sentence):
        get_method(name)
    with pytest.raises(MissingPackageError, match=sentence):
        METHODS[name == "moyo-tight"].predict(bulk("Cu", cubic=True))
