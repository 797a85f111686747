"""The index against other libraries: what comes back is what is near, whatever was done to it, and nothing else."""

import json

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from hypothesis import given, settings

import arise_zoo
from arise_zoo.common.seeds import rng_for
from arise_zoo.errors import AriseZooError, StructureError, UnknownNameError
from arise_zoo.index import IndexFolderError, Item, StructureIndex, describing
from arise_zoo.prototypes import load_prototypes
from arise_zoo.prototypes.unknown import load_unknown_prototypes
from arise_zoo.structures import displace, remove_atoms
from tests.random_structures import random_structure, seeds


def disturbed(atoms, missing, displacement, *seed):
    rng = rng_for("index test", *seed)
    return displace(remove_atoms(atoms, missing, rng), displacement, 2.5, rng)


def test_each_crystal_finds_itself_in_another_cell_of_another_size_and_of_other_elements(index, crystals):
    for name, atoms in crystals.items():
        other = atoms.repeat((2, 1, 3))
        other.set_cell(other.cell.array * 1.3, scale_atoms=True)
        other.numbers += 10
        found = index.search(other, 3)
        assert (found.prototype, found.meaning, len(found)) == (name, "identical", 3)
        assert found[0].distance < 1e-4 < found[1].distance


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_rotating_moving_and_reordering_a_structure_changes_no_distance(index, seed):
    atoms = random_structure(seed)
    rng = rng_for("index invariance", seed)
    moved = atoms[rng.permutation(len(atoms))]
    rotation, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    moved.set_cell(moved.cell.array @ rotation)
    moved.positions = moved.positions @ rotation + 5 * rng.normal(size=3)
    pairs = zip(index.search(atoms), index.search(moved), strict=True)
    assert all(a.id == b.id and abs(a.distance - b.distance) < 1e-4 for a, b in pairs)


@pytest.mark.parametrize(("missing", "displacement"), [(0.0, 0.04), (0.1, 0.0), (0.2, 0.04)])
def test_disturbed_crystals_are_of_their_prototype(index, crystals, missing, displacement):
    for name, atoms in crystals.items():
        found = index.search(disturbed(atoms.repeat(6), missing, displacement, name))
        assert found.prototype == name
        assert found.probability > 0.8


@pytest.mark.parametrize("missing", [0.1, 0.0005])
def test_a_defective_crystal_is_never_identical(index, crystals, missing):
    for name, atoms in crystals.items():
        whole = atoms.repeat(10)
        found = index.search(remove_atoms(whole, max(missing, 1.01 / len(whole)), rng_for("vacancies", name)))
        assert (found.prototype, found.meaning) == (name, "same prototype")
        assert index.search(whole).meaning == "identical"


def test_what_is_no_entry_is_none(index):
    for known in ("alpha_u", "gamma_se", "perovskite", "cementite"):
        prototypes = [p for p in load_prototypes() if p.id == known]
        for prototype in prototypes:
            assert index.search(prototype.build()).meaning in ("none", "similar")
    gas = Atoms("Ar60", positions=20 * rng_for("gas").random((60, 3)), cell=[20] * 3, pbc=True)
    assert index.search(gas).meaning == "none"
    assert index.search(gas).prototype is None


def test_geometry_ignores_species_and_the_whole_does_not():
    fcc = bulk("Cu", cubic=True)
    ordered, layered = fcc.copy(), fcc.copy()
    ordered.numbers[0] = 79
    layered.numbers[[0, 1]] = 79
    index = StructureIndex.build({"fcc": fcc, "l12": ordered, "l10": layered})
    assert index.search(ordered).prototype == "l12"
    assert index.search(layered).prototype == "l10"
    for atoms in (fcc, ordered, layered):
        hits = index.search(atoms, aspect="geometry")
        assert {hit.meaning for hit in hits} == {"identical"} and hits.probability > 0.9


def test_an_entry_that_is_added_is_recognised_at_once(index):
    unknown = load_unknown_prototypes()[7].build()
    assert index.search(unknown).meaning in ("none", "similar")
    more = index.add({"mine": unknown})
    assert len(more) == len(index) + 1
    assert more.search(disturbed(unknown.repeat(4), 0.1, 0.03, "added")).prototype == "mine"


def test_an_index_is_the_same_after_it_was_written_and_read(index, crystals, tmp_path):
    folder = index.save(tmp_path / "index")
    again = StructureIndex.load(folder)
    assert again.name == "crystals" and again.entries.equals(index.entries)
    assert again.search(crystals["hcp"]) == index.search(crystals["hcp"])
    assert np.array_equal(again.atoms("hcp").positions, crystals["hcp"].positions)
    (folder / "entries.parquet").write_bytes(b"damaged")
    with pytest.raises(IndexFolderError, match="does not match its SHA-256"):
        StructureIndex.load(folder)


def test_a_folder_without_an_index_gets_one_sentence(tmp_path):
    with pytest.raises(IndexFolderError, match="holds no index; make one"):
        StructureIndex.load(tmp_path)


