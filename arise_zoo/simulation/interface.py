"""Large cells in which a crystal and its melt meet, each atom labelled by whether it is at a site of the crystal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from ase import Atoms

from ..common.seeds import seed_of
from .coexistence import elongated, two_phases
from .engine import Box, Snapshot
from .observables import Crystal
from .protocol import FRAMES
from .systems import System

SYSTEMS = ("Al", "Fe", "Mg", "Si", "NiAl", "Ni3Al")
"""The systems of which there is an interface, one of each lattice."""

SOLID, LIQUID, BETWEEN = 1, 0, -1
"""Labels of atoms; those between are not scored."""

_ATOMS = 5000
_AT_SITE = 0.2  # nearest-neighbour distances: how far an atom of the crystal is from a site on average
_ORDER, _DISORDER = 0.6, 0.4  # share of an atom and its neighbours that are at sites, of crystal and of melt
_SETTLING, _APART = 5.0, 1.5  # picoseconds
_AVERAGED, _AVERAGED_APART = 10, 0.1  # moments over which positions are averaged, and picoseconds between them


class InterfaceFrame(NamedTuple):
    """A snapshot with a label of each atom, shape (n_atoms,), and the kelvin of the moment."""

    number: int
    snapshot: Snapshot
    symbols: list[str]
    labels: np.ndarray
    temperature: float


def n_atoms(system: System) -> int:
    """Atoms of its cell."""
    return len(system.cell) * int(np.prod(elongated(system, _ATOMS)))


def interface_frames(system: System) -> Iterator[InterfaceFrame]:
    """Crystal and melt of a system in one cell at its melting point and zero pressure."""
    cell = system.cell
    atoms = system.box(0, elongated(system, _ATOMS))
    temperature = system.melting.value
    with Box(system, atoms, seed_of("dynamics", system.name, "interface")) as box:
        begin = box.snapshot()
        core = np.abs((begin.positions @ np.linalg.inv(begin.cell))[:, 2] - 0.25) < 0.15
        box.heat(2 * temperature)
        two_phases(box, temperature)
        box.run(_SETTLING, temperature, temperature)
        sites = _Sites(cell, atoms, begin, core)
        for number in range(FRAMES):
            box.run_freely(_APART - _AVERAGED * _AVERAGED_APART, "z")
            snapshots, temperatures = [], []
            for _ in range(_AVERAGED):
                box.run_freely(_AVERAGED_APART, "z")
                snapshots.append(box.snapshot())
                temperatures.append(box.temperature)
            mean = Snapshot(*(np.mean(parts, axis=0) for parts in zip(*snapshots, strict=True)))
            shown = snapshots[_AVERAGED // 2]
            labels = sites.labels(mean)
            yield InterfaceFrame(number, shown.wrapped, box.symbols, labels, temperatures[_AVERAGED // 2])


class _Sites:
    """The lattice that the core of the crystal spans, continued through the whole box."""

    def __init__(self, cell: Atoms, ideal: Atoms, begin: Snapshot, core: np.ndarray):
        self._cell, self._begin, self._core = cell, begin.positions, core
        self._numbers = ideal.numbers
        self._unit = np.linalg.inv(begin.cell) @ np.diag(ideal.cell.lengths() / cell.cell.lengths())
        self._spacing = Crystal(cell.repeat(3)).spacing
        self._places = cell.get_scaled_positions()

    def labels(self, mean: Snapshot) -> np.ndarray:
        """`SOLID`, `LIQUID` or `BETWEEN` for each atom, from positions averaged over time."""
        from scipy.spatial import cKDTree

        at_site = self._distances(mean) < _AT_SITE * self._spacing
        inside = mean.wrapped.positions
        shifts = np.array([[a, b, c] for a in (-1, 0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1)]) @ mean.cell
        images = np.concatenate([inside + shift for shift in shifts])
        owner = np.tile(np.arange(len(inside)), len(shifts))
        _, nearest = cKDTree(images).query(inside, k=13)  # itself and twelve others
        share = at_site[owner[nearest]].mean(axis=1)
        return np.where(share >= _ORDER, SOLID, np.where(share <= _DISORDER, LIQUID, BETWEEN)).astype(np.int8)

    def _distances(self, mean: Snapshot) -> np.ndarray:
        """From each atom to the nearest site of its element, in angstrom of the ideal cell, shape (n_atoms,)."""
        # In cells of the crystal: the lattice of the core is stretched by heat, and the melt takes up the rest.
        ideal, scaled = self._begin @ self._unit, mean.positions @ self._unit
        slope, offset = np.empty(3), np.empty(3)
        for axis in range(3):
            slope[axis], offset[axis] = np.polyfit(ideal[self._core, axis], scaled[self._core, axis], 1)
        places = (scaled - offset) / slope
        middle = ideal[self._core, 2].mean()
        height = float((mean.cell @ self._unit)[2, 2] / slope[2])
        places[:, 2] -= height * np.round((places[:, 2] - middle) / height)
        best = np.full(len(places), np.inf)
        for element, place in zip(self._cell.numbers, self._places, strict=True):
            gap = places - place
            gap -= np.round(gap)
            distance = np.linalg.norm(gap @ self._cell.cell.array, axis=1)
            best = np.where(self._numbers == element, np.minimum(best, distance), best)
        return best
