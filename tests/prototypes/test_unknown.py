"""The unknown prototypes are those that the library gives, and none is one of the 108."""

import json
import runpy
import warnings
from importlib.resources import files
from pathlib import Path

import pytest

from arise_zoo.prototypes import class_ids, find_prototype, load_unknown_prototypes


def test_there_are_at_least_thirty_and_none_has_the_id_of_a_class():
    found = load_unknown_prototypes()
    assert len(found) >= 30
    assert not {p.id for p in found} & set(class_ids())
    assert find_prototype(found[0].id) is found[0] and find_prototype("nacl").number > 0


def test_the_table_is_what_choosing_from_pymatgens_library_gives():
    pytest.importorskip("pymatgen", reason="pymatgen is in the extra 'test'")
    script = Path(__file__).parents[2] / "scripts" / "choose_unknown.py"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chosen = runpy.run_path(str(script))["choose"]()
    assert chosen == json.loads((files("arise_zoo.prototypes") / "data" / "unknown.json").read_text())


def test_their_space_groups_are_those_of_their_labels():
    import spglib

    for prototype in load_unknown_prototypes():
        atoms = prototype.build()
        cell = atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers
        found = spglib.get_symmetry_dataset(cell, symprec=1e-2).number
        assert found == prototype.space_group.number, prototype.id