def test_an_index_of_another_metric_is_refused(index, tmp_path):
    folder = index.save(tmp_path)
    facts = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(json.dumps({**facts, "metric": "another"}))
    from arise_zoo.common.manifest import describe_files
    from arise_zoo.common.storage import write_json

    write_json(folder / "manifest.json", {"files": describe_files(folder, ["entries.parquet", "index.json"])})
    with pytest.raises(IndexFolderError, match="made with the metric another"):
        StructureIndex.load(folder)


def test_pymatgen_says_the_same(index, crystals):
    pytest.importorskip("pymatgen")
    found = index.search(crystals["rock salt"].repeat(2), 2, matcher=True)
    assert found[0].match.matches and found[0].match.rms < 1e-6
    assert dict(found[0].match.species) in ({"Na": "Na", "Cl": "Cl"}, {"Na": "Cl", "Cl": "Na"})
    assert not found[1].match.matches
    assert found.space_group == found[0].space_group == 225


def test_structures_of_pymatgen_are_taken(index, crystals):
    ase_io = pytest.importorskip("pymatgen.io.ase")
    structure = ase_io.AseAtomsAdaptor.get_structure(crystals["hcp"])
    assert index.search(structure).prototype == "hcp"
    assert len(StructureIndex.build([structure, *crystals.values()])) == 7


def test_one_process_and_two_give_the_same(crystals):
    library = {f"{name} {i}": atoms.repeat((1, 1, i)) for name, atoms in crystals.items() for i in range(1, 15)}
    one, two = StructureIndex.build(library), StructureIndex.build(library, n_jobs=2)
    assert one.entries.equals(two.entries)
    assert one.search(crystals["bcc"]) == two.search(crystals["bcc"])


def test_a_library_that_broke_off_is_not_described_again(crystals, tmp_path, monkeypatch):
    library = [atoms.repeat((1, 1, i)) for atoms in crystals.values() for i in range(1, 24)]

    def killed():
        yield from library[:130]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        StructureIndex.build(killed(), keep=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    describe, described = describing._describe, []
    monkeypatch.setattr(describing, "_describe", lambda s, symmetry: described.extend(s) or describe(s, symmetry))
    again = StructureIndex.build(library, keep=tmp_path)
    assert len(described) == len(library) - 2 * 64 and len(list(tmp_path.iterdir())) == 3
    whole = StructureIndex.build(library)
    assert again.entries.equals(whole.entries) and again.search(library[0]) == whole.search(library[0])


def test_space_groups_are_found_at_once_or_when_they_are_named(crystals):
    now, later = (StructureIndex.build(crystals, symmetry=symmetry) for symmetry in (True, False))
    assert now.entries["space_group"].to_pylist() == [225, 229, 194, 227, 225, 216]
    assert set(later.entries["space_group"].to_pylist()) == {None}
    assert now.search(crystals["hcp"]) == later.search(crystals["hcp"])


@pytest.mark.parametrize(
    ("library", "said"),
    [
        ([], "holds no structure that an index can be made of"),
        ([Atoms("Cu")], "no atom has a neighbour"),
        ([molecule("H2O"), 3], "cannot be made of a int"),
        ([Item("a", bulk("Cu"), "a"), Item("a", bulk("W"), "a")], "a: another entry has this id"),
        ("nowhere", "there is no file nowhere"),
    ],
)
def test_libraries_that_cannot_be_used_get_one_sentence(library, said):
    with pytest.raises(StructureError, match=said):
        StructureIndex.build(library)


def test_what_cannot_be_used_is_left_out_where_that_is_asked_for():
    index = StructureIndex.build([Atoms("Cu"), bulk("Cu")], skip=True)
    assert len(index) == 1 and "no atom has a neighbour" in index.problems[0]


def test_questions_that_cannot_be_asked_get_one_sentence(index):
    with pytest.raises(UnknownNameError, match="did you mean 'geometry'"):
        index.search(bulk("Cu"), aspect="geometri")
    with pytest.raises(AriseZooError, match="at least 1, not 0"):
        index.search(bulk("Cu"), 0)
    with pytest.raises(StructureError, match="no atom has a neighbour"):
        index.search(Atoms("Cu"))
    with pytest.raises(UnknownNameError, match="did you mean 'hcp'"):
        index.atoms("hpc")


def test_the_same_structures_are_grouped_whatever_their_cells():
    salt = bulk("NaCl", "rocksalt", a=5.64)
    library = {
        "salt": salt,
        "copper": bulk("Cu"),
        "salt, cubic": bulk("NaCl", "rocksalt", a=5.65, cubic=True),
        "other salt": bulk("MgO", "rocksalt", a=4.2),
        "copper, large": bulk("Cu", cubic=True).repeat(2),
        "copper, swollen": bulk("Cu", a=4.2),
        "copper, a vacancy": bulk("Cu").repeat(5)[1:],
        "copper, another vacancy": bulk("Cu").repeat(5)[:-1],
    }
    index = StructureIndex.build(library)
    vacancies = ["copper, a vacancy", "copper, another vacancy"]
    assert index.groups() == [["salt", "salt, cubic"], ["copper", "copper, large"], vacancies]
    assert index.groups(elements=False) == [
        ["salt", "salt, cubic", "other salt"],
        ["copper", "copper, large", "copper, swollen"],
        vacancies,
    ]


def test_it_is_a_public_name():
    assert arise_zoo.StructureIndex is StructureIndex
