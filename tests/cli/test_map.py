"""`arise-zoo map` and `arise-zoo study` as a user types them, and one sentence for every unusable file."""

import json

import ase.build
import ase.io
import pytest
from ase import Atoms

from arise_zoo.analysis import load_result
from arise_zoo.cli.zoo import main


@pytest.fixture(scope="module")
def crystal(tmp_path_factory):
    atoms = ase.build.bulk("Cu", cubic=True).repeat((6, 6, 3))
    atoms.pbc = False
    path = tmp_path_factory.mktemp("input") / "crystal.xyz"
    ase.io.write(path, atoms)
    return path


def test_a_file_becomes_a_result_maps_and_labelled_atoms(crystal, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["map", str(crystal), "--box", "12", "--stride", "6", "--samples", "10", "--jobs", "1", "--json"]
    assert main([*command, "--hidden", "1", "--out", str(out)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["n_atoms"] == 432 and "fcc_cu" in said["classes"]
    assert {path.name for path in out.iterdir()} == set(said["files"])
    result = load_result(out)
    assert list(result.grid.shape) == said["shape"] and result.hidden[1].shape == (len(result), 3 * 512)
    assert "fcc_cu" in set(ase.io.read(out / "atoms.xyz").arrays["label"])


def test_boxes_that_share_their_sums_fill_the_same_files(crystal, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["map", str(crystal), "--box", "9", "--stride", "4", "--scale", "global", "--samples", "4", "--jobs", "1"]
    assert main([*command, "--out", str(out), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["settings"]["scale"] == "global" and {path.name for path in out.iterdir()} == set(said["files"])
    labels = ase.io.read(out / "atoms.xyz").arrays["label"].tolist()
    assert max(set(labels), key=labels.count) == "fcc_cu"


BAD_FILES = {
    "absent.xyz": (None, "there is no file"),
    "empty.xyz": ("", "holds no"),
    "nothing.xyz": ("0\n\n", "holds no atoms"),
    "species.xyz": ("2\n\nQq 0 0\nQq 0 0 20\n", "ASE cannot read"),
    "letter.txt": ("Dear Sir or Madam", "cannot be told; name it with --format"),
    "dummies.xyz": ("2\n\nX 0 0 0\nX 0 0 20\n", "atoms of no element"),
    "cellless.xyz": ('2\nProperties=species:S:1:pos:R:3 pbc="T T T"\nC 0 0 0\nC 0 0 30\n', "no periodic cell"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_mapped_gets_one_sentence(name, tmp_path, capsys):
    content, sentence = BAD_FILES[name]
    if content is not None:
        (tmp_path / name).write_text(content)
    assert main(["map", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1 and "Traceback" not in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--stride", "0"], "the stride must be a positive length"),
        (["--box", "90"], "the box of 90 angstrom is larger than the structure"),
        (["--per-atom", "avrage"], "did you mean 'average'?"),
        (["--scale", "globl"], "did you mean 'global'?"),
        (["--scale", "global", "--model", "arise-mlp"], "has a length scale for each pair of species"),
        (["--model", "arise-mpl"], "did you mean 'arise-mlp'?"),
        (["--frame", "3"], "has no frame 3"),
        (["--min-atoms", "1"], "needs at least 2 atoms"),
    ],
)
def test_an_impossible_request_gets_one_sentence(options, sentence, crystal, tmp_path, capsys):
    assert main(["map", str(crystal), "--out", str(tmp_path / "out"), *options]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_studies_are_listed_and_a_misspelt_one_is_named(capsys, tmp_path):
    assert main(["study", "--list"]) == 0
    assert "four-grains" in capsys.readouterr().out
    assert main(["study", "four-grain", "--out", str(tmp_path)]) == 2
    assert "did you mean 'four-grains'?" in capsys.readouterr().err
    assert main(["study", "four-grains", "--out", str(tmp_path / "out")]) == 2
    assert "give its path with --source" in capsys.readouterr().err


def test_an_atom_alone_in_each_box_has_no_answer_and_no_maps(tmp_path, capsys):
    path = tmp_path / "far.xyz"
    ase.io.write(path, Atoms("C2", positions=[[0, 0, 0], [0, 0, 40]]))
    assert main(["map", str(path), "--out", str(tmp_path / "out"), "--stride", "4", "--jobs", "1"]) == 0
    assert "0 with an answer" in capsys.readouterr().out
