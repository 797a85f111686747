"""Solid and melt of a system in one box: their common temperature is the melting point of the potential."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..common.seeds import seed_of
from .engine import Box, SimulationError, Snapshot
from .observables import Crystal, bragg_peak
from .systems import System

_SLABS = 8
_SETTLING, _MELTING = 3.0, 5.0  # picoseconds
_TRIES = 8
_BOTH = 0.15, 0.85  # shares of solid between which both phases are there
_BETWEEN_LOOKS = 5  # picoseconds between two looks at the share
_SLENDER = 3.0  # height of a box over its width
_CRYSTALLINE = 0.25  # Bragg peak of a slab that is solid


class MeltingPoint(NamedTuple):
    """Temperature in kelvin, half its 95 % interval, and the share of the box that was solid at the end."""

    value: float
    half_interval: float
    solid: float


def two_phases(box: Box, temperature: float) -> None:
    """Melt the upper half (along z) of a crystal that is at this temperature, and let both halves meet at it."""
    snapshot = box.snapshot()
    height = snapshot.scaled[:, 2]
    box.run(_SETTLING, temperature, temperature)
    box.define("melt", np.flatnonzero(height >= 0.5))
    hot = 3.0 * temperature
    box.run(_MELTING, hot, hot, volume="fixed", group="melt")
    box.run(_SETTLING, hot, temperature, volume="fixed", group="melt")
    box.heat(temperature)


def melting_point(system: System, picoseconds: float = 30.0, n_atoms: int = 500) -> MeltingPoint:
    """The melting point of a potential, by coexistence of crystal and melt at zero pressure and constant enthalpy.

    Solid that grows warms the box, solid that melts cools it, until both keep each other. Starts again from the last
    temperature when one of them has vanished. The interval is from blocks of the second half of the time.

    Raises `SimulationError` if none of some tries keeps both.
    """
    guess, spacing = system.melting.value, Crystal(system.box(0)).spacing
    for attempt in range(_TRIES):
        atoms = system.box(0, elongated(system, n_atoms))
        with Box(system, atoms, seed_of("melting point", system.name, attempt)) as box:
            box.heat(2 * guess)
            two_phases(box, guess)
            box.run(_SETTLING, guess, guess)
            temperatures: list[float] = []
            share = solid_share(box.snapshot(), spacing)
            while _BOTH[0] < share < _BOTH[1] and len(temperatures) < picoseconds:
                for _ in range(_BETWEEN_LOOKS):
                    box.run_freely(1.0, "z")
                    temperatures.append(box.temperature)
                share = solid_share(box.snapshot(), spacing)
            last = float(np.mean(temperatures[-_BETWEEN_LOOKS:])) if temperatures else guess
        if _BOTH[0] < share < _BOTH[1]:
            late = np.array(temperatures[len(temperatures) // 2 :])
            blocks = np.array([block.mean() for block in np.array_split(late, 5)])
            return MeltingPoint(float(late.mean()), float(2.776 * blocks.std(ddof=1) / np.sqrt(5)), share)
        guess = min(last, 0.93 * guess) if share <= _BOTH[0] else max(last, 1.05 * guess)
    raise SimulationError(f"crystal and melt of {system.name} did not keep each other in {_TRIES} tries.")


def elongated(system: System, n_atoms: int) -> tuple[int, int, int]:
    """Repetitions of a box about three times as high as wide, of at least this number of atoms."""
    lengths = system.cell.cell.lengths()
    side = 1.0
    while True:
        width = np.maximum(1, np.round(side / lengths[:2])).astype(int)
        height = max(2, round(_SLENDER * side / lengths[2]))
        if int(np.prod(width)) * height * len(system.cell) >= n_atoms and side > 8.0:
            return int(width[0]), int(width[1]), height
        side += 0.25


def solid_share(snapshot: Snapshot, spacing: float) -> float:
    """Share of the slabs of a box, cut across z, that have a Bragg peak."""
    height = snapshot.scaled[:, 2]
    slab = np.minimum((height * _SLABS).astype(int), _SLABS - 1)
    peaks = [bragg_peak(snapshot.positions[slab == s], snapshot.cell, spacing) for s in range(_SLABS)]
    return float(np.mean(np.array(peaks) > _CRYSTALLINE))
