"""What proves a state, against closed formulas on crystals that were disturbed by a known amount."""

import numpy as np
import pytest
from ase.build import bulk
from scipy.spatial.transform import Rotation

from arise_zoo.simulation.observables import Crystal, bragg_peak, deformation, diffusion, vibration


@pytest.fixture
def copper():
    return bulk("Cu", "fcc", a=3.6, cubic=True).repeat(4)


@pytest.mark.parametrize("deviation", [0.05, 0.2])
def test_the_amplitude_of_independent_displacements(copper, deviation):
    crystal, spacing = Crystal(copper), 3.6 / np.sqrt(2)
    assert crystal.spacing == pytest.approx(spacing)
    moved = copper.positions + deviation * np.random.default_rng(0).standard_normal(copper.positions.shape)
    found = vibration(crystal, moved + np.array([1.0, 2.0, 3.0]), copper.cell.array)
    # Three components, and the mean of twelve neighbours taken off.
    assert found.amplitude == pytest.approx(np.sqrt(3 * (1 + 1 / 12)) * deviation / spacing, rel=0.05)
    assert found.jumped == 0.0


def test_a_uniform_expansion_and_a_common_shift_move_no_atom_from_its_site(copper):
    crystal = Crystal(copper)
    found = vibration(crystal, 1.1 * copper.positions + 5.0, 1.1 * copper.cell.array)
    assert found.amplitude < 1e-12 and crystal.strain(1.1 * copper.cell.array) < 1e-12
    assert crystal.strain(copper.cell.array * [1.2, 1.0, 1.0]) == pytest.approx(1.2 / (3.2 / 3) - 1)


def test_two_atoms_that_change_places_have_jumped(copper):
    positions = copper.positions.copy()
    positions[[0, 1]] = positions[[1, 0]]
    assert vibration(Crystal(copper), positions, copper.cell.array).jumped == pytest.approx(2 / 256)


def test_vibrations_average_out_and_another_structure_does_not(copper):
    rng, crystal = np.random.default_rng(1), Crystal(copper)
    frames = copper.positions + 0.2 * rng.standard_normal((200, 256, 3))
    cells = np.repeat(copper.cell.array[None], 200, axis=0)
    assert deformation(crystal, frames, cells) == pytest.approx(
        0.2 * np.sqrt(3 * 13 / 12 / 200) / crystal.spacing, rel=0.1
    )
    buckled = copper.positions + [0.0, 0.0, 0.5] * np.where(np.arange(256) % 2, 1, -1)[:, None]
    assert deformation(crystal, buckled[None], cells[:1]) > 0.15


def test_diffusion_follows_einsteins_relation():
    steps = 0.3 * np.random.default_rng(2).standard_normal((400, 500, 3))
    length, coefficient = diffusion(np.cumsum(steps, axis=0), 399.0)
    assert coefficient == pytest.approx(0.3**2 / 2, rel=0.1) and length**2 == pytest.approx(6 * coefficient * 399)


def test_a_bragg_peak_is_one_falls_as_debye_and_waller_say_and_is_small_without_order(copper):
    spacing, cell = Crystal(copper).spacing, copper.cell.array
    assert bragg_peak(copper.positions, cell, spacing) == pytest.approx(1.0)
    rng = np.random.default_rng(3)
    moved = copper.positions + 0.2 * rng.standard_normal(copper.positions.shape)
    shortest = 2 * np.pi * np.sqrt(3) / 3.6  # of the (111) peak
    assert bragg_peak(moved, cell, spacing) == pytest.approx(np.exp(-((0.2 * shortest) ** 2)), abs=0.08)
    assert bragg_peak(rng.random((256, 3)) @ cell, cell, spacing) < 0.1


def test_an_isolated_structure_that_turns_is_still_on_its_sites(copper):
    copper.set_cell(np.zeros((3, 3)))
    copper.pbc = False
    crystal = Crystal(copper)
    turned = Rotation.from_euler("xyz", [0.4, 1.0, 2.0]).apply(copper.positions) + 3.0
    assert vibration(crystal, turned, np.zeros((3, 3))).amplitude < 1e-9
