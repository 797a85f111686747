"""`arise-zoo index build` and `arise-zoo similar` as a user meets them."""

import csv
import json

import ase.io
import pytest
from ase import Atoms
from ase.build import bulk

from arise_zoo.cli.zoo import main


@pytest.fixture
def library(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    ase.io.write(folder / "fcc.cif", bulk("Cu", cubic=True))
    ase.io.write(folder / "also-fcc.cif", bulk("Cu").repeat(3))
    ase.io.write(folder / "bcc.cif", bulk("W", cubic=True))
    (folder / "notes.txt").write_text("no structure")
    return folder


def test_an_index_is_made_and_searched(library, tmp_path, capsys):
    assert main(["index", "build", str(library), "--out", str(tmp_path / "index"), "--jobs", "1"]) == 0
    captured = capsys.readouterr()
    assert "3 entries" in captured.out and "left out: " in captured.err and "notes.txt" in captured.err
    query = tmp_path / "query.extxyz"
    ase.io.write(query, [bulk("Fe", "bcc", a=2.8).repeat(4), Atoms("Fe", cell=[40] * 3)])
    asked = ["similar", str(query), "--index", str(tmp_path / "index"), "-k", "2"]
    assert main([*asked, "--json"]) == 2
    first, second = json.loads(capsys.readouterr().out)
    assert first["prototype"] == "bcc.cif" and first["meaning"] == "identical" and len(first["hits"]) == 2
    assert first["space_group"] == first["hits"][0]["space_group"] == 229
    assert "no atom has a neighbour" in second["problem"] and second["hits"] == []
    assert main(asked) == 2
    assert "bcc.cif, W, space group 229" in capsys.readouterr().out


def test_the_prototypes_of_the_package_are_asked_by_default(tmp_path, capsys):
    ase.io.write(tmp_path / "query.cif", bulk("NaCl", "rocksalt", a=5.6))
    assert main(["similar", str(tmp_path / "query.cif"), "--json"]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert answer["prototype"] == "nacl"


def test_pairs_are_the_groups_of_the_same_structure(library, capsys):
    assert main(["similar", "--pairs", str(library), "--jobs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [["also-fcc.cif", "fcc.cif"]]


def test_a_whole_folder_gets_a_table_of_nearest_entries(library, tmp_path, capsys):
    assert main(["similar", str(library), "--csv", str(tmp_path / "nearest.csv")]) == 2
    rows = {row["structure"]: row for row in csv.DictReader((tmp_path / "nearest.csv").open())}
    assert [rows[name]["prototype"] for name in ("fcc.cif", "also-fcc.cif", "bcc.cif")] == ["fcc_cu", "fcc_cu", "bcc_w"]
    assert (rows["bcc.cif"]["meaning"], rows["bcc.cif"]["own_space_group"]) == ("identical", "229")
    assert "notes.txt" in rows[str(library)]["problem"] and rows[str(library)]["nearest"] == ""
    assert "bcc.cif: bcc_w" in capsys.readouterr().out
    assert main(["similar", str(library / "fcc.cif"), "--csv"]) == 0
    assert capsys.readouterr().out.startswith("structure,prototype,meaning,probability,own_space_group,nearest,")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["similar", "--pairs", "nowhere", "--csv"], "groups can be had with --json"),
        (["similar", "nowhere.cif"], "there is no file nowhere.cif"),
        (["similar", "nowhere.cif", "--index", "nowhere"], "nowhere holds no index"),
        (["index", "build", "classes", "--out", "file/index"], "cannot write into file/index"),
        (["index", "build", "nowhere", "--out", "index"], "holds no structure that an index can be made of"),
    ],
)
def test_bad_input_ends_with_one_sentence_and_2(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err and captured.err.count("\n") == 1
