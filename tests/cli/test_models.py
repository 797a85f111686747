"""`arise-zoo classify` and `arise-zoo train` as a user meets them."""

import json

import ase.build
import ase.io
import pytest
from ase import Atoms

from arise_zoo.cli.zoo import main


@pytest.fixture
def crystals(tmp_path):
    """A file of two crystals."""
    path = tmp_path / "crystals.xyz"
    ase.io.write(path, [ase.build.bulk("Cu"), ase.build.bulk("MgO", "rocksalt", a=4.2)])
    return path


def test_classify_prints_each_frame_with_its_classes(crystals, capsys):
    assert main(["classify", str(crystals), "--samples", "20", "--top", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{crystals}@0 (1 atom): fcc_cu, mutual information")
    assert lines[3].startswith(f"{crystals}@1 (2 atoms): nacl")
    assert "fcc_cu  (fcc" in lines[1] and len(lines) == 7  # NaCl has a geometry and a decoration


def test_classify_prints_json(crystals, capsys):
    assert main(["classify", str(crystals), "--samples", "20", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["labels"][0] == "fcc_cu" and second["labels"][0] == "nacl"
    assert len(first["probabilities"]) == 5 and first["mutual_information"] >= 0


def test_a_structure_without_an_answer_ends_with_2_and_the_others_are_answered(crystals, tmp_path, capsys):
    ase.io.write(tmp_path / "atom.xyz", Atoms("H"))
    assert main(["classify", str(tmp_path / "atom.xyz"), str(crystals), "--samples", "5"]) == 2
    output = capsys.readouterr().out
    assert "atom.xyz (1 atom): no answer; no atom of the structure" in output and "nacl" in output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["classify", "absent.cif"], "there is no file absent.cif"),
        (["classify", "absent.cif", "--model", "arise-mlq"], "did you mean 'arise-mlp'"),
        (["train", "arise-mlq"], "unknown model 'arise-mlq'; did you mean 'arise-mlp'"),
        (["train", "arise-mlp", "--hidden", "a,b"], "--hidden takes numbers joined by commas"),
        (["train", "arise-mlp", "--dropout", "2"], "the dropout must lie in"),
        (["train", "arise-mlp", "--data", "nowhere"], "nowhere holds no arise/prototypes"),
    ],
)
def test_bad_input_ends_with_one_sentence_and_2(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err and captured.err.count("\n") == 1
