"""A data set in the form of `arise/dynamics` that holds ideal crystals, made without LAMMPS."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from arise_zoo.datasets.catalogue import DATASETS
from arise_zoo.datasets.dynamics import Simulation, _columns, _id
from arise_zoo.datasets.schema import to_table
from arise_zoo.simulation import interface, system
from arise_zoo.simulation.engine import Snapshot
from arise_zoo.simulation.frames import path_of
from arise_zoo.simulation.protocol import FRAMES, Frame

SYSTEMS = ("Al", "Fe", "tube-6,0")
MELTED = ("Fe", 1, "md-1", 3)
"""The frame that is marked as molten: its system, run, condition and number."""


def write(folder: Path) -> Path:
    """Write it below the folder, crystals as they are and everything disordered at random; return its place."""
    place = folder / "arise" / "dynamics"
    solids, disordered, interfaces, _ = DATASETS["dynamics"]
    for config in (solids, disordered):
        rows = []
        for name in SYSTEMS:
            if config is disordered and not system(name).is_bulk:
                continue
            for run in (0, 1):
                key = Simulation(system(name), run)
                identities = {row["id"]: row for row in config.identity(key)}
                for condition in config.conditions():
                    for number in range(FRAMES):
                        frame = _frame(key, condition, number)
                        identities[_id(key, condition, number)] |= _columns(key.system, frame)
                rows += identities.values()
        _write(place, config, rows)
    key = Simulation(system("Al"))
    atoms = key.system.box(0, (1, 1, interface.n_atoms(key.system) // len(key.system.cell)))
    half = (np.arange(len(atoms)) < len(atoms) // 2).astype(np.int8)
    half[-10:] = interface.BETWEEN
    rows = [
        {
            **row,
            "truth": "fcc_cu",
            "temperature": 900.0,
            "relative_temperature": 1.0,
            "atom_labels": half,
            "numbers": atoms.numbers.astype(np.int32),
            "positions": atoms.positions.astype(np.float32),
            "cell": atoms.cell.array,
            "pbc": np.full(3, True),
        }
        for row in interfaces.identity(key)[:2]
    ]
    _write(place, interfaces, rows)
    return folder


def _frame(key, condition, number):
    atoms = key.system.box(key.run)
    solid = condition.startswith("md")
    positions = atoms.positions
    if not solid:
        positions = np.random.default_rng(number).random((len(atoms), 3)) @ atoms.cell.array
    state = "solid" if solid else {"quenched": "amorphous", "gas": "gas"}.get(condition, "liquid")
    if (key.system.name, key.run, condition, number) == MELTED:
        state = "melted"
    nothing = [np.nan] * 6
    snapshot = Snapshot(positions, atoms.cell.array)
    return Frame(condition, number, snapshot, atoms.get_chemical_symbols(), 300.0, 300.0, state, *nothing)


def _write(place, config, rows):
    path = place / path_of(config.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(to_table(rows, config.features()), path)
