"""The atoms that models of single atoms learn from."""

from __future__ import annotations

import numpy as np
import pytest
from ase.neighborlist import neighbor_list

from arise_zoo.models.augmentation.atom_rows import ATOMS, atom_blocks, described_atoms
from arise_zoo.models.augmentation.field_rows import field_outputs, field_rows
from arise_zoo.models.augmentation.interfaces import UNIT, InterfaceStructure, inner_atoms
from arise_zoo.prototypes import class_ids

DESCRIPTOR = {"kind": "local", "r_cut": 2.0, "n_max": 4, "l_max": 4, "radius": 1.5}


@pytest.mark.parametrize("class_id", ["fcc_cu", "nacl", "cu2kvs4", "molecular_iodine"])
def test_two_halves_meet_and_no_atoms_coincide(class_id):
    for variant in range(6):
        atoms, labels = InterfaceStructure(class_id, variant).build()
        assert neighbor_list("d", atoms, 2 * UNIT).min() > 0.1 * UNIT
        inner = inner_atoms(atoms)
        assert (labels[inner] == class_id).any() and len(atoms) == len(labels)
        assert set(labels) <= {*class_ids(), ""}


def test_an_interface_is_made_again_alone_and_the_other_half_is_of_any_kind():
    first, again = (InterfaceStructure("bcc_w", 3).build()[0] for _ in range(2))
    assert np.array_equal(first.positions, again.positions)
    others = {frozenset(InterfaceStructure("bcc_w", v).build()[1]) - {"bcc_w"} for v in range(12)}
    assert frozenset() in others and frozenset({""}) in others and len(others) > 2


def test_rows_of_atoms_are_kept_and_the_same_on_any_number_of_workers(tmp_path):
    kinds = ("field", "interfaces", "stackings", "disordered")  # other background is slow to begin
    blocks = {n: structures[:2] for n, structures in atom_blocks([0], [0]).items() if n.startswith(kinds)}
    assert {"interfaces-0000", "stackings-0000"} <= set(blocks)
    X, y = field_rows(tmp_path / "one", blocks, DESCRIPTOR, describe=described_atoms)
    assert X.shape == (len(y), 90) and X.dtype == np.float32 and np.isfinite(X).all()
    assert 8 * len(blocks) < len(y) <= 2 * ATOMS * len(blocks)
    assert "unknown" in {field_outputs()[n] for n in y}
    again, _ = field_rows(tmp_path / "two", blocks, DESCRIPTOR, n_jobs=2, describe=described_atoms)
    assert np.array_equal(X, again)
