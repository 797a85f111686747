import pickle
import subprocess
import sys

import pytest
import spglib
from ase import Atoms
from ase.build import bulk

from arise_zoo import get_method
from arise_zoo.errors import MissingPackageError, StructureError
from arise_zoo.methods import symmetry
from arise_zoo.methods.protocol import UNKNOWN, Method
from arise_zoo.methods.symmetry import MatIDMethod, matid_sbc, spglib_loose, spglib_tight
from arise_zoo.prototypes import get_prototype, load_prototypes
from arise_zoo.structures import StructureSpec, supercell

METHODS = [spglib_loose(), spglib_tight(), MatIDMethod()]
AFLOW = [p.id for p in load_prototypes() if p.group in ("elemental", "binary")]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_each_is_a_method_of_structures_and_space_groups(method):
    assert isinstance(method, Method)
    assert (method.level, method.truth, method.finite) == ("structure", "space_group", False)


def test_each_has_the_name_under_which_it_is_registered():
    assert [method.name for method in METHODS] == ["spglib-loose", "spglib-tight", "matid-sbc"]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_each_meets_the_96_periodic_classes_and_is_scored_on_the_38_aflow_ones(method):
    assert len(set(method.recognises)) == 96
    assert len(set(method.scored_on)) == 38
    assert set(method.scored_on) <= set(method.recognises)
    assert {get_prototype(i).group for i in method.scored_on} == {"elemental", "binary"}


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_each_survives_pickling(method):
    assert pickle.loads(pickle.dumps(method)) == method


def test_the_settings_are_the_papers():
    loose, tight = spglib_loose(), spglib_tight()
    assert (loose.symprec, loose.angle_tolerance) == (0.1, 5)
    assert (tight.symprec, tight.angle_tolerance) == (1e-4, 1)


@pytest.mark.parametrize("class_id", AFLOW)
@pytest.mark.parametrize("make", [spglib_loose, spglib_tight])
def test_spglib_recognises_every_aflow_class_in_every_supercell(make, class_id):
    prototype = get_prototype(class_id)
    labels = [make().predict(supercell(prototype, k, periodic=True)) for k in prototype.supercell_sizes]
    assert labels == [str(prototype.space_group.number)] * 3
    assert prototype.space_group.number == prototype.space_group.paper


@pytest.mark.parametrize("prototype", [p for p in load_prototypes() if p.is_periodic], ids=lambda p: p.id)
def test_tight_spglib_finds_the_geometrys_group_in_every_periodic_class(prototype):
    assert spglib_tight().predict(prototype.build()) == str(prototype.space_group.number)


@pytest.mark.parametrize(("make", "listed", "starred"), [(spglib_loose, 66, 65), (spglib_tight, 68, 66)])
def test_as_many_pristine_classes_meet_the_papers_list_as_documented(make, listed, starred):
    method = make()
    classes = [get_prototype(i) for i in method.recognises]
    right = [p for p in classes if method.predict(p.build()) == str(p.space_group.paper)]
    assert len(right) == listed
    assert len([p for p in right if p.space_group.paper != 1]) == starred  # P1 never right, as in the paper


def test_loose_spglib_sees_through_a_displacement_that_tight_spglib_does_not():
    displaced = StructureSpec("diamond_c", 4, True, "displacement-0.006").build()
    assert spglib_loose().predict(displaced) == "227"
    assert spglib_tight().predict(displaced) == "1"


def test_one_vacancy_a_cell_leaves_a_lattice_with_one_atom_a_cell_its_space_group():
    one_missing = StructureSpec("fcc_cu", 5, True, "missing-0.01").build()
    assert len(one_missing) == 124
    assert spglib_tight().predict(one_missing) == "225"


def test_two_atoms_at_one_place_are_unknown():
    assert spglib_loose().predict(Atoms("Cu2", positions=[[0, 0, 0]] * 2, cell=[3, 3, 3], pbc=True)) == UNKNOWN


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_structure_without_three_periodic_directions_is_refused(method):
    with pytest.raises(StructureError, match="periodic in three directions"):
        method.predict(Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 2.5]]))


def test_predicting_leaves_the_structure_as_it_was():
    atoms = StructureSpec("nacl", 4, True, "displacement-0.006").build()
    before = atoms.copy()
    spglib_loose().predict(atoms)
    assert atoms == before


def test_importing_the_module_loads_neither_spglib_nor_matid():
    code = "import sys, arise_zoo.methods.symmetry; print([m for m in ('spglib', 'matid') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_without_matid_one_sentence_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matid.clustering", None)
    monkeypatch.setattr(symmetry, "find_spec", lambda name: None)
    sentence = r"^matid-sbc needs matid; .*arise-zoo\[peers\]'\.$"
    with pytest.raises(MissingPackageError, match=sentence):
        get_method("matid-sbc")
    with pytest.raises(MissingPackageError, match=sentence) as caught:
        MatIDMethod().predict(bulk("Cu", cubic=True))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize("class_id", ["bcc_w", "fcc_cu", "diamond_c", "hcp_mg", "nacl"])
def test_matid_recognises_simple_crystals(class_id):
    pytest.importorskip("matid")
    prototype = get_prototype(class_id)
    atoms = supercell(prototype, prototype.supercell_sizes[0], periodic=True)
    assert matid_sbc().predict(atoms) == str(prototype.space_group.number)


def test_matid_tolerates_atoms_missing_where_spglib_does_not():
    pytest.importorskip("matid")
    defective = StructureSpec("fcc_cu", 5, True, "missing-0.05").build()
    assert matid_sbc().predict(defective) == "225"
    assert spglib_loose().predict(defective) != "225"


def test_the_label_is_the_number_that_spglib_gives():
    atoms = bulk("NaCl", "rocksalt", a=5.6, cubic=True)
    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    found = spglib.get_symmetry_dataset(cell, symprec=0.1, angle_tolerance=5)
    assert spglib_loose().predict(atoms) == str(found.number) == "225"
