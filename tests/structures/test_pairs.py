"""Pairs of neighbours in small structures."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk

from arise_zoo.structures.pairs import near_pairs


@pytest.mark.parametrize("pbc", [True, False, (True, True, False)])
def test_pairs_are_those_of_ase(pbc):
    from ase.neighborlist import neighbor_list

    atoms = bulk("Mg", a=3.2, c=5.2).repeat((3, 2, 1))
    atoms.pbc = pbc
    atoms.rattle(0.2, seed=1)
    atoms.positions += 30.0
    atoms.positions[3] = atoms.positions[4]  # also where two coincide
    i, j, vectors, distances = near_pairs(atoms, 4.5)
    expected = neighbor_list("ijDd", atoms, 4.5)
    assert sorted(zip(i, j, distances.round(8), strict=True)) == sorted(
        zip(expected[0], expected[1], expected[3].round(8), strict=True)
    )
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(distances)
    order, other = np.lexsort(vectors.round(6).T), np.lexsort(expected[2].round(6).T)
    assert vectors[order] == pytest.approx(expected[2][other], abs=1e-6)
