"""The systems of `arise/dynamics`: crystal, potential, melting point, each with its source."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
from ase import Atoms

from ..common.seeds import rng_for
from ..errors import UnknownNameError
from ..prototypes import Prototype, get_prototype

FEWEST_ATOMS, MOST_ATOMS = 250, 432
"""Bounds of the boxes of bulk crystals and monolayers."""


@dataclass(frozen=True)
class Temperature:
    """A temperature in kelvin with half its 95 % interval (None if unknown) and where it is from."""

    value: float
    half_interval: float | None
    source: str


@dataclass(frozen=True)
class System:
    """A crystal with the potential that binds it.

    Attributes
    ----------
    number : int
        Place in the list, from one: the `k` of its structures.
    name : str
        Readable name, such as `Al`.
    class_id : str
        The class whose lattice it has.
    species : tuple of str
        The element on each species of the class, the class's species in order of appearance. A species of several
        elements in equal shares, at random, is written with hyphens, such as `Cu-Ni`.
    a, c : float or None
        Lattice constants of the conventional cell (angstrom); None where the class's are kept or `c` follows from `a`.
    style : str
        `pair_style` of LAMMPS with its arguments.
    coefficients : tuple of str
        Arguments of its `pair_coeff` commands; names of files are below the folder of potentials of LAMMPS.
    elements : tuple of str
        Elements in the order of the atom types.
    commands : tuple of str
        Further commands that the potential needs.
    timestep : float
        Femtoseconds.
    melting : Temperature
        Melting point by this potential; for monolayers and tubes the temperature that takes its place.
    experiment : Temperature or None
        The measured melting point.
    is_molten : bool
        Whether its melt is simulated, too: of bulk crystals whose potential holds it together.
    citation : str
        Publication of the potential, as its file names it.
    """

    number: int
    name: str
    class_id: str
    species: tuple[str, ...]
    a: float | None
    c: float | None
    style: str
    coefficients: tuple[str, ...]
    elements: tuple[str, ...]
    commands: tuple[str, ...]
    timestep: float
    melting: Temperature
    experiment: Temperature | None
    citation: str
    is_molten: bool

    @property
    def prototype(self) -> Prototype:
        """The class."""
        return get_prototype(self.class_id)

    @property
    def is_bulk(self) -> bool:
        """Whether it is periodic in three directions; only then it can be a liquid."""
        return sum(self.prototype.repetitions) == 3

    @property
    def is_cubic(self) -> bool:
        """Whether its conventional cell is a cube."""
        lengths = self.cell.cell.cellpar()
        return self.is_bulk and bool(np.allclose(lengths, [*[lengths[0]] * 3, 90.0, 90.0, 90.0]))

    @property
    def is_random(self) -> bool:
        """Whether it is a random solid solution."""
        return any("-" in species for species in self.species)

    @cached_property
    def cell(self) -> Atoms:
        """The conventional cell with this system's lattice constants; the first element where several share a site."""
        atoms = _conventional(self.prototype)
        if self.a is not None:
            lengths = atoms.cell.cellpar()
            factor = self.a / lengths[0]
            flat = self.prototype.group == "monolayer"
            lengths[:2] *= factor
            lengths[2] = self.c or lengths[2] * (1.0 if flat else factor)
            heights = atoms.positions[:, 2] * factor
            atoms.set_cell(lengths, scale_atoms=True)
            if flat:
                atoms.positions[:, 2] = heights - heights.mean() + lengths[2] / 2
        kinds = list(dict.fromkeys(self.prototype.build().get_chemical_symbols()))
        elements = dict(zip(kinds, (s.split("-")[0] for s in self.species), strict=True))
        atoms.set_chemical_symbols([elements[symbol] for symbol in atoms.get_chemical_symbols()])
        return atoms

    @cached_property
    def repetitions(self) -> tuple[int, int, int]:
        """Repetitions of the cell in the box: the most nearly cubic (square) box of the allowed sizes."""
        cell = self.cell
        if not cell.pbc.any():
            return 1, 1, 1
        third = range(1, 16) if self.is_bulk else (1,)
        lengths, best = cell.cell.lengths(), None
        for numbers in itertools.product(range(1, 16), range(1, 16), third):
            n = len(cell) * int(np.prod(numbers))
            if FEWEST_ATOMS <= n <= MOST_ATOMS:
                sides = (lengths * numbers)[: 3 if self.is_bulk else 2]
                quality = (round(float(sides.max() / sides.min()), 6), abs(n - 300), numbers)
                best = quality if best is None else min(best, quality)
        assert best is not None, self.name
        return best[2]

    @property
    def n_atoms(self) -> int:
        """Atoms in the box."""
        return len(self.cell) * int(np.prod(self.repetitions))

    def box(self, run: int, repetitions: tuple[int, int, int] | None = None) -> Atoms:
        """The crystal in its box, species of solid solutions drawn for each run; positions rounded to 1e-6 angstrom, so
        that trajectories begin alike on every machine."""
        atoms: Atoms = self.cell.repeat(repetitions or self.repetitions)
        rng = rng_for("dynamics", self.name, run, "species")
        for species in self.species:
            if "-" in species:
                elements = species.split("-")
                sites = np.flatnonzero(np.array(atoms.get_chemical_symbols()) == elements[0])
                drawn = np.resize(elements, len(sites))
                rng.shuffle(drawn)
                symbols = np.array(atoms.get_chemical_symbols(), dtype="U2")
                symbols[sites] = drawn
                atoms.set_chemical_symbols(symbols.tolist())
        atoms.positions = atoms.positions.round(6)
        return atoms


@cache
def load_systems() -> tuple[System, ...]:
    """All systems, in their order."""
    text = (files(__package__) / "data" / "systems.json").read_text(encoding="utf-8")
    return tuple(_system(number, entry) for number, entry in enumerate(json.loads(text), start=1))


def system(name: str) -> System:
    """The system of this name; raises `UnknownNameError`."""
    for found in load_systems():
        if found.name == name:
            return found
    raise UnknownNameError("system", name, [s.name for s in load_systems()])


def _system(number: int, entry: dict) -> System:  # type: ignore[type-arg]
    tuples = {key: tuple(entry.get(key, ())) for key in ("species", "coefficients", "elements", "commands")}
    melting = Temperature(**entry["melting"])
    experiment = entry.get("experiment")
    return System(
        number=number,
        name=entry["name"],
        class_id=entry["class"],
        a=entry.get("a"),
        c=entry.get("c"),
        style=entry["style"],
        timestep=entry["timestep"],
        melting=melting,
        experiment=Temperature(**experiment) if experiment else None,
        citation=entry["citation"],
        is_molten=entry.get("molten", get_prototype(entry["class"]).group not in ("monolayer", "nanotube")),
        **tuples,
    )


def _conventional(prototype: Prototype) -> Atoms:
    """The class's conventional cell; monolayers and tubes as they are."""
    import spglib

    atoms = prototype.build()
    if not atoms.pbc.any() or prototype.group == "monolayer":
        return atoms
    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    found = spglib.standardize_cell(cell, to_primitive=False, no_idealize=False)
    assert found is not None, prototype.id
    lattice, places, numbers = found
    return Atoms(numbers, scaled_positions=places, cell=lattice, pbc=True)
