"""Displacements of atoms joined by springs."""

from __future__ import annotations

import numpy as np
import pytest
from ase.build import bulk

from arise_zoo.common.seeds import rng_for
from arise_zoo.structures.springs import Springs


def correlation(atoms, moved, least, most):
    """Of displacements of atoms at distances from `least` to `most`."""
    from ase.neighborlist import neighbor_list

    i, j, distances = neighbor_list("ijd", atoms, most)
    i, j = i[distances > least], j[distances > least]
    return float(np.mean(np.sum(moved[i] * moved[j], axis=1)) / np.mean(np.sum(moved**2, axis=1)))


@pytest.mark.parametrize("transverse", [0.02, 0.3])
def test_neighbours_move_together_and_distant_atoms_do_not(transverse):
    atoms = bulk("Cu", a=3.6, cubic=True).repeat(4)
    springs = Springs(atoms, 3.6 / 2**0.5, transverse)
    draws = [springs.draw(0.1, rng_for("springs", i)) for i in range(40)]
    assert np.mean([correlation(atoms, d, 0, 2.6) for d in draws]) > 0.1
    assert np.mean([correlation(atoms, d, 6.5, 7.0) for d in draws]) < 0.03
    assert all(np.sqrt(np.mean(d**2)) == pytest.approx(0.1) for d in draws)
    assert all(np.abs(d.mean(axis=0)).max() < 1e-12 for d in draws)


def test_the_covariance_of_draws_is_that_of_thermal_equilibrium():
    """Over many draws it is the inverse of the stiffness, which is built here a second time."""
    from ase.neighborlist import neighbor_list

    atoms = bulk("W", a=3.0, cubic=True).repeat(2)
    unit, transverse = 3.0 * 0.75**0.5, 0.2
    stiffness = np.zeros((48, 48))
    for i, j, vector, distance in zip(*neighbor_list("ijDd", atoms, 1.45 * unit), strict=True):
        n = vector / distance
        k = (unit / distance) ** 4 * ((1 - transverse) * np.outer(n, n) + transverse * np.eye(3))
        stiffness[3 * i : 3 * i + 3, 3 * j : 3 * j + 3] -= k
        stiffness[3 * i : 3 * i + 3, 3 * i : 3 * i + 3] += k
    stiffness += 0.005 * np.diag(stiffness).mean() * np.eye(48)
    no_drift = np.eye(48) - np.kron(np.ones((16, 16)) / 16, np.eye(3))
    expected = no_drift @ np.linalg.inv(stiffness) @ no_drift
    springs = Springs(atoms, unit, transverse)
    draws = np.array([springs.draw(1.0, rng_for("springs", "covariance", i)).ravel() for i in range(4000)])
    found = draws.T @ draws / len(draws)
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.97


def test_atoms_at_a_surface_move_more():
    atoms = bulk("Cu", a=3.6, cubic=True).repeat((3, 3, 6))
    atoms.center(vacuum=6.0, axis=2)
    springs = Springs(atoms, 3.6 / 2**0.5, 0.1)
    moved = np.array([np.sum(springs.draw(0.1, rng_for("surface", i)) ** 2, axis=1) for i in range(60)]).mean(axis=0)
    z = atoms.positions[:, 2]
    assert moved[(z < z.min() + 0.1) | (z > z.max() - 0.1)].mean() > 1.3 * moved[np.abs(z - z.mean()) < 4].mean()


@pytest.mark.parametrize("kind", ["crystal", "cluster"])
def test_a_draw_is_the_inverse_square_root_of_the_stiffness_times_normal_numbers(kind):
    atoms = bulk("Cu", a=3.6, cubic=True).repeat(4)
    if kind == "cluster":
        rng = rng_for("cluster")
        atoms = atoms[np.linalg.norm(atoms.positions - 7.0, axis=1) < 6.0]
        atoms = atoms[np.sort(rng.permutation(len(atoms))[: int(0.7 * len(atoms))])]
        atoms.pbc = False
    springs = Springs(atoms, 3.6 / 2**0.5, 0.02)
    values, vectors = np.linalg.eigh(springs._stiffness.toarray())
    normal = rng_for("normal").standard_normal(3 * len(atoms))
    expected = (vectors @ ((vectors.T @ normal) / np.sqrt(values))).reshape(-1, 3)
    expected -= expected.mean(axis=0)
    found = springs.draw(np.sqrt(np.mean(expected**2)), rng_for("normal"))
    assert np.linalg.norm(found - expected) < 0.01 * np.linalg.norm(expected)
