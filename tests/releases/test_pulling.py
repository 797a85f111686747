"""`arise-zoo pull`, `load_dataset` and `load_model` at a pinned revision, and the peers that users have beside them."""

import json
import sys
from pathlib import Path

import pytest
import yaml
from hub_server import Fault

import arise_zoo

A, C = "v1.0.0-a", "v1.0.0-c"
STRUCTURES = "structures/train-00000-of-00001.parquet"
LOAD = """
import sys, arise_zoo
for revision in sys.argv[1:]:
    try:
        rows = arise_zoo.load_dataset("arise/prototypes", "structures", split="train", revision=revision)
        print(len(rows), rows[len(rows) - 1]["id"])
    except arise_zoo.AriseZooError as error:
        print(error)
"""
PEER = """
import sys, datasets
datasets.config.USE_PARQUET_EXPORT = False
revision = sys.argv[1]
rows = datasets.load_dataset("arise/prototypes", "structures", revision=revision, split="train")
stream = datasets.load_dataset("arise/prototypes", "structures", revision=revision, split="train", streaming=True)
print(len(rows), sum(1 for _ in stream))
"""


def test_two_revisions_are_loaded_by_their_tags_and_answer_without_a_network(hub, call, releases):
    for name, tag in (("a", A), ("c", C)):
        assert call.publish(releases[name], tag).returncode == 0
    online = call("-c", LOAD, A, C, "v7.0.0").stdout.splitlines()
    assert online[0].startswith("6 ") and online[1].startswith("7 ")
    assert "has no revision 'v7.0.0'" in online[2] and "arise-zoo build prototypes" in online[2]
    offline = call("-c", LOAD, A, C, HF_HUB_OFFLINE="1").stdout.splitlines()
    assert offline == online[:2]
    unreachable = call("-c", LOAD, C, HF_ENDPOINT="http://127.0.0.1:9").stdout.splitlines()
    assert unreachable == online[1:2]


def test_peers_load_stream_and_download_the_release(hub, call, releases, tmp_path):
    assert call.publish(releases["a"], A).returncode == 0
    assert call.publish(releases["c"], C).returncode == 0
    answers = [call("-c", PEER, tag, HF_HOME=str(tmp_path / tag)).stdout for tag in (A, C)]
    assert answers == ["6 6\n", "7 7\n"]
    program = str(Path(sys.executable).with_name("hf"))
    target = tmp_path / "by-hand"
    done = call("download", "arise/prototypes", "--repo-type", "dataset", "--revision", A, "--local-dir", str(target),
                program=program)  # fmt: skip
    assert done.returncode == 0, done.stderr
    source = releases["a"] / "arise/prototypes"
    assert all((target / p.relative_to(source)).read_bytes() == p.read_bytes() for p in source.rglob("*.*"))
    assert call.zoo("verify", target).returncode == 0


def test_a_damaged_file_in_the_cache_is_fetched_again_or_refused(hub, call, releases):
    assert call.publish(releases["a"], A).returncode == 0
    pulled = call.zoo("pull", "prototypes", "--revision", A)
    assert pulled.returncode == 0, pulled.stderr
    folder = Path(pulled.stdout.strip())
    good = (folder / STRUCTURES).read_bytes()
    for damage in (good[:-7], good[:100] + b"\0" + good[101:]):
        (folder / STRUCTURES).resolve().write_bytes(damage)
        offline = call("-c", LOAD, A, HF_HUB_OFFLINE="1")
        assert "structures" in offline.stdout and not offline.stdout.startswith("6 "), offline.stderr
        assert call("-c", LOAD, A).stdout.startswith("6 ")
        assert (folder / STRUCTURES).read_bytes() == good
    (folder / "manifest.json").resolve().write_text("{")
    assert call("-c", LOAD, A).stdout.startswith("6 ")


def test_a_file_that_was_changed_on_the_hub_is_never_loaded(hub, call, releases):
    assert call.publish(releases["a"], A).returncode == 0
    hub.tamper("dataset", "arise/prototypes", STRUCTURES)
    refused = call.zoo("pull", "prototypes", "--revision", A)
    assert refused.returncode == 2 and f"{STRUCTURES} of arise/prototypes" in refused.stderr
    assert "does not match its SHA-256" in refused.stderr and "Traceback" not in refused.stderr
    assert "does not match its SHA-256" in call("-c", LOAD, A).stdout


def test_a_release_that_is_not_the_one_this_package_knows_is_refused(hub, call, releases):
    assert call.publish(releases["a"], A).returncode == 0
    repository = hub.repositories["dataset", "arise/prototypes"]
    repository.tags["v1.0.0"] = repository.tags[A]
    refused = call.zoo("pull", "prototypes")
    assert refused.returncode == 2 and "is not the release that this package knows by that tag" in refused.stderr


def test_downloads_get_over_passing_faults(hub, call, releases):
    assert call.publish(releases["a"], A).returncode == 0
    hub.faults += [
        Fault("GET", STRUCTURES, status=503),
        Fault("HEAD", "manifest.json", status=429, retry_after=1),
        Fault("GET", "prototypes/train", status=None),
    ]
    pulled = call.zoo("pull", "arise/prototypes", "--revision", A)
    assert pulled.returncode == 0, pulled.stderr
    assert not any(fault.times for fault in hub.faults)


def test_a_body_that_never_ends_is_not_read_for_ever(hub, call, releases):
    assert call.publish(releases["a"], A).returncode == 0
    hub.faults.append(Fault("GET", STRUCTURES, body="endless", times=9))
    refused = call.zoo("pull", "arise/prototypes", "--revision", A)
    assert refused.returncode == 2 and f"the Hub sends more of {STRUCTURES}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_body_that_drips_is_not_waited_for(hub, call, releases):
    assert call.publish(releases["a"], A).returncode == 0
    hub.faults.append(Fault("GET", STRUCTURES, body="dripping", times=9))
    found = call("-c", DRIPPING, A)
    assert found.returncode == 0, found.stderr
    assert f"the Hub has not sent {STRUCTURES} of arise/prototypes within" in found.stdout


