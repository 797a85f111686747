"""Table V: variants of a class have its space group, are nearer to it than to any other class, and are graded."""

import csv
import json
import runpy
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from ase.data import covalent_radii
from pymatgen.core import Lattice, Structure

from arise_zoo.errors import StructureError
from arise_zoo.prototypes import get_prototype, load_prototypes
from arise_zoo.structures import StructureSpec, benchmark_structures
from arise_zoo.structures.conditions import VARIANT_CONDITIONS
from arise_zoo.structures.conditions.variants import variants_of

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
from check_compounds import BEGIN, END, PAGE, compare, sentences
from crystal_distance import MATCHER, Classes, Crystal, distance, space_group
from crystal_libraries import PACKAGES
from free_parameters import FreeParameters, nearest_distances

SCRIPTS = Path(__file__).parents[2] / "scripts"
DATA = files("arise_zoo.structures.conditions") / "data"
GRADES = ("variant-near", "variant-middle", "variant-far")
PERIODIC = [p.id for p in load_prototypes() if p.is_periodic]


@pytest.fixture(scope="module")
def classes():
    return Classes()


def cells(kinds):
    """Class and cell of every variant of these kinds."""
    return [(c, v.build(get_prototype(c))) for kind in kinds for c in PERIODIC for v in variants_of(c, kind)]


