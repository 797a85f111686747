"""The index of prototypes that comes with the package: what is in it, what it recognises, and what it does not."""

import json

import pytest

from arise_zoo.common.manifest import describe_files
from arise_zoo.common.seeds import rng_for
from arise_zoo.index import StructureIndex
from arise_zoo.index.structure_index import SHIPPED
from arise_zoo.prototypes import class_ids, get_prototype
from arise_zoo.prototypes.supercells import displacement_unit, supercell
from arise_zoo.prototypes.unknown import load_unknown_prototypes
from arise_zoo.structures import displace, remove_atoms
from arise_zoo.structures.strangers import random_crystal


@pytest.fixture(scope="module")
def prototypes():
    return StructureIndex.load()


@pytest.fixture(scope="module")
def duplicates():
    return json.loads((SHIPPED / "duplicates.json").read_text())


def test_it_holds_the_classes_the_library_of_aflow_and_further_crystals(prototypes):
    ids, sources = (prototypes.entries[column].to_pylist() for column in ("id", "source"))
    assert ids[:108] == list(class_ids())
    assert len(ids) == len(set(ids)) and all(sources)
    assert sum("AFLOW" in source for source in sources[108:]) == 288
    assert all("ncrystal" in source or "xraylib" in source for source in sources[108 + 288 :])
    assert {"TiO2_141_Anatase", "Mg2SiO4_62_MagnesiumSilicate", "Beryl"} <= set(ids)


def test_its_manifest_lists_all_of_it():
    listed = json.loads((SHIPPED / "manifest.json").read_text())["files"]
    names = {path.name for path in SHIPPED.iterdir()} - {"manifest.json"}
    assert listed == describe_files(SHIPPED, sorted(names))


def test_entries_of_one_prototype_are_those_that_are_listed(prototypes, duplicates):
    by_prototype = {}
    for own, prototype in zip(*(prototypes.entries[c].to_pylist() for c in ("id", "prototype")), strict=True):
        by_prototype.setdefault(prototype, []).append(own)
    assert {first: ids for first, ids in by_prototype.items() if len(ids) > 1} == duplicates
    assert {"A_cF4_225_a", "A_cI2_229_a", "A_hP2_194_c"} <= {i for ids in duplicates.values() for i in ids}


def test_pymatgen_says_that_duplicates_are_the_same(prototypes, duplicates):
    pytest.importorskip("pymatgen")
    for first, ids in duplicates.items():
        for other in ids[1:]:
            hits = prototypes.search(prototypes.atoms(other), 5, matcher=True)
            assert hits.prototype == first, other
            assert any(hit.id == first and hit.match.matches for hit in hits) or len(ids) > 5 or hits[0].id == other


def test_the_unknown_prototypes_of_table_d_come_out_as_themselves(prototypes):
    for unknown in load_unknown_prototypes():
        found = prototypes.search(unknown.build().repeat(2))
        assert found.meaning == "identical", unknown.id
        assert unknown.aflow_label in {hit.id for hit in found if hit.meaning == "identical"}, unknown.id


@pytest.mark.parametrize(
    ("missing", "displacement", "least"), [(0.0, 0.0, 0.97), (0.0, 0.04, 0.95), (0.1, 0.0, 0.95), (0.2, 0.04, 0.9)]
)
def test_disturbed_classes_are_recognised(prototypes, missing, displacement, least):
    right = wrong = count = 0
    geometry = dict(zip(*(prototypes.entries[c].to_pylist() for c in ("id", "prototype")), strict=True))
    for class_id in class_ids()[::3]:
        prototype = get_prototype(class_id)
        if not prototype.is_periodic:
            continue
        rng = rng_for("shipped index", class_id, missing, displacement)
        k = prototype.supercell_sizes[0]
        atoms = remove_atoms(supercell(prototype, k, periodic=True), missing, rng)
        found = prototypes.search(displace(atoms, displacement, displacement_unit(prototype, k), rng))
        right += found[0].prototype == geometry[class_id]
        wrong += found.prototype not in (None, geometry[class_id])
        count += 1
    assert right >= least * count and wrong <= 1


def test_crystals_of_random_symmetry_are_rarely_taken_for_a_prototype(prototypes):
    taken = 0
    for number in range(60):
        taken += prototypes.search(random_crystal(rng_for("index strangers", number))).prototype is not None
    assert taken <= 3
