"""Fine-tuning: the tutorial as it is written, what it reaches, and sentences for what cannot be learnt."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

import arise_zoo
from arise_zoo.cli.zoo import main
from arise_zoo.datasets.vectors import one_setting
from arise_zoo.descriptors.settings import CENTRE
from arise_zoo.models.baselines.pristine_vectors import load_pristine_vectors
from arise_zoo.models.network.forward import Network
from arise_zoo.models.network.prediction import predict
from arise_zoo.prototypes.custom import prototype_from_atoms
from arise_zoo.prototypes.supercells import displacement_unit
from arise_zoo.structures import displace, remove_atoms, supercell

PAGE = Path(__file__).parents[2] / "docs" / "finetuning.md"


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory):
    """The names that the code of the page leaves, run in an empty folder."""
    folder = tmp_path_factory.mktemp("tutorial")
    names = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
            exec(compile(block, str(PAGE), "exec"), names)
    return {**names, "folder": folder / "arise-oxides"}


def new_structures(cells, missing=0.0, displacement=0.0, draws=1):
    """Descriptors and labels of supercells of the new classes, periodic and finite, with defects of other seeds."""
    rows, labels = [], []
    for label, cell in cells.items():
        prototype = prototype_from_atoms(cell, label)
        for k in prototype.supercell_sizes:
            for periodic in (True, False):
                for draw in range(draws):
                    rng = np.random.default_rng([5, k, periodic, draw])
                    atoms = remove_atoms(supercell(prototype, k, periodic=periodic), missing, rng)
                    atoms = displace(atoms, displacement, displacement_unit(prototype, k), rng)
                    rows.append(one_setting(atoms, *CENTRE))
                    labels.append(label)
    return np.array(rows, np.float32), np.array(labels)


def right(model, rows, labels, n_samples=100):
    said = np.array(model.labels)[model.predict_proba(rows, n_samples).argmax(axis=1)]
    return 100 * np.mean(said == labels)


def test_the_tutorials_network_knows_all_new_classes_and_keeps_the_old_ones(tutorial):
    made, cells = tutorial["made"], tutorial["cells"]
    model = arise_zoo.load_model(tutorial["folder"])
    assert model.labels[:108] == arise_zoo.load_model("arise-mlp").labels and model.labels[108:] == tuple(cells)
    assert made.accuracy["new"] == {"before": 0.0, "after": 100.0}
    assert made.accuracy["old"]["after"] >= made.accuracy["old"]["before"] - 0.2
    assert made.n == {"old": 396, "new": 20}
    assert right(model, *new_structures(cells)) == 100.0
    assert right(model, *new_structures(cells, missing=0.1, draws=4)) >= 98.0
    assert right(model, *new_structures(cells, displacement=0.02, draws=4)) >= 98.0
    assert not model.trained_on_defects


def test_the_checkpoint_is_one_that_keras_reads_and_its_card_has_the_numbers(tutorial):
    network = keras.saving.load_model(tutorial["folder"])
    rows = load_pristine_vectors().descriptors[:5]
    ours = arise_zoo.load_model(tutorial["folder"]).predict_proba(rows, 0)
    assert np.allclose(network(rows), ours, atol=1e-5)
    card = (tutorial["folder"] / "README.md").read_text()
    assert "`nbo` | Nb3O3" in card and "| new | 20 | 0.00 % | 100.00 % |" in card


@pytest.fixture
def classes(tmp_path):
    """A folder of two classes that are quickly described."""
    for label, cell in (
        ("fluorite", bulk("CaF2", "fluorite", a=5.463)),
        ("zincblende_like", bulk("ZnS", "zincblende", a=5.4)),
    ):
        folder = tmp_path / "classes" / label
        folder.mkdir(parents=True)
        cell.write(folder / "cell.cif")
    return tmp_path / "classes"


def test_a_head_may_be_replaced_and_all_layers_trained(classes, tmp_path, capsys):
    out = tmp_path / "two"
    command = [
        "finetune",
        "--model",
        "arise-mlp",
        "--data",
        str(classes),
        "--out",
        str(out),
        "--replace-head",
        "--epochs",
        "2",
    ]
    assert main([*command, "--jobs", "1"]) == 0
    assert "2 classes" in capsys.readouterr().out
    model = arise_zoo.load_model(out)
    assert model.labels == ("fluorite", "zincblende_like")
    (found,) = arise_zoo.classify(bulk("CaF2", "fluorite", a=5.463), model=str(out))
    assert found.label == "fluorite" and found.probability > 0.9
    with pytest.raises(arise_zoo.AriseZooError, match="was fine-tuned itself"):
        arise_zoo.finetune(out, [bulk("NaCl", "rocksalt", a=5.6)], ["more"], out=tmp_path / "more")
    assert main(command) == 2
    assert "is not empty; choose another output folder" in capsys.readouterr().err


def test_with_frozen_layers_old_classes_are_as_probable_as_before_but_for_what_the_new_ones_take(classes, tmp_path):
    assert (
        main(
            [
                "finetune",
                "--model",
                "arise-mlp",
                "--data",
                str(classes),
                "--out",
                str(tmp_path / "more"),
                "--freeze",
                "--jobs",
                "1",
            ]
        )
        == 0
    )
    before, after = arise_zoo.load_model("arise-mlp"), arise_zoo.load_model(tmp_path / "more")
    assert after.labels == (*before.labels, "fluorite", "zincblende_like")
    rows = load_pristine_vectors().descriptors[::7]
    for old, new in zip(before.network.members, after.network.members, strict=True):  # the new take more of one's mean
        old_shares, new_shares = (predict(Network([m]), rows, 0).probabilities.astype(float) for m in (old, new))
        assert np.allclose(old_shares, new_shares[:, :108] / new_shares[:, :108].sum(axis=1, keepdims=True), atol=1e-5)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda folder: (folder / "empty").mkdir(), "holds no file"),
        (lambda folder: (folder / "fluorite" / "cell.cif").write_text("nonsense"), "is not a valid CIF file"),
        (lambda folder: (folder / "fluorite").rename(folder / "nacl"), "'nacl' is a class of arise-mlp already"),
        (lambda folder: Atoms("H").write(folder / "fluorite" / "cell.xyz"), "class 'fluorite'"),
    ],
)
def test_what_cannot_be_learnt_is_one_sentence_and_leaves_nothing(classes, tmp_path, capsys, change, sentence):
    change(classes)
    assert (
        main(
            ["finetune", "--model", "arise-mlp", "--data", str(classes), "--out", str(tmp_path / "out"), "--jobs", "1"]
        )
        == 2
    )
    captured = capsys.readouterr()
    assert sentence in captured.err and captured.err.strip().count("\n") == 0
    assert not (tmp_path / "out").exists()


def test_wrong_arguments_are_one_sentence(tmp_path, capsys):
    assert main(["finetune", "--data", str(tmp_path / "nowhere")]) == 2
    assert "there is no folder" in capsys.readouterr().err
    assert main(["finetune", "--data", str(tmp_path)]) == 2
    assert "holds no class" in capsys.readouterr().err
    cell = bulk("CaF2", "fluorite", a=5.463)
    for arguments, sentence in (
        (([cell], ["a", "b"]), "1 structures but 2 labels"),
        (([], []), "at least one new class"),
        (([cell], ["a/b"]), "cannot be the name of a class"),
    ):
        with pytest.raises(arise_zoo.AriseZooError, match=sentence):
            arise_zoo.finetune("arise-mlp", *arguments, out=tmp_path / "out")
    (tmp_path / "file").touch()
    with pytest.raises(arise_zoo.AriseZooError, match="is not empty"):
        arise_zoo.finetune("arise-mlp", [cell], ["a"], out=tmp_path / "file")
    with pytest.raises(arise_zoo.AriseZooError, match="at least 1, not 0"):
        arise_zoo.finetune("arise-mlp", [cell], ["a"], out=tmp_path / "out", epochs=0)
    with pytest.raises(arise_zoo.AriseZooError, match="arise-mlp"):
        arise_zoo.finetune("arise-mpl", [cell], ["a"], out=tmp_path / "out")
