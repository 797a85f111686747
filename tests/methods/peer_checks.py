"""What the tests of several peer methods have in common."""

import numpy as np
import pytest

from arise_zoo.methods.peers.training_crystals import packing
from arise_zoo.methods.protocol import UNKNOWN, Prediction
from arise_zoo.prototypes import get_prototype
from arise_zoo.structures import StructureSpec
from arise_zoo.structures.operations import random_rotation

SEED = 77


def labels_of(method, atoms):
    answer = method.predict(atoms)
    return answer.labels if isinstance(answer, Prediction) else answer


def structure(class_id, condition="pristine", *, periodic=True):
    """The smallest supercell of a class, at a seed of the tests' own."""
    k = get_prototype(class_id).supercell_sizes[0]
    return StructureSpec(class_id, k, periodic, condition, 0, SEED).build()


def share_right(method, class_id, condition):
    return (labels_of(method, structure(class_id, condition)) == class_id).mean()


def check_rotation_and_order(method, class_id, seed):
    """The labels of a displaced crystal do not change when it is turned, shifted, scaled and its atoms reordered."""
    atoms = structure(class_id, "displacement-0.1")
    expected = labels_of(method, atoms)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(atoms))
    changed = atoms[order]
    turn = random_rotation(rng)
    changed.set_cell(changed.cell.array @ turn * 1.7)
    changed.positions = (changed.positions @ turn + rng.random(3)) * 1.7
    # freud and LAMMPS round otherwise; an atom on the edge of being unknown may change sides.
    assert (labels_of(method, changed) == expected[order]).mean() > 0.98


def unknown_in_gas(method):
    """Share of unknown atoms among atoms at random places."""
    atoms = packing("fcc_cu", 1000)
    atoms.positions = np.random.default_rng(SEED).random((len(atoms), 3)) @ atoms.cell.array
    return (labels_of(method, atoms) == UNKNOWN).mean()


def unknown_in_packing(method, class_id):
    """Share of unknown atoms in a random packing that no method was made from."""
    return (labels_of(method, packing(class_id, 1000)) == UNKNOWN).mean()


def check_smoke(name):
    from arise_zoo.benchmark.smoke import smoke

    failed = [check for check in smoke(name) if not check.passed]
    assert failed == []


def check_inner_atoms(method, class_id):
    """In an isolated crystal the atom nearest to the centre has its class."""
    atoms = structure(class_id, periodic=False)
    inner = np.linalg.norm(atoms.positions - atoms.positions.mean(axis=0), axis=1).argmin()
    assert labels_of(method, atoms)[inner] == class_id


seeds = pytest.mark.parametrize("seed", [0, 1, 2])
