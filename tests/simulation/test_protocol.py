"""LAMMPS simulates what is asked for: temperatures, states, and the same again."""

from itertools import groupby

import numpy as np
import pytest

from arise_zoo.common import lammps_library
from arise_zoo.errors import MissingPackageError
from arise_zoo.simulation import interface, protocol, system
from arise_zoo.simulation.coexistence import solid_share
from arise_zoo.simulation.engine import Box, SimulationError, Snapshot


@pytest.fixture(autouse=True)
def _with_lammps():
    pytest.importorskip("lammps")


@pytest.mark.slow
def test_crystals_are_solid_and_two_builds_are_the_same_physics(monkeypatch):
    monkeypatch.setattr(protocol, "SOLIDS", (0.8,))
    first, again, other = (list(protocol.solid_frames(system("Al"), run)) for run in (0, 0, 1))
    assert [frame.state for frame in first] == ["solid"] * 10
    assert all(np.array_equal(a.snapshot.positions, b.snapshot.positions) for a, b in zip(first, again, strict=True))
    assert not np.allclose(first[0].snapshot.positions, other[0].snapshot.positions, atol=0.01)
    for quantity, tolerance in (
        (lambda f: f.temperature / f.wanted, 0.06),
        (lambda f: f.amplitude, 0.12),
        (lambda f: np.linalg.det(f.snapshot.cell), 0.004),
    ):
        means = [np.mean([quantity(f) for f in frames]) for frames in (first, other)]
        assert means[0] == pytest.approx(means[1], rel=tolerance)
    assert np.mean([f.temperature / f.wanted for f in first + other]) == pytest.approx(1.0, abs=0.06)


@pytest.mark.slow
def test_a_melt_diffuses_without_order_and_a_gas_fills_its_box():
    found = {c: list(g) for c, g in groupby(protocol.disordered_frames(system("Al"), 0), lambda f: f.condition)}
    assert list(found) == ["liquid-1.6", "liquid-1.3", "liquid-1.1", "quenched", "gas"]
    assert {f.state for c in found if c.startswith("liquid") for f in found[c]} == {"liquid"}
    assert {f.state for f in found["gas"]} == {"gas"}
    for frames in found.values():
        for frame in frames:
            scaled = frame.snapshot.positions @ np.linalg.inv(frame.snapshot.cell)
            assert scaled.min() >= -1e-9 and scaled.max() <= 1 + 1e-9
    gas, cell = found["gas"][0].snapshot, system("Al").cell
    volume = np.linalg.det(gas.cell) / len(gas.positions)
    assert volume == pytest.approx(10 * cell.cell.volume / len(cell), rel=0.05)


def test_a_crystal_that_is_too_hot_counts_as_molten(monkeypatch):
    monkeypatch.setattr(protocol, "SOLIDS", (2.5,))
    assert {frame.state for frame in protocol.solid_frames(system("Al"), 0)} == {"melted"}


def test_atoms_of_an_interface_are_told_apart(monkeypatch):
    monkeypatch.setattr(interface, "_ATOMS", 1000)
    monkeypatch.setattr(interface, "FRAMES", 1)
    frame = next(interface.interface_frames(system("Al")))
    assert interface.n_atoms(system("Al")) == len(frame.labels) == len(frame.symbols)
    share = {label: float((frame.labels == label).mean()) for label in (1, 0, -1)}
    assert 0.2 < share[1] < 0.8 and 0.2 < share[0] < 0.8 and share[-1] < 0.15
    # The crystal is one slab along z, the melt the other.
    height = (frame.snapshot.positions @ np.linalg.inv(frame.snapshot.cell))[:, 2] % 1.0
    assert (frame.labels[np.abs(height - 0.25) < 0.1] == 1).mean() > 0.9
    assert (frame.labels[np.abs(height - 0.75) < 0.1] == 0).mean() > 0.9
    assert 0.3 < solid_share(frame.snapshot, 2.86) < 0.8


def test_an_isolated_tube_stays_where_it_is(monkeypatch):
    monkeypatch.setattr(protocol, "SOLIDS", (0.2,))
    frames = list(protocol.solid_frames(system("tube-6,0"), 0))
    assert {f.state for f in frames} == {"solid"}
    middles = np.array([f.snapshot.positions.mean(axis=0) for f in frames])
    assert np.ptp(middles, axis=0).max() < 1e-3 and not frames[0].snapshot.cell.any()


def test_what_lammps_refuses_is_one_sentence():
    simulated = system("Al")
    with (
        Box(simulated, simulated.box(0), 1) as box,
        pytest.raises(SimulationError, match=r"LAMMPS cannot simulate Al: .*nonsense"),
    ):
        box._command("nonsense")


def test_without_lammps_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(lammps_library, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"molecular dynamics needs lammps; install it with: .*\[md\]"):
        next(protocol.solid_frames(system("Al"), 0))


def test_a_perfect_crystal_is_solid_in_every_slab():
    atoms = system("Al").box(0)
    assert solid_share(Snapshot(atoms.positions, atoms.cell.array), 2.86) == 1.0
