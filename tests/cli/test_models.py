"""`arise-zoo classify` and `arise-zoo train` as a user meets them."""

import csv
import io
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
    assert lines[0].startswith(f"{crystals}@0 (1 atom): fcc, ") and lines[1].startswith("  mutual information ")
    assert lines[4].startswith(f"{crystals}@1 (2 atoms): NaCl, ")
    assert "fcc_cu  (fcc" in lines[2] and len(lines) == 9  # NaCl has a geometry and a decoration


def test_classify_prints_json(crystals, capsys):
    assert main(["classify", str(crystals), "--samples", "20", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["labels"][0] == "fcc_cu" and second["labels"][0] == "nacl"
    assert len(first["probabilities"]) == 5 and first["mutual_information"] >= 0


def test_a_trajectory_becomes_a_picture(crystals, tmp_path, capsys):
    from matplotlib import image

    from arise_zoo import classify
    from arise_zoo.analysis import plot_timeline

    assert main(["classify", str(crystals), "--samples", "5", "--plot", str(tmp_path / "classes.png")]) == 0
    assert image.imread(tmp_path / "classes.png")[..., :3].std() > 0.02
    figure = plot_timeline(classify(str(crystals), n_samples=5))
    above, below = figure.axes
    assert [text.get_text() for text in above.get_yticklabels()] == ["fcc", "NaCl"]
    assert below.get_xlabel() == "frame" and len(below.lines[0].get_ydata()) == 2


def test_a_structure_without_an_answer_ends_with_2_and_the_others_are_answered(crystals, tmp_path, capsys):
    ase.io.write(tmp_path / "atom.xyz", Atoms("H"))
    assert main(["classify", str(tmp_path / "atom.xyz"), str(crystals), "--samples", "5"]) == 2
    said = capsys.readouterr()
    assert "atom.xyz (1 atom): no answer; no atom has a neighbour" in said.out and "nacl" in said.out
    assert "no answer for 1 of 3: no atom" in said.err


def test_a_file_that_cannot_be_read_costs_its_line_and_the_exit_code(crystals, capsys):
    assert main(["classify", "absent.cif", str(crystals), "--samples", "5", "--csv"]) == 2
    said = capsys.readouterr()
    absent, *others = csv.DictReader(io.StringIO(said.out))
    assert absent["label"] == "" and absent["problem"] == "there is no file absent.cif."
    assert [row["label"] for row in others] == ["fcc_cu", "nacl"] and "no answer for 1 of 3" in said.err


def test_answers_are_printed_or_written_in_each_form(crystals, tmp_path, capsys):
    ask = ["classify", str(crystals), "--samples", "5"]
    written = {name: tmp_path / name for name in ("a.json", "a.csv", "a.txt", "b.csv", "c.out")}
    for name in ("a.json", "a.csv", "a.txt"):
        assert main([*ask, "--out", str(written[name])]) == 0
    assert capsys.readouterr().out == ""
    assert main([*ask, "--csv", str(written["b.csv"]), "--json", "--out", str(written["c.out"])]) == 0
    assert capsys.readouterr().out == ""
    assert main([*ask, "--json"]) == 0
    printed = capsys.readouterr().out
    assert printed == written["a.json"].read_text() == written["c.out"].read_text()
    assert main([*ask, "--csv"]) == 0
    assert capsys.readouterr().out == written["a.csv"].read_text() == written["b.csv"].read_text()
    assert main(ask) == 0
    assert capsys.readouterr().out == written["a.txt"].read_text()
    rows = list(csv.DictReader(io.StringIO(written["a.csv"].read_text())))
    assert [float(row["mutual_information"]) for row in rows] == [a["mutual_information"] for a in json.loads(printed)]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--json", "--csv"], "only one of --json and --csv can be printed"),
        (["--out", "crystals.xyz"], "crystals.xyz is to be read, so that it cannot be written"),
        (["--csv=crystals.xyz"], "crystals.xyz is to be read"),
        (["--out", "."], ". is a folder; name a file"),
    ],
)
def test_answers_are_never_written_over_what_is_there_to_be_read(options, sentence, crystals, monkeypatch, capsys):
    monkeypatch.chdir(crystals.parent)
    before = crystals.read_bytes()
    assert main(["classify", "crystals.xyz@0", "--samples", "5", *options]) == 2
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1 and crystals.read_bytes() == before


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
