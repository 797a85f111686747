"""Checkpoints: whole, or refused with one sentence."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import pytest

from arise_zoo.common.storage import sha256, write_json
from arise_zoo.errors import AriseZooError, UnknownNameError
from arise_zoo.models import load_model
from arise_zoo.models.checkpoint import CheckpointError
from arise_zoo.models.model import Model

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(small_checkpoint, tmp_path):
    return Path(shutil.copytree(small_checkpoint, tmp_path / "copy"))


def seal(folder):
    """Write the manifest anew, as one would who changes a checkpoint on purpose."""
    names = sorted(path.name for path in folder.iterdir() if path.name != "manifest.json")
    files = [{"path": name, "sha256": sha256(folder / name), "size": 0} for name in names]
    write_json(folder / "manifest.json", {"files": files})


def test_a_checkpoint_holds_what_its_module_says(small_checkpoint):
    assert {path.name for path in small_checkpoint.iterdir()} == {
        "config.json",
        "metadata.json",
        "model.weights.h5",
        "checkpoint.json",
        "training.json",
        "reference.json",
        "README.md",
        "manifest.json",
    }
    model = load_model(small_checkpoint)
    assert model.labels == ("a", "b", "c", "d")
    assert load_model(str(small_checkpoint)) is model


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5", "checkpoint.json", "reference.json", "README.md"])
def test_a_changed_file_is_named(copy, name):
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=f"{name} does not match its SHA-256"):
        Model(copy)


@pytest.mark.parametrize("name", ["model.weights.h5", "manifest.json", "reference.json"])
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()
    with pytest.raises(CheckpointError, match=name):
        Model(copy)


def test_weights_that_do_not_give_the_reference_prediction_are_refused(copy):
    with h5py.File(copy / "model.weights.h5", "r+") as file:
        file["layers/dense_1/vars/0"][0, :] += 0.01
    seal(copy)
    with pytest.raises(CheckpointError, match="gives its reference prediction with a difference of"):
        Model(copy)


def test_a_checkpoint_of_another_format_is_refused(copy):
    facts = json.loads((copy / "checkpoint.json").read_text())
    write_json(copy / "checkpoint.json", {**facts, "format": 99, "package_version": "9.9"})
    seal(copy)
    with pytest.raises(CheckpointError, match=r"format 99, written by arise-zoo 9\.9, .* reads formats 1 and 2"):
        Model(copy)


def test_labels_that_do_not_fit_the_network_are_refused(copy):
    facts = json.loads((copy / "checkpoint.json").read_text())
    write_json(copy / "checkpoint.json", {**facts, "labels": ["a"]})
    seal(copy)
    with pytest.raises(CheckpointError, match="has 1 labels for 4 classes"):
        Model(copy)


def test_an_unknown_model_is_named():
    with pytest.raises(UnknownNameError, match="unknown model or folder 'arise-mlq'"):
        load_model("arise-mlq")
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        load_model(ROOT / "tests")


def test_prediction_imports_neither_tensorflow_nor_keras(small_checkpoint):
    code = (
        "import sys, numpy, arise_zoo\n"
        f"model = arise_zoo.load_model({str(small_checkpoint)!r})\n"
        "model.predict(numpy.zeros((3, 7)), 5)\n"
        "print([m for m in ('tensorflow', 'keras', 'sklearn', 'datasets') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr


def edited(name, edit):
    def change(folder):
        content = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps(edit(content) or content))

    return change


def layer(config, place, **values):
    config["config"]["layers"][place].update(values)


def added(config, **part):
    part = {"module": "keras.layers", "registered_name": None, "config": {}, **part}
    config["config"]["layers"].append(part)


def vast(folder):
    with h5py.File(folder / "model.weights.h5", "r+") as file:
        group = file["layers/dense/vars"]
        del group["0"]
        group.create_dataset("0", shape=(40_000, 40_000), dtype="f4", chunks=(1000, 1000))


FUNCTION = {"class_name": "function", "config": "os.system"}
LAMBDA = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": FUNCTION}}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (edited("config.json", lambda c: c["config"]["layers"].append(LAMBDA)), "Lambda, which is no part of a net"),
        (edited("config.json", lambda c: added(c, class_name="Dense")), "describes a network of other layers"),
        (edited("config.json", lambda c: layer(c, 2, module="os", class_name="system")), "os.system, which is no part"),
        (edited("config.json", lambda c: layer(c, 2, registered_name="evil>Layer")), "names code of its own"),
        (edited("config.json", lambda c: layer(c, 2, module="kerasevil.layers")), "kerasevil.layers.Dropout"),
        (lambda folder: (folder / "config.json").write_text("[]"), "does not describe a Keras network"),
        (lambda folder: (folder / "config.json").write_text("[" * 100_000), "nested too deeply|does not describe"),
        (lambda folder: (folder / "checkpoint.json").write_text("[" * 100_000), "is damaged"),
        (edited("reference.json", lambda r: {**r, "n_samples": 10**9}), "too many passes"),
        (vast, "which is too large"),
    ],
)
def test_a_hostile_checkpoint_is_refused_and_never_run(copy, change, sentence):
    change(copy)
    seal(copy)
    with pytest.raises(AriseZooError, match=sentence) as caught:
        load_model(copy)
    assert "\n" not in str(caught.value)
