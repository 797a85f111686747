"""Families of crystals and molecules of no class: what makes them that."""

from __future__ import annotations

import numpy as np
from ase.data import atomic_numbers
from ase.neighborlist import neighbor_list

from arise_zoo.common.seeds import rng_for
from arise_zoo.models.augmentation.families.filled_packings import filled_packing
from arise_zoo.models.augmentation.families.molecules import cage, molecules


def test_in_a_filled_packing_one_species_is_close_packed_and_others_sit_in_its_holes():
    filled = set()
    for number in range(30):
        atoms = filled_packing(rng_for("filled", number))
        anions = atoms[atoms.numbers == atomic_numbers["Sc"]]
        volume = atoms.cell.volume / len(anions)
        assert 0.75 < volume * np.sqrt(2.0) < 1.3  # of touching spheres, strained along the stacking
        assert neighbor_list("d", atoms, 1.2).min() >= 0.5
        filled.add(round((len(atoms) - len(anions)) / len(anions), 3))
    assert len(filled) > 6 and min(filled) > 0


def test_a_cage_is_hollow_and_most_of_its_atoms_have_three_bonds():
    for number in range(10):
        atoms = cage(rng_for("cage", number))
        assert 24 <= len(atoms) <= 116
        away = np.linalg.norm(atoms.positions - atoms.positions.mean(axis=0), axis=1)
        assert away.min() > 0.4 * away.max()
        bonds = np.bincount(neighbor_list("i", atoms, 1.4), minlength=len(atoms))
        assert np.mean(bonds == 3) > 0.5


def test_molecules_on_a_lattice_keep_their_distance():
    sizes = []
    for number in range(20):
        atoms = molecules(rng_for("molecules", number))
        sizes.append(len(atoms))
        assert neighbor_list("d", atoms, 1.5).min() > 0.3
    assert max(sizes) <= 420
