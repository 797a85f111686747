"""Structures of pymatgen and OVITO are those that ASE has."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from ovito.io.ase import ase_to_ovito
from pymatgen.core import DummySpecies, Lattice, Molecule, Structure
from pymatgen.io.ase import AseAtomsAdaptor

import arise_zoo
from arise_zoo.errors import StructureError
from arise_zoo.models import load_model
from arise_zoo.prototypes import get_prototype
from arise_zoo.reading import as_atoms

SALT = bulk("NaCl", "rocksalt", a=5.64, cubic=True)
SLAB = get_prototype("graphene").build()


def same(one, other):
    return (
        (one.numbers == other.numbers).all()
        and np.allclose(one.positions, other.positions)
        and np.allclose(one.cell.array, other.cell.array)
        and (one.pbc == other.pbc).all()
    )


@pytest.mark.parametrize("atoms", [SALT, SLAB, molecule("CH3CH2OH")], ids=["crystal", "layer", "molecule"])
def test_they_are_what_their_own_converters_make_of_them(atoms):
    assert same(as_atoms(ase_to_ovito(atoms)), atoms)
    convert = AseAtomsAdaptor.get_structure if atoms.cell.rank else AseAtomsAdaptor.get_molecule
    assert same(as_atoms(convert(atoms)), AseAtomsAdaptor.get_atoms(convert(atoms)))


def test_the_answer_is_that_for_atoms_wherever_a_structure_is_taken():
    given = [SALT, AseAtomsAdaptor.get_structure(SALT), ase_to_ovito(SALT)]
    assert np.ptp(load_model("arise-mlp").describe(given), axis=0).max() < 1e-6
    assert [arise_zoo.classify(one, n_samples=3)[0].label for one in given] == ["nacl"] * 3
    found = arise_zoo.classify((one for one in given), n_samples=3)
    assert [a.structure for a in found] == ["structure 0", "structure 1", "structure 2"]
    assert {a.label for a in found} == {"nacl"}


def test_atoms_are_labelled_wherever_they_come_from(local_checkpoint):
    given = [SALT, AseAtomsAdaptor.get_structure(SALT), ase_to_ovito(SALT)]
    alone = [arise_zoo.classify_atoms(one, local_checkpoint).labels.tolist() for one in given]
    assert alone == [one.labels.tolist() for one in arise_zoo.classify_atoms(iter(given), local_checkpoint)]
    assert alone == [alone[0]] * 3


def test_mixed_sites_and_species_that_are_no_elements_are_read_as_in_files():
    lattice = Lattice.cubic(3.0)
    mixed = as_atoms(Structure(lattice, [{"Fe": 0.6, "Ni": 0.4}], [[0, 0, 0]]))
    assert mixed.get_chemical_symbols() == ["Fe"] and "mixed, of Fe (0.6) and Ni (0.4)" in mixed.info["notes"][0]
    part = as_atoms(Structure(lattice, [{"Fe": 0.5}], [[0, 0, 0]]))
    assert "occupied to 0.5 only" in part.info["notes"][0]
    ions = as_atoms(Structure(lattice, ["Na+", "Cl-", DummySpecies("Xa")], [[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0]]))
    assert ions.get_chemical_symbols()[:2] == ["Na", "Cl"] and len(set(ions.numbers)) == 3
    assert same(as_atoms(Molecule(["D"], [[0, 0, 0]])), Atoms("H"))


def test_types_of_ovito_are_numbers_until_somebody_names_them():
    data = ase_to_ovito(SALT)
    for kind in data.particles_.particle_types_.types:
        data.particles_.particle_types_.make_mutable(kind).name = ""
    unnamed = as_atoms(data)
    assert len(set(unnamed.numbers)) == 2 and "are no elements" in unnamed.info["notes"][0]
    symbols = {kind.id: symbol for kind, symbol in zip(data.particles.particle_types.types, ("Cu", "Zr"), strict=True)}
    named = as_atoms(data, species={str(number): symbol for number, symbol in symbols.items()})
    assert set(named.get_chemical_symbols()) == {"Cu", "Zr"} and "notes" not in named.info


@pytest.mark.parametrize("thing", [3, None, {"a": 1}, [b"x"], object()])
def test_anything_else_is_refused_with_a_sentence(thing):
    with pytest.raises(StructureError, match=r"is neither ase\.Atoms, a pymatgen Structure|there is no file"):
        found = arise_zoo.classify(thing, n_samples=1)
        raise StructureError(found[0].problem)
