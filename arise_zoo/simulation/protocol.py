"""The two protocols of `arise/dynamics`: a crystal heated to its melting point, and a melt, its quench, and a gas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from ..common.seeds import rng_for, seed_of
from .engine import Box, Snapshot
from .observables import (
    DEFORMED,
    DIFFUSING,
    MOST_JUMPED,
    ORDERED,
    STRAINED,
    VIBRATING,
    Crystal,
    bragg_peak,
    deformation,
    diffusion,
    vibration,
)
from .systems import System

State = Literal["solid", "melted", "transformed", "liquid", "amorphous", "gas", "ordered", "frozen", "boiled"]
"""What a frame was proved to be. `ordered`: what should be disordered but has a Bragg peak; `frozen`: what should be
liquid but does not diffuse; `boiled`: what should be liquid but has the volume of a gas."""

SOLIDS = (0.04, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0)
LIQUIDS = (1.6, 1.3, 1.1)
"""Temperatures over the melting point, in the order in which they are simulated."""

RUNS, FRAMES = 2, 10
"""Independent runs of each system, and frames of each of them at each temperature."""

APART = 1.0  # picoseconds between frames
SETTLING = 2.0, 3.0  # picoseconds to lead to a temperature, and to stay there before the first frame
_MELTING = 6.0
QUENCH, QUENCHED, _QUENCHED_APART = 12.0, 0.2, 0.5
_DILUTION = 10.0  # volume of the gas over that of the solid
_BOILED = 2.0  # volume over that of the solid from which a melt counts as boiled
_THIN = 6.0  # volume of an atom, in cubed nearest-neighbour distances, of what has no order that could be looked for
_SWOLLEN = 1.12  # volume in which a crystal is melted, over its own


class Frame(NamedTuple):
    """A snapshot, the condition it was taken under, and what was proved of it.

    Attributes
    ----------
    condition : str
        Name of the condition in Table M.
    number : int
        Among the frames of its condition and run, from 0.
    snapshot : Snapshot
        Positions and cell.
    symbols : list of str
        The elements.
    temperature, wanted : float
        Kelvin: of the moment, and of the thermostat.
    state : State
        What was proved.
    amplitude, jumped, deformation, strain : float
        See `observables`; NaN where there are no sites.
    displacement, peak : float
        Root mean square displacement (angstrom) over the frames of the condition, and the Bragg peak; NaN where not
        taken.
    """

    condition: str
    number: int
    snapshot: Snapshot
    symbols: list[str]
    temperature: float
    wanted: float
    state: State
    amplitude: float
    jumped: float
    deformation: float
    strain: float
    displacement: float
    peak: float


class _Sample(NamedTuple):
    snapshots: list[Snapshot]
    temperatures: list[float]

    @property
    def positions(self) -> np.ndarray:
        return np.array([s.positions for s in self.snapshots])

    @property
    def cells(self) -> np.ndarray:
        return np.array([s.cell for s in self.snapshots])


def solid_frames(system: System, run: int) -> Iterator[Frame]:
    """The crystal at each temperature of `SOLIDS`, one after the other."""
    atoms = system.box(run)
    with Box(system, atoms, seed_of("dynamics", system.name, run, "solid")) as box:
        if system.prototype.group == "nanotube":
            box.relax()  # its open ends close up; without vibration, so that its sites are known
        crystal = Crystal(box.atoms(box.snapshot()))
        before = SOLIDS[0] * system.melting.value
        box.heat(2 * before)
        for share in SOLIDS:
            wanted = share * system.melting.value
            box.run(SETTLING[0], before, wanted)
            box.run(SETTLING[1], wanted, wanted)
            sample = _sample(box, wanted)
            before = wanted
            moved = deformation(crystal, sample.positions, sample.cells)
            strain = crystal.strain(sample.cells.mean(axis=0))
            for number, (snapshot, temperature) in enumerate(zip(*sample, strict=True)):
                found = vibration(crystal, *snapshot)
                state: State = "solid"
                if found.amplitude > VIBRATING or found.jumped > MOST_JUMPED:
                    state = "melted"
                elif moved > DEFORMED or strain > STRAINED:
                    state = "transformed"
                yield Frame(
                    f"md-{share:g}", number, _centred(snapshot, crystal), box.symbols, temperature, wanted, state,
                    *found, moved, strain, np.nan, np.nan,
                )  # fmt: skip


def disordered_frames(system: System, run: int) -> Iterator[Frame]:
    """The melt at each temperature of `LIQUIDS`, what is left after a quench, and an ideal gas of the same atoms."""
    atoms = system.box(run)
    with Box(system, atoms, seed_of("dynamics", system.name, run, "liquid")) as box:
        spacing = Crystal(atoms).spacing
        solid = box.volume
        before = 3.0 * system.melting.value
        box.scale(_SWOLLEN ** (1 / 3))
        box.heat(before)
        box.run(_MELTING, before, before, volume="fixed")
        melt = _Melt(box, solid)
        for share in LIQUIDS:
            wanted = share * system.melting.value
            melt.lead(SETTLING[0], before, wanted)
            melt.lead(SETTLING[1], wanted, wanted)
            sample = melt.sample(wanted, APART)
            before = wanted
            moved, _ = diffusion(sample.positions, APART * (FRAMES - 1))
            state: State = "liquid" if moved > DIFFUSING * spacing else "frozen"
            frames = list(_disordered(f"liquid-{share:g}", sample, box, wanted, spacing))
            if state == "liquid" and _has_order(frames):
                state = "ordered"
            for frame in frames:
                yield frame._replace(state="boiled" if melt.has_boiled else state, displacement=moved)
        wanted = QUENCHED * system.melting.value
        melt.lead(QUENCH, before, wanted)
        frames = list(_disordered("quenched", melt.sample(wanted, _QUENCHED_APART), box, wanted, spacing))
        state = "boiled" if melt.has_boiled else "ordered" if _has_order(frames) else "amorphous"
        for frame in frames:
            yield frame._replace(state=state)
        yield from _gas(system, run, box, solid)


class _Melt:
    """A melt at zero pressure, which is not simulated any further once it has boiled: its box would grow for ever."""

    def __init__(self, box: Box, solid: float):
        self._box, self._most = box, _BOILED * solid
        self.has_boiled = False

    def lead(self, picoseconds: float, begin: float, end: float) -> None:
        if not self.has_boiled:
            self._box.run(picoseconds, begin, end, volume="uniform")
            self.has_boiled = self._box.volume > self._most

    def sample(self, wanted: float, apart: float) -> _Sample:
        snapshots, temperatures = [], []
        for _ in range(FRAMES):
            self.lead(apart, wanted, wanted)
            snapshots.append(self._box.snapshot())
            temperatures.append(self._box.temperature)
        return _Sample(snapshots, temperatures)


def _gas(system: System, run: int, box: Box, solid: float) -> Iterator[Frame]:
    side = (_DILUTION * solid) ** (1 / 3)
    for number in range(FRAMES):
        positions = rng_for("dynamics", system.name, run, "gas", number).random((len(box.symbols), 3)) * side
        snapshot = Snapshot(positions, side * np.eye(3))
        nothing = [np.nan] * 6
        yield Frame("gas", number, snapshot, box.symbols, np.nan, np.nan, "gas", *nothing)


def _disordered(condition: str, sample: _Sample, box: Box, wanted: float, spacing: float) -> Iterator[Frame]:
    for number, (snapshot, temperature) in enumerate(zip(*sample, strict=True)):
        # A box that boils has too many wave vectors, and no order.
        volume = abs(np.linalg.det(snapshot.cell)) / len(snapshot.positions)
        peak = bragg_peak(snapshot.positions, snapshot.cell, spacing) if volume < _THIN * spacing**3 else np.nan
        yield Frame(
            condition, number, snapshot.wrapped, box.symbols, temperature, wanted, "amorphous",
            np.nan, np.nan, np.nan, np.nan, np.nan, peak,
        )  # fmt: skip


def _has_order(frames: list[Frame]) -> bool:
    return float(np.mean([frame.peak for frame in frames])) > ORDERED


def _sample(box: Box, wanted: float) -> _Sample:
    snapshots, temperatures = [], []
    for _ in range(FRAMES):
        box.run(APART, wanted, wanted)
        snapshots.append(box.snapshot())
        temperatures.append(box.temperature)
    return _Sample(snapshots, temperatures)


def _centred(snapshot: Snapshot, crystal: Crystal) -> Snapshot:
    """Moved as a whole to where the crystal began, so that atoms near a face of the box are where their sites are."""
    return Snapshot(snapshot.positions - crystal.drift(*snapshot), snapshot.cell)
