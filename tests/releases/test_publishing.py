"""`arise-zoo publish` against a server that speaks the Hub's protocol, with the real client."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from hub_server import READER, Fault

NAME = ("dataset", "arise/prototypes")
A, B, C = "v1.0.0-a", "v1.0.0-b", "v1.0.0-c"


def test_releases_are_made_again_without_effect_and_share_their_unchanged_files(hub, call, releases):
    first = call.publish(releases["a"], A)
    assert first.returncode == 0, first.stderr
    assert first.stdout == f'arise_zoo.load_dataset("arise/prototypes", revision="{A}")\n'
    repository = hub.repositories[NAME]
    commit = repository.tags[A]
    assert set(repository.commits[commit]) == {
        ".gitattributes", "README.md", "eval.yaml", "manifest.json", "prototypes/train-00000-of-00001.parquet",
        "structures/train-00000-of-00001.parquet",
    }  # fmt: skip
    uploads, commits = hub.uploads(), len(repository.commits)
    assert uploads == 2

    again = call.publish(releases["a"], A)
    assert again.stdout == first.stdout and (hub.uploads(), len(repository.commits)) == (uploads, commits)

    second = json.loads(call.publish(releases["b"], B, "--json").stdout)
    assert sorted(second["uploaded"]) == [
        "README.md", "channels/train-00000-of-00001.parquet", "manifest.json",
        "pristine/train-00000-of-00001.parquet",
        "pristine/validation-00000-of-00001.parquet",
    ]  # fmt: skip
    assert hub.uploads() == uploads + 3 and repository.tags == {A: commit, B: second["commit"]}

    other = call.publish(releases["c"], A)
    assert other.returncode == 2 and "already has a tag v1.0.0-a with other content" in other.stderr
    assert repository.tags[A] == commit


def test_a_trial_run_changes_nothing_and_a_pull_request_sets_no_tag(hub, call, releases):
    trial = call.publish(releases["a"], A, "--dry-run")
    assert trial.returncode == 0 and "upload manifest.json" in trial.stdout.splitlines()
    assert hub.repositories == {}

    anonymous = call.publish(releases["a"], A, "--dry-run", HF_TOKEN="", HF_TOKEN_PATH="missing/token")
    assert anonymous.returncode == 0, anonymous.stderr
    assert anonymous.stdout == trial.stdout and "there is no token" in anonymous.stderr

    proposed = call.publish(releases["a"], A, "--pull-request", "--private")
    assert proposed.returncode == 0, proposed.stderr
    repository = hub.repositories[NAME]
    assert proposed.stdout.endswith("/discussions/1\n")
    assert repository.private and repository.tags == {} and list(repository.branches) == ["main", "refs/pr/1"]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "/commit/", status=500, times=2),
        Fault("POST", "/preupload/", status=429, retry_after=1),
        Fault("PUT", "/lfs/", status=None),
        Fault("GET", "/tree/", status=None),
    ],
    ids=["server error", "too many requests", "lost upload", "lost answer"],
)
def test_passing_faults_of_the_server_are_got_over(hub, call, releases, fault):
    hub.faults.append(fault)
    done = call.publish(releases["a"], A)
    assert done.returncode == 0, done.stderr
    assert fault.times == 0 and list(hub.repositories[NAME].tags) == [A]


def test_lasting_faults_end_in_a_sentence_within_bounds(hub, call, releases):
    hub.faults.append(Fault("POST", "/commit/", status=429, times=99, retry_after=3600))
    started = time.monotonic()
    refused = call.publish(releases["a"], A)
    assert refused.returncode == 2 and "too many requests" in refused.stderr
    assert time.monotonic() - started < 60
    assert hub.repositories[NAME].tags == {}


def test_an_upload_that_was_killed_is_taken_up_where_it_was(hub, call, releases):
    hub.faults.append(Fault("POST", "/commit/", status=503, times=99, retry_after=30))
    arguments = ("-m", "arise_zoo.cli.zoo", "publish", "prototypes", "--repo", "arise/prototypes", "--tag", A)
    process = subprocess.Popen(
        [sys.executable, *arguments, "--data", str(releases["a"])],
        env={**os.environ, **call.environment},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not any("/commit/" in path for _, path in list(hub.requests)):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert hub.uploads() == 2 and hub.repositories[NAME].tags == {}
    hub.faults.clear()
    assert call.publish(releases["a"], A).returncode == 0
    assert hub.uploads() == 2, "what had arrived is not sent again"


def test_what_is_read_back_wrong_gets_no_tag(hub, call, releases):
    hub.spoil = "structures/train-00000-of-00001.parquet"
    refused = call.publish(releases["a"], A)
    assert refused.returncode == 2 and "structures/train-00000-of-00001.parquet on the Hub is not" in refused.stderr
    assert hub.repositories[NAME].tags == {}
    hub.spoil = None
    assert call.publish(releases["a"], A).returncode == 0
    assert list(hub.repositories[NAME].tags) == [A]


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"HF_TOKEN": "", "HF_TOKEN_PATH": "missing/token"}, "there is no token"),
        ({"HF_TOKEN": "", "HF_TOKEN_PATH": "/"}, "your token for the Hub cannot be read"),
        ({"HF_TOKEN": "hf_unknown"}, "does not know your token"),
        ({"HF_TOKEN": READER}, "no right to write"),
        ({"HF_ENDPOINT": "http://127.0.0.1:9"}, "the Hub cannot be reached"),
    ],
    ids=["none", "a folder", "unknown", "reader", "no net"],
)
def test_who_may_not_or_cannot_gets_one_sentence(call, releases, environment, message):
    refused = call.publish(releases["a"], A, **environment)
    assert refused.returncode == 2 and message in refused.stderr and "Traceback" not in refused.stderr


def test_what_must_not_be_published_is_refused_before_anything_is_sent(hub, call, releases, tmp_path):
    partial = call.publish(releases["a"], "v1.0.0")
    assert partial.returncode == 2 and "part of the data set only" in partial.stderr
    version = call.publish(releases["a"], "v2.0.0")
    assert version.returncode == 2 and "does not fit prototypes 1.0.0" in version.stderr
    damaged = tmp_path / "damaged"
    shutil.copytree(releases["a"], damaged)
    path = damaged / "arise/prototypes/structures/train-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    broken = call.publish(damaged, A)
    assert broken.returncode == 2 and "has" in broken.stderr and "bytes instead of" in broken.stderr
    assert not any(method != "GET" for method, _ in hub.requests)


def test_a_repository_of_another_type_is_refused(hub, call, releases):
    created = "from huggingface_hub import create_repo; create_repo('arise/prototypes', repo_type='model')"
    assert call("-c", created).returncode == 0
    refused = call.publish(releases["a"], A)
    assert refused.returncode == 2 and "is a model repository" in refused.stderr
    assert list(hub.repositories) == [("model", "arise/prototypes")]
