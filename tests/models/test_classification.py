"""`classify`: files and structures in, names with uncertainties out, and never a crash."""

import csv
import io
import json

import ase.build
import ase.io
import numpy as np
import pytest
from ase import Atoms

import arise_zoo
from arise_zoo.errors import AriseZooError, StructureError, UnknownNameError
from arise_zoo.models import load_model
from arise_zoo.structures import StructureSpec

CRYSTALS = {
    "fcc_cu": ase.build.bulk("Ag"),
    "bcc_w": ase.build.bulk("Na", cubic=True),
    "diamond_c": ase.build.bulk("Ge"),
    "nacl": ase.build.bulk("MgO", "rocksalt", a=4.2),
    "cscl": ase.build.bulk("CsI", "cesiumchloride", a=4.6),
    "graphene": ase.build.graphene(vacuum=10),
}


def test_crystals_of_other_elements_and_sizes_are_recognised():
    found = arise_zoo.classify(list(CRYSTALS.values()), n_samples=100)
    assert [answer.label for answer in found] == list(CRYSTALS)
    assert min(answer.probability for answer in found) > 0.8


def test_a_file_of_several_frames_gets_an_answer_each(tmp_path):
    path = tmp_path / "two.xyz"
    ase.io.write(path, [CRYSTALS["fcc_cu"], StructureSpec("bcc_w", 4, False).build()])
    found = arise_zoo.classify([path, CRYSTALS["nacl"]], n_samples=20, top=3)
    assert [answer.structure for answer in found] == [f"{path}@0", f"{path}@1", "structure 1"]
    assert [answer.label for answer in found] == ["fcc_cu", "bcc_w", "nacl"]
    table = found.to_dataframe()
    assert list(table["label"]) == ["fcc_cu", "bcc_w", "nacl"] and list(table["n_atoms"]) == [1, 64, 2]
    assert {"probability", "mutual_information", "label_3", "probability_3"} <= set(table.columns)
    assert table["problem"].isna().all()
    text = str(found)
    assert f"{path}@1 (64 atoms): bcc, " in text
    assert text.count("%") == 11  # three classes of each structure, and geometry and decoration of NaCl
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))[0]["labels"][0] == "fcc_cu"


def test_an_amorphous_blob_is_more_uncertain_than_any_crystal():
    blob = Atoms("Cu80", positions=np.random.default_rng(0).uniform(0, 12, (80, 3)))
    crystals = arise_zoo.classify(list(CRYSTALS.values()), "arise-mlp", n_samples=200)
    (answer,) = arise_zoo.classify(blob, "arise-mlp", n_samples=200)
    assert answer.problem is None
    assert arise_zoo.classify(blob)[0].label == "unknown"
    assert answer.mutual_information > max(crystal.mutual_information for crystal in crystals)
    assert answer.predictive_entropy > max(crystal.predictive_entropy for crystal in crystals)


@pytest.mark.parametrize(
    ("atoms", "sentence"),
    [
        (Atoms("H"), r"no atom has a neighbour"),
        (Atoms(), "a structure without atoms has no descriptor"),
        (Atoms("H2", positions=[[0, 0, 0], [0, 0, 0]]), "atoms coincide"),
        (Atoms("HHe", positions=[[0, 0, np.nan], [0, 0, 1]]), "positions must be finite"),
    ],
)
def test_a_structure_without_a_descriptor_gets_a_sentence_and_the_others_their_answers(atoms, sentence):
    found = arise_zoo.classify([atoms, CRYSTALS["fcc_cu"]], n_samples=5)
    assert found[0].label is None and found[1].label == "fcc_cu"
    with pytest.raises(AssertionError, match=sentence):
        raise AssertionError(found[0].problem)
    assert "no answer" in str(found[0])


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("absent.cif", None, "there is no file"),
        ("letter.txt", "Dear Sir or Madam", "the format of .* cannot be told"),
        ("torn.cif", "data_x\n_cell_length_a", "is not a valid CIF file"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(name, content, sentence, tmp_path):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(StructureError, match=f"(?s)({sentence})") as raised:
        arise_zoo.classify(tmp_path / name)
    assert name in str(raised.value) and "\n" not in str(raised.value)


def test_parameters_out_of_range_are_refused():
    with pytest.raises(AriseZooError, match="number of classes to name must be at least 1"):
        arise_zoo.classify(CRYSTALS["fcc_cu"], top=0)
    with pytest.raises(StructureError, match=r"item 0 is neither ase\.Atoms, .* nor a path, but int"):
        arise_zoo.classify([3])
    with pytest.raises(UnknownNameError, match="unknown format 'ciff'"):
        arise_zoo.classify(["absent.cif"], format="ciff")


def test_a_file_among_several_that_cannot_be_read_costs_one_row(tmp_path):
    ase.io.write(tmp_path / "good.cif", CRYSTALS["nacl"])
    (tmp_path / "torn.cif").write_text("data_x\n_cell_length_a")
    files = [tmp_path / "torn.cif", tmp_path / "absent.xyz", tmp_path / "good.cif", CRYSTALS["fcc_cu"]]
    found = arise_zoo.classify(files, n_samples=5, top=2)
    assert [a.label for a in found] == [None, None, "nacl", "fcc_cu"]
    assert "is not a valid CIF file" in found[0].problem and "there is no file" in found[1].problem
    table = found.to_dataframe()
    assert list(table.columns[-2:]) == ["problem", "notes"] and list(table["structure"]) == [
        *map(str, files[:3]),
        "structure 3",
    ]
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert float(rows[2]["probability"]) == found[2].probability


def test_descriptors_made_now_are_those_on_which_the_model_was_tried():
    model = load_model("arise-mlp")
    reference = json.loads((model.folder / "reference.json").read_text())
    structures = [StructureSpec.from_id(structure).build() for structure in reference["structures"]]
    assert np.abs(model.describe(structures) - np.array(reference["descriptors"])).max() < 1e-6
