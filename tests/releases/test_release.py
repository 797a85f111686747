"""The releases that this package knows by their hashes, and a full-size one made and pulled."""

import os
from pathlib import Path

import pytest

from arise_zoo._version import DATA_VERSION
from arise_zoo.datasets.catalogue import DATASETS
from arise_zoo.datasets.manifest import released_manifest
from arise_zoo.hub.client import NAMESPACE
from arise_zoo.releases.release import carried_files

ROWS = {"prototypes": 39_204 + 396 + 108 + 1_188, "defects": 141_120, "dynamics": 6_580 + 3_700 + 60 + 47}


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_package_carries_the_hashes_of_every_file_of_its_data_version(dataset):
    manifest = released_manifest(f"{NAMESPACE}/{dataset}", f"v{DATA_VERSION}")
    assert (manifest["data_version"], manifest["limit"]) == (DATA_VERSION, None)
    data = [file for file in manifest["files"] if file.get("config")]
    assert {file["config"] for file in data} == {config.name for config in DATASETS[dataset]}
    assert sum(file["rows"] for file in data) == ROWS[dataset]
    assert all(len(file["sha256"]) == 64 for file in manifest["files"])


def test_other_revisions_and_other_owners_are_not_held_against_them():
    assert carried_files("arise/prototypes", "dataset", "v0.0.1") is None
    assert carried_files("somebody/prototypes", "dataset", f"v{DATA_VERSION}") is None
    assert carried_files("arise/no-such-model", "model", "v0.1.0") is None


@pytest.mark.slow
@pytest.mark.parametrize("dataset", DATASETS)
def test_the_whole_data_set_is_published_and_pulled_under_its_tag(hub, call, dataset):
    folder = os.environ.get("ARISE_ZOO_DATA")
    if not folder or not (Path(folder) / NAMESPACE / dataset).is_dir():
        pytest.skip("needs the full build; name its folder in ARISE_ZOO_DATA")
    done = call.zoo("publish", dataset, "--repo", f"arise/{dataset}", "--tag", f"v{DATA_VERSION}", "--data", folder)
    assert done.returncode == 0, done.stderr
    pulled = call.zoo("pull", dataset)
    assert pulled.returncode == 0, pulled.stderr
    verified = call.zoo("verify", pulled.stdout.strip(), "--sample", "2")
    assert verified.returncode == 0 and "all configurations" in verified.stdout
