"""`arise-zoo atoms`: what it writes against what each frame says of itself, and how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc

import ase.io
import numpy as np
import pandas as pd
import pytest
from ase import Atoms
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms

import arise_zoo
from arise_zoo.analysis.atoms import label_file, labelling, picture
from arise_zoo.analysis.atoms.rendering import SIZE, render
from arise_zoo.cli.zoo import main
from arise_zoo.errors import EngineError

N, FILES = 5, ("atoms.csv", "atoms.parquet", "atoms.xyz", "fractions.csv", "fractions.png", "structure.png")


def crystals(n, repeat=2):
    """Salt that gets hotter, each frame with all that a frame can hold."""
    for number in range(n):
        atoms = bulk("NaCl", "rocksalt", a=5.6, cubic=True) * repeat
        atoms.rattle(0.05 + 0.1 * number, seed=number)
        atoms.info.update(time=0.5 * number, note="hot")
        atoms.set_array("name", np.array([f"a{i}" for i in range(len(atoms))]))
        atoms.set_array("spin", np.random.default_rng(number).normal(size=(len(atoms), 3)))
        atoms.set_array("kept", np.arange(len(atoms)) % 2 == 0)
        atoms.set_array("label", np.arange(len(atoms)))
        atoms.set_momenta(np.ones((len(atoms), 3)))
        atoms.set_constraint(FixAtoms([0, 1]))
        forces = np.random.default_rng(number).normal(size=(len(atoms), 3))
        atoms.calc = SinglePointCalculator(atoms, energy=-float(number), forces=forces)
        yield atoms


@pytest.fixture(scope="module")
def frames(tmp_path_factory):
    path = tmp_path_factory.mktemp("frames") / "salt.xyz"
    ase.io.write(path, list(crystals(N)), format="extxyz")
    return path


@pytest.fixture(scope="module")
def whole(frames, local_checkpoint, tmp_path_factory):
    """The folder that a run over all frames makes."""
    out = tmp_path_factory.mktemp("out") / "salt"
    command = ["atoms", str(frames), "--out", str(out), "--model", str(local_checkpoint), "--jobs", "1"]
    assert main([*command, "--json", str(out.parent / "said.json")]) == 0
    return out


def test_every_frame_has_what_classify_atoms_says_of_it(frames, whole, local_checkpoint):
    assert sorted(path.name for path in whole.iterdir()) == sorted(FILES)
    labelled = ase.io.read(whole / "atoms.xyz", ":")
    table = pd.read_parquet(whole / "atoms.parquet")
    assert pd.read_csv(whole / "atoms.csv").columns.tolist() == table.columns.tolist()
    assert len(labelled) == N and table["frame"].unique().tolist() == list(range(N))
    for number, atoms in enumerate(ase.io.read(frames, ":")):
        found = arise_zoo.classify_atoms(atoms, local_checkpoint)
        rows = table[table["frame"] == number]
        assert rows["label"].tolist() == labelled[number].arrays["label"].tolist() == found.labels.tolist()
        assert rows["certainty"].tolist() == labelled[number].arrays["certainty"].tolist() == found.certainties.tolist()
        assert rows["probability"].tolist() == found.probabilities.tolist()
        assert labelled[number].arrays["mutual_information"] == pytest.approx(found.mutual_information, abs=1e-7)
        assert labelled[number].arrays["class_number"].tolist() == [found.names.index(c) + 1 for c in found.labels]
        assert rows[["x", "y", "z"]].to_numpy() == pytest.approx(atoms.positions)


def test_all_that_a_frame_held_is_kept(frames, whole):
    for before, after in zip(ase.io.iread(frames, ":"), ase.io.iread(whole / "atoms.xyz", ":"), strict=True):
        assert before == after and before.info == after.info
        assert before.constraints[0].index.tolist() == after.constraints[0].index.tolist()
        assert before.get_potential_energy() == after.get_potential_energy()
        assert (before.get_forces(apply_constraint=False) == after.get_forces(apply_constraint=False)).all()
        for name in ("name", "spin", "kept", "momenta"):
            assert (before.arrays[name] == after.arrays[name]).all()
        assert (before.arrays["label"] == after.arrays["label_before"]).all()


def test_fractions_are_the_counts_of_each_frame(whole):
    table, fractions = pd.read_parquet(whole / "atoms.parquet"), pd.read_csv(whole / "fractions.csv")
    assert fractions.columns[:3].tolist() == ["frame", "time", "n_atoms"]
    assert fractions["time"].tolist() == [0.5 * number for number in range(N)]
    for number, rows in table.groupby("frame"):
        for label in fractions.columns[3:]:
            assert fractions[label][number] == pytest.approx((rows["label"] == label).mean(), abs=1e-5)
    said = json.loads((whole.parent / "said.json").read_text())
    assert (said["n_frames"], said["n_atoms"]) == (N, len(table))
    assert said["classes"] == pytest.approx(table["label"].value_counts(normalize=True).to_dict())


def test_some_frames_and_either_form_of_the_answer_are_asked_for(frames, local_checkpoint, tmp_path, capsys):
    command = ["atoms", str(frames), "--out", str(tmp_path / "out"), "--model", str(local_checkpoint), "--jobs", "2"]
    assert main([*command, "--frames", "1:4:2", "--csv"]) == 0
    assert capsys.readouterr().out == (tmp_path / "out" / "fractions.csv").read_text()
    assert pd.read_csv(tmp_path / "out" / "fractions.csv")["frame"].tolist() == [1, 3]
    assert main(["atoms", f"{frames}@-1:", *command[2:], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_frames"] == 1


def test_a_run_that_was_killed_goes_on_where_it_was(frames, whole, local_checkpoint, tmp_path, monkeypatch):
    slow = (
        "import time, arise_zoo.analysis.atoms.labelling as l; ask = l._classify\n"
        "l._classify = lambda *a: (ask(*a), time.sleep(1))[0]\n"
        "from arise_zoo.cli.zoo import main; main()"
    )
    out = tmp_path / "out"
    options = ["--out", str(out), "--model", str(local_checkpoint), "--jobs", "1"]
    process = subprocess.Popen([sys.executable, "-c", slow, "atoms", str(frames), *options], stderr=subprocess.PIPE)
    begin = time.monotonic()
    while len(list(out.rglob("*.npz"))) < 2:
        assert time.monotonic() - begin < 500 and process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    done = len(list(out.rglob("*.npz")))
    assert done < N and [path.name for path in out.iterdir()] == [".frames"]
    asked = []
    monkeypatch.setattr(labelling, "_classify", lambda *a, ask=labelling._classify: asked.append(a[1]) or ask(*a))
    label_file(frames, out, model=local_checkpoint, n_jobs=1)
    assert asked == [f"{frames}@{number}" for number in range(done, N)]
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    for name in ("atoms.xyz", "atoms.csv", "fractions.csv"):
        assert (out / name).read_text() == (whole / name).read_text()


def test_frames_that_have_changed_are_asked_about_anew(frames, local_checkpoint, tmp_path, monkeypatch):
    path, out = tmp_path / "salt.xyz", tmp_path / "out"
    shutil.copy(frames, path)
    monkeypatch.setattr(labelling, "_write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        label_file(path, out, model=local_checkpoint, n_jobs=1)
    changed = list(crystals(N))
    changed[2].rattle(0.2, seed=9)
    ase.io.write(path, changed, format="extxyz")
    asked = []
    monkeypatch.setattr(labelling, "_classify", lambda *a, ask=labelling._classify: asked.append(a[1]) or ask(*a))
    for n_jobs in (1, 2):  # at last all are known
        with pytest.raises(KeyboardInterrupt):
            label_file(path, out, model=local_checkpoint, n_jobs=n_jobs)
        assert asked == [f"{path}@2"]


@pytest.fixture
def no_ovito(monkeypatch):
    def absent(*_):
        raise EngineError("OVITO is not there.")

    monkeypatch.setattr(picture, "render", absent)


def test_memory_does_not_grow_with_the_number_of_frames(local_checkpoint, tmp_path, no_ovito):
    def peak(n):
        path = tmp_path / f"{n}.xyz"
        ase.io.write(path, list(crystals(n)), format="extxyz")
        tracemalloc.start()
        label_file(path, tmp_path / f"out-{n}", model=local_checkpoint, n_samples=0, n_jobs=1)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(2)  # what is imported and cached on the way
    assert peak(16) < 1.2 * peak(4)


@pytest.mark.parametrize(
    ("file", "options", "sentence"),
    [
        ("no.xyz", [], "there is no file"),
        ("salt.xyz", ["--frames", "9:"], "has none of these frames"),
        ("salt.xyz", ["--frames", "x"], "names no frames"),
        ("salt.xyz", ["--model", "arise-mlp"], "arise-mlp labels whole structures"),
        ("salt.xyz", ["--model", "arise-mpl"], "did you mean 'arise-mlp'?"),
        ("salt.xyz", ["--out", "salt.xyz"], "cannot write into salt.xyz"),
        ("salt.xyz", ["--json", "--csv"], "only one of --json and --csv can be printed"),
        ("salt.xyz", ["--samples", "-1"], "the number of samples must not be negative"),
        ("here/atoms.xyz", ["--out", "here"], "is to be read, so that it cannot be written"),
        ("far.xyz", [], "far.xyz@1: no atom has a neighbour"),
        ("torn.xyz", [], "announces 64 atoms in line 67 but ends before"),
    ],
)
def test_bad_input_is_one_sentence_and_2(
    file, options, sentence, frames, local_checkpoint, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    shutil.copy(frames, "salt.xyz")
    shutil.copy(frames, "here/atoms.xyz")
    ase.io.write("far.xyz", [bulk("Cu", cubic=True), Atoms("Cu")])
    (tmp_path / "torn.xyz").write_text("".join(frames.read_text().splitlines(keepends=True)[:100]))
    before = sorted(map(str, tmp_path.rglob("*")))
    model = [] if "--model" in options else ["--model", str(local_checkpoint)]
    assert main(["atoms", file, *model, "--jobs", "1", *options]) == 2
    said = capsys.readouterr().err
    assert sentence in said and len([line for line in said.splitlines() if "s left" not in line]) == 1
    after = sorted(map(str, tmp_path.rglob("*")))
    assert [path for path in after if path not in before and not path.startswith(str(tmp_path / "atoms"))] == []
    assert not any((tmp_path / "atoms" / name).exists() for name in FILES)


CRYSTAL, LABELS = bulk("Cu", cubic=True) * 3, np.array(["fcc_cu", "unknown"] * 54)


def test_atoms_are_drawn_by_ovito():
    try:
        image = render(CRYSTAL, np.ones((len(CRYSTAL), 3)), 1.2)
    except EngineError as error:
        pytest.skip(str(error))
    assert image.shape[:2] == SIZE[::-1] and np.ptp(image) > 0
    assert len(picture.draw(CRYSTAL, LABELS, ["fcc_cu", "unknown"]).axes[0].images) == 1


def test_atoms_are_drawn_without_ovito(no_ovito):
    figure = picture.draw(CRYSTAL, LABELS, ["fcc_cu", "unknown"])
    (discs,) = figure.axes[0].collections
    assert len(discs.get_offsets()) == len(CRYSTAL) and len(np.unique(discs.get_facecolor(), axis=0)) == 2
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["fcc_cu", "unknown"]


def test_labels_beyond_the_colours_share_one():
    many = [f"class_{i}" for i in range(12)]
    assert list(picture.colours([*many, "unknown"])) == [*many[:8], "unknown", "other"]