DRIPPING = """
import sys
from arise_zoo.hub import bounds
bounds.LEAST_WAIT, bounds.SLOWEST = 3.0, 10**9
from arise_zoo.errors import AriseZooError
from arise_zoo.releases.pulling import pull
try:
    pull("arise/prototypes", sys.argv[1])
except AriseZooError as error:
    print(error)
"""


def test_what_does_not_exist_is_said_in_a_sentence(call):
    for arguments, message in (
        (("pull", "prototyps"), "did you mean 'prototypes'"),
        (("pull", "nobody/nothing", "--revision", "v1.0.0"), "does not exist, or is private"),
        (("pull", "a b/c", "--revision", "v1.0.0"), "is not the name of a repository"),
    ):
        refused = call.zoo(*arguments)
        assert refused.returncode == 2 and message in refused.stderr and "Traceback" not in refused.stderr


CHECKPOINT = Path(arise_zoo.__file__).parent / "models/checkpoints/arise-mlp/checkpoint.json"
MODEL_TAG = f"v{json.loads(CHECKPOINT.read_text())['package_version']}"
MODEL = """
import sys, numpy as np, arise_zoo
model = arise_zoo.load_model("arise/arise-mlp", revision=sys.argv[1])
assert "hf" in model.folder.parts, model.folder
X = np.load(sys.argv[2])
assert np.array_equal(model.predict_proba(X, 5), arise_zoo.load_model("arise-mlp").predict_proba(X, 5))
print("same")
"""
KERAS = """
import sys, keras, numpy as np
from huggingface_hub import snapshot_download
X = np.load(sys.argv[1])
newest = keras.saving.load_model("hf://arise/arise-mlp")
pinned = keras.saving.load_model(snapshot_download("arise/arise-mlp", revision=sys.argv[2]))
np.save(sys.argv[3], [newest.predict(X, verbose=0), pinned.predict(X, verbose=0)])
"""


def test_a_model_is_published_with_its_results_and_loaded_here_and_by_keras(hub, call, tmp_path):
    import numpy as np
    from huggingface_hub import ModelCard, parse_eval_result_entries

    model = arise_zoo.load_model("arise-mlp")
    X = np.array(json.loads((model.folder / "reference.json").read_text())["descriptors"], np.float32)
    np.save(tmp_path / "X.npy", X)
    record = _record(model)
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / "arise-mlp.json").write_text(json.dumps(record))
    (tmp_path / "records" / "old.json").write_text(json.dumps({**record, "engine": "weights 000000000000, 9 passes"}))
    published = call.zoo("publish", "arise-mlp", "--repo", "arise/arise-mlp", "--tag", MODEL_TAG, "--records",
                         tmp_path / "records")  # fmt: skip
    assert published.returncode == 0, published.stderr
    assert published.stdout == f'arise_zoo.load_model("arise/arise-mlp", revision="{MODEL_TAG}")\n'

    assert call("-c", MODEL, MODEL_TAG, str(tmp_path / "X.npy")).stdout == "same\n"
    folder = Path(call.zoo("pull", "arise/arise-mlp", "--revision", MODEL_TAG, HF_HUB_OFFLINE="1").stdout.strip())
    card = ModelCard.load(folder / "README.md").data
    assert [(r.dataset_config, r.metric_value) for r in card.eval_results] == [("missing-0.05", 98.7654)]
    assert card.library_name == "keras" and card.model_name == "arise-mlp"
    (entry,) = parse_eval_result_entries(yaml.safe_load((folder / ".eval_results" / "arise-bench.yaml").read_text()))
    assert (entry.dataset_id, entry.task_id, entry.value) == ("arise/defects", "missing-0.05", 98.7654)

    by_keras = call("-c", KERAS, str(tmp_path / "X.npy"), MODEL_TAG, str(tmp_path / "Y.npy"))
    assert by_keras.returncode == 0, by_keras.stderr[-2000:]
    newest, pinned = np.load(tmp_path / "Y.npy")
    assert np.abs(newest - model.predict_proba(X, 0)).max() < 1e-5 and np.array_equal(newest, pinned)


def _record(model):
    from arise_zoo.common.storage import sha256

    cell = {"table": "S2", "condition": "missing-0.05", "scored_on": "supported", "accuracy": 98.7654,
            "ci95": [98.5, 99.0], "n": 5880}  # fmt: skip
    engine = f"weights {sha256(model.folder / 'model.weights.h5')[:12]}, 1000 passes"
    made = {"data_version": "1.0.0", "protocol_version": "1.0", "finished": "2026-01-02T03:04:05+00:00"}
    return {"method": "arise-mlp", "engine": engine, "cells": [cell], **made}


def test_a_model_for_other_versions_of_the_code_is_refused(tmp_path):
    import shutil

    from arise_zoo.common.storage import sha256
    from arise_zoo.models import CheckpointError

    copy = tmp_path / "model"
    shutil.copytree(arise_zoo.load_model("arise-mlp").folder, copy)
    path, manifest = copy / "checkpoint.json", copy / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "requires": ">=7,<8"}))
    content = json.loads(manifest.read_text())
    for file in content["files"]:
        file["sha256"] = sha256(copy / file["path"])
    manifest.write_text(json.dumps(content))
    with pytest.raises(CheckpointError, match="is for arise-zoo >=7,<8"):
        arise_zoo.load_model(copy)