def compounds():
    return list(csv.DictReader((DATA / "compounds.csv").read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("kind", VARIANT_CONDITIONS)
def test_every_variant_has_the_space_group_of_its_class(kind):
    of_class = {c: space_group(get_prototype(c).build()) for c in PERIODIC}
    assert [(c, of_class[c]) for c, _ in cells([kind])] == [(c, space_group(cell)) for c, cell in cells([kind])]


def test_pymatgen_calls_a_variant_the_same_as_its_class(classes):
    for class_id, cell in cells(GRADES)[::15]:
        own = classes.crystals[class_id]
        assert MATCHER.fit(own.structure, classes.crystal_of(class_id, cell).structure), class_id
    for class_id, cell in cells(("species", "compounds"))[::10]:
        own = classes.crystals[class_id]
        assert MATCHER.fit_anonymous(own.structure, classes.crystal_of(class_id, cell).structure), class_id


def test_no_variant_matches_a_class_that_its_own_does_not_match(classes):
    for class_id, cell in cells(("variant-far", "compounds"))[::8]:
        assert classes.strangers(class_id, classes.crystal_of(class_id, cell)) == [], class_id


def test_a_variant_is_nearer_to_its_class_than_to_any_other(classes):
    for class_id, cell in cells((*GRADES, "species"))[::2]:
        assert classes.is_nearest(class_id, classes.crystal_of(class_id, cell)), class_id


def test_the_distance_is_that_of_the_table_and_grows_from_grade_to_grade(classes):
    for class_id in PERIODIC:
        near, middle, far = (variants_of(class_id, grade) for grade in GRADES)
        assert len(near) == len(middle) == len(far)
        for one, two, three in zip(near, middle, far, strict=True):
            assert 0 < one.distance < two.distance < three.distance
            assert (two.moved, three.moved) == pytest.approx((2 * one.moved, 3 * one.moved), abs=3e-4)
        if far:
            own = classes.crystals[class_id]
            found = distance(classes.crystal_of(class_id, far[0].build(get_prototype(class_id))), own)
            assert found == pytest.approx(far[0].distance, abs=2e-4)


def test_a_distance_depends_neither_on_the_cell_nor_on_scale_nor_on_species(classes):
    own = classes.crystals["nacl"]
    other = own.atoms.repeat((2, 1, 3))
    other.numbers = [{11: 37, 17: 9}[number] for number in other.numbers]
    other.set_cell(1.3 * other.cell, scale_atoms=True)
    assert distance(Crystal(other), own) == pytest.approx(0, abs=1e-9)
    assert distance(classes.crystals["cscl"], own) > 0.1


@pytest.mark.parametrize(
    ("class_id", "free"),
    [("fcc_cu", (0, 0)), ("hcp_mg", (1, 0)), ("wurtzite_zns", (1, 1)), ("alpha_u", (2, 1)), ("fesi", (0, 2)),
     ("mnp", (2, 4)), ("cssncl3_tetragonal", (5, 57)), ("mos2", (0, 1)), ("bn", (0, 0)), ("pds2", (1, 3))],
)  # fmt: skip
def test_free_parameters_are_those_of_the_space_group(class_id, free):
    prototype = get_prototype(class_id)
    found = FreeParameters(prototype.build(), prototype.group == "monolayer")
    assert (found.lattice, found.coordinates) == free
    assert bool(variants_of(class_id, "variant-near")) == (free != (0, 0))


def test_atoms_keep_their_distances_within_bounds_and_volume_is_kept():
    for class_id, cell in cells(GRADES):
        own = get_prototype(class_id).build()
        bonds = nearest_distances(cell) / nearest_distances(own)
        assert bonds.min() > 0.849 and bonds.max() < 1.201, class_id
        assert cell.get_volume() == pytest.approx(own.get_volume(), rel=1e-4)
        assert np.array_equal(cell.numbers, own.numbers)


def test_compounds_and_other_species_have_bonds_that_fit_their_atoms():
    for class_id, cell in cells(("species", "compounds")):
        radii = covalent_radii[cell.numbers]
        assert 0.6 * 2 * radii.min() < nearest_distances(cell).min() < 1.4 * 2 * radii.max(), (class_id, cell)


def test_monolayers_keep_their_vacuum():
    for class_id, cell in cells(VARIANT_CONDITIONS):
        own = get_prototype(class_id)
        if own.group == "monolayer":
            assert np.allclose(cell.cell[2], own.build().cell[2], atol=1e-6)


def test_compounds_are_those_of_the_list_with_its_lattice():
    listed = compounds()
    assert len(listed) >= 40 and len({row["class"] for row in listed}) >= 15
    for class_id in PERIODIC:
        rows = [row for row in listed if row["class"] == class_id]
        variants = variants_of(class_id, "compounds")
        assert [row["compound"] for row in rows] == [variant.name for variant in variants]
        for row, variant in zip(rows, variants, strict=True):
            cell, own = variant.build(get_prototype(class_id)), get_prototype(class_id)
            was = own.recipe["lattice"]
            lengths = {axis: float(row[axis]) / was[axis] for axis in "abc" if row[axis]}
            if own.group == "monolayer":
                area = np.linalg.norm(np.cross(*cell.cell[:2])) / np.linalg.norm(np.cross(*own.build().cell[:2]))
                assert area == pytest.approx(np.prod([lengths.get(a, 1) for a in "abc"]) * _repeated(lengths, was))
            else:
                volume = cell.get_volume() / own.build().get_volume()
                assert volume == pytest.approx(np.prod(list(lengths.values())) * _repeated(lengths, was), rel=1e-5)
            exchange = dict(pair.split("=") for pair in row["elements"].split())
            assert [exchange[symbol] for symbol in own.build().symbols] == list(cell.symbols)


def _repeated(lengths, was):
    """Axes that are not listed are as long as a if they are so in the class."""
    return np.prod([lengths["a"] for axis in "bc" if axis not in lengths and was[axis] == was["a"]])


def test_the_page_says_which_compounds_are_checked():
    assert f"{BEGIN}\n{sentences(compounds())}\n{END}" in PAGE.read_text(encoding="utf-8")


def test_a_compound_differs_from_a_library_by_lattice_constants_and_by_atoms():
    (own,) = (
        v.build(get_prototype("wurtzite_zns")) for v in variants_of("wurtzite_zns", "compounds") if v.name == "GaN"
    )
    wanted = Structure.from_spacegroup(
        "P6_3mc", Lattice.hexagonal(3.189, 5.185), ["Ga", "N"], [[1 / 3, 2 / 3, 0], [1 / 3, 2 / 3, 0.377]]
    )
    assert compare(own, wanted, False).is_none
    found = compare(own, wanted.copy().apply_strain(0.02), False)
    assert found.strain == pytest.approx(0.02, abs=1e-3) and not found.is_none
    moved = Structure.from_spacegroup("P6_3mc", wanted.lattice, ["Ga", "N"], [[1 / 3, 2 / 3, 0], [1 / 3, 2 / 3, 0.33]])
    found = compare(own, moved, False)
    assert found.strain == pytest.approx(0, abs=1e-6) and found.shift > 0.1 and not found.is_none
    nacl = Structure.from_spacegroup("Fm-3m", Lattice.cubic(5.6), ["Ga", "N"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    assert compare(own, nacl, False) is None


def test_of_a_layered_crystal_a_layer_is_compared():
    (own,) = (v.build(get_prototype("mos2")) for v in variants_of("mos2", "compounds") if v.name == "WS2")
    crystal = Structure.from_spacegroup(
        "P6_3/mmc", Lattice.hexagonal(3.1532, 12.323), ["W", "S"], [[1 / 3, 2 / 3, 0.25], [1 / 3, 2 / 3, 0.6225]]
    )
    found = compare(own, crystal, True)
    assert found.is_none and found.shift < 0.01


def test_every_compound_names_its_source_and_licence():
    sources = json.loads((DATA / "compound_sources.json").read_text(encoding="utf-8"))
    libraries = {row["checked"].split(" ")[0] for row in compounds()} & {name for name, *_ in PACKAGES.values()}
    assert {row["source"] for row in compounds()} | libraries == set(sources)
    assert all(row["licence"] for row in compounds())


def test_no_two_variants_of_a_class_have_the_same_elements_unless_geometry_differs():
    for class_id in PERIODIC:
        names = [v.name for kind in ("species", "compounds") for v in variants_of(class_id, kind)]
        assert len(names) == len(set(names)), class_id


@pytest.mark.parametrize("kind", VARIANT_CONDITIONS)
def test_a_structure_has_the_atoms_it_is_said_to_have_and_is_the_same_when_made_alone(kind):
    specs = list(benchmark_structures(kind))
    assert len(specs) == 2 * sum(len(variants_of(class_id, kind)) for class_id in PERIODIC)
    assert len({spec.id for spec in specs}) == len(specs)
    for spec in specs:
        assert StructureSpec.from_id(spec.id) == spec
        assert spec.n_atoms == spec.prototype.n_atoms(spec.k) >= 100
    for spec in specs[::20]:
        atoms = spec.build()
        assert len(atoms) == spec.n_atoms and bool(atoms.pbc.all()) == spec.periodic
        assert atoms == StructureSpec(spec.class_id, spec.k, spec.periodic, kind, spec.iteration, seed=1).build()


def test_draws_do_not_matter_and_other_numbers_are_refused():
    assert list(benchmark_structures("compounds", iterations=1)) == list(benchmark_structures("compounds"))
    with pytest.raises(StructureError, match="has 4 structures of 'compounds', no 4"):
        StructureSpec.from_id("fcc_cu/k5/periodic/compounds/4").build()
    with pytest.raises(StructureError, match="has 0 structures"):
        StructureSpec.from_id("fcc_cu/k5/periodic/variant-far/0").build()


def test_nanotubes_have_no_variants():
    assert not any(
        spec.prototype.group == "nanotube" for kind in VARIANT_CONDITIONS for spec in benchmark_structures(kind)
    )


@pytest.mark.parametrize("class_id", ["hcp_mg", "fese"])
def test_the_table_is_what_the_script_makes(class_id):
    script = runpy.run_path(str(SCRIPTS / "variants.py"))
    table = json.loads((DATA / "variants.json").read_text(encoding="utf-8"))
    made = json.loads(script["text_of"]({class_id: script["of_class"](class_id)}))
    assert script["same"](made[class_id], table[class_id])


@pytest.mark.slow
def test_the_whole_table_is_what_the_script_makes():
    subprocess.run([sys.executable, str(SCRIPTS / "variants.py"), "--check"], check=True, cwd=SCRIPTS.parent)
