"""Checkpoints: whole, or refused with one sentence."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from safetensors.numpy import load_file, save

from arise_zoo.common.storage import sha256, write_json
from arise_zoo.errors import AriseZooError, UnknownNameError
from arise_zoo.models import list_models, load_model
from arise_zoo.models.checkpoint import CheckpointError
from arise_zoo.models.model import Model
from arise_zoo.models.network.forward import add_safetensors, read_network
from arise_zoo.models.network.prediction import predict
from arise_zoo.models.network.weights import SAFETENSORS, WEIGHTS
from arise_zoo.models.renewal import renew_checkpoint

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
        "model.safetensors",
        "checkpoint.json",
        "training.json",
        "reference.json",
        "README.md",
        "manifest.json",
    }
    model = load_model(small_checkpoint)
    assert model.labels == ("a", "b", "c", "d")
    assert load_model(str(small_checkpoint)) is model


@pytest.mark.parametrize(
    "name",
    ["config.json", "model.weights.h5", "model.safetensors", "checkpoint.json", "reference.json", "README.md"],
)
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


@pytest.mark.parametrize("is_read", [SAFETENSORS, WEIGHTS])
def test_weights_that_do_not_give_the_reference_prediction_are_refused(copy, is_read):
    with h5py.File(copy / WEIGHTS, "r+") as file:
        file["layers/dense_1/vars/0"][0, :] += 0.01
    if is_read == SAFETENSORS:
        add_safetensors(copy)
    else:
        (copy / SAFETENSORS).unlink()
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


def test_the_safetensors_file_holds_the_arrays_of_keras(small_checkpoint, small_network):
    tensors = load_file(small_checkpoint / SAFETENSORS)
    arrays = {
        f"{layer.name}.{weight.name}": weight.numpy()
        for layer in small_network.layers
        for weight in layer.weights
        if weight.name in ("mean", "variance", "kernel", "bias")
    }
    assert tensors.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(tensors[name], array)


def test_a_safetensors_file_that_the_manifest_does_not_list_is_refused(copy):
    content = (copy / SAFETENSORS).read_bytes()
    (copy / SAFETENSORS).unlink()
    seal(copy)
    (copy / SAFETENSORS).write_bytes(content)
    with pytest.raises(CheckpointError, match=SAFETENSORS):
        Model(copy)


def test_a_model_is_saved_as_it_is_and_read_again(small_checkpoint, tmp_path):
    model = Model.from_pretrained(small_checkpoint)
    saved = model.save_pretrained(tmp_path / "new" / "folder")
    files = {path.name: path.read_bytes() for path in small_checkpoint.iterdir()}
    assert {path.name: path.read_bytes() for path in saved.iterdir()} == files
    assert Model.from_pretrained(saved).labels == model.labels
    with pytest.raises(AriseZooError, match="is not empty"):
        model.save_pretrained(saved)
    with pytest.raises(AriseZooError, match="cannot write"):
        model.save_pretrained(saved / "README.md" / "below")


@pytest.mark.parametrize("entry", list_models(), ids=lambda entry: entry.name)
def test_what_is_listed_is_what_is_loaded(entry):
    model = load_model(entry.name)
    assert (entry.classes, entry.knows_unknown) == (108, "unknown" in model.labels)
    assert (entry.trained_on_defects, entry.single_atoms) == (model.trained_on_defects, model.labels_atoms)


def test_a_shipped_model_that_is_renewed_says_what_it_said(tmp_path):
    old = load_model("arise-mlp")
    folder = renew_checkpoint(old.save_pretrained(tmp_path / "arise-mlp"))
    (folder / WEIGHTS).rename(tmp_path / WEIGHTS)  # the safetensors file alone is read
    X = np.random.default_rng(0).normal(size=(5, 316))
    network = read_network(folder)
    np.testing.assert_array_equal(predict(network, X, 5).probabilities, old.predict(X, 5).probabilities)
    (tmp_path / WEIGHTS).rename(folder / WEIGHTS)
    assert Model(folder).weights_sha256 == old.weights_sha256
    card = (folder / "README.md").read_text()
    assert "pip install arise-zoo" in card and "## Limits" in card and "tabular-classification" in card


def test_prediction_imports_neither_tensorflow_nor_keras(small_checkpoint):
    code = (
        "import sys, numpy, arise_zoo\n"
        f"model = arise_zoo.load_model({str(small_checkpoint)!r})\n"
        "model.predict(numpy.zeros((3, 7)), 5)\n"
        "print([m for m in ('tensorflow', 'keras', 'h5py', 'sklearn', 'datasets') if m in sys.modules])"
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
    (folder / SAFETENSORS).unlink()
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
        (lambda folder: (folder / SAFETENSORS).write_bytes(b"\xff" * 64), "safetensors does not hold the weights"),
        (lambda folder: (folder / SAFETENSORS).write_bytes(save({"a": np.ones(1)})), "does not hold the weights"),
    ],
)
def test_a_hostile_checkpoint_is_refused_and_never_run(copy, change, sentence):
    change(copy)
    seal(copy)
    with pytest.raises(AriseZooError, match=sentence) as caught:
        load_model(copy)
    assert "\n" not in str(caught.value)
