"""Building: same bytes however it is done, resumed where it stopped, never mixed with another version."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from small_builds import CONDITION, LIMIT, OTHER

from arise_zoo.common.storage import locked, sha256
from arise_zoo.datasets import build, get_config, verify
from arise_zoo.datasets.builder import WORK_FOLDER, BuildError
from arise_zoo.datasets.manifest import Manifest
from arise_zoo.datasets.shards import ShardStore, make_shard, shards_of
from arise_zoo.errors import AriseZooError

GEOMETRY = ("numbers", "positions", "cell", "pbc")


def parquet(out: Path, condition: str) -> Path:
    return out / "arise/defects" / condition / "test-00000-of-00001.parquet"


def same_rows(first: Path, second: Path) -> None:
    """Geometry to the last bit, descriptors to 1e-6."""
    one, two = pq.read_table(first), pq.read_table(second)
    assert one.drop_columns("descriptor").equals(two.drop_columns("descriptor"))
    vectors = [np.array(table["descriptor"].to_pylist()) for table in (one, two)]
    assert np.abs(vectors[0] - vectors[1]).max() < 1e-6


def test_two_workers_and_one_write_the_same_rows(small_builds, tmp_path):
    build("defects", tmp_path, only=[CONDITION], limit=LIMIT, n_jobs=2)
    same_rows(parquet(tmp_path, CONDITION), parquet(small_builds, CONDITION))


def test_a_condition_built_alone_is_the_condition_built_with_others(small_builds, tmp_path):
    build("defects", tmp_path, only=[OTHER], limit=LIMIT)
    same_rows(parquet(tmp_path, OTHER), parquet(small_builds, OTHER))


def test_conditions_can_be_added_to_a_folder_one_by_one(small_builds, tmp_path):
    for condition in (OTHER, CONDITION):
        build("defects", tmp_path, only=[condition], limit=4)
    folder = tmp_path / "arise/defects"
    assert Manifest.read(folder).configs == [CONDITION, OTHER]
    assert not (tmp_path / "arise" / WORK_FOLDER).exists()


def test_two_builds_may_write_different_conditions_into_one_folder_at_once(small_builds, tmp_path):
    def one(condition):
        return build("defects", tmp_path, only=[condition], limit=4)

    conditions = [OTHER, CONDITION, "missing-0.3"]
    with ThreadPoolExecutor(len(conditions)) as pool:
        (folder,) = set(pool.map(one, conditions))
    report = verify(folder, sample=1)
    assert report.ok and report.configs == [CONDITION, "missing-0.3", OTHER]


def test_a_second_build_of_the_same_configuration_says_so(tmp_path):
    lock = tmp_path / "arise" / WORK_FOLDER / "defects" / f"{CONDITION}.lock"
    with (
        locked(lock, taken="", remedy=""),
        pytest.raises(AriseZooError, match=f"another build is making {CONDITION} in"),
    ):
        build("defects", tmp_path, only=[CONDITION], limit=1)
    assert verify(build("defects", tmp_path, only=[CONDITION], limit=1), sample=0).ok
    assert not list((tmp_path / "arise").rglob("*.lock"))


def test_what_a_killed_build_left_half_written_is_removed(tmp_path):
    folder = tmp_path / "arise/defects"
    folder.mkdir(parents=True)
    (folder / ".README.md.1.part").write_text("half")
    build("defects", tmp_path, only=[CONDITION], limit=1)
    assert verify(folder, sample=0).ok


def test_the_manifest_says_what_is_there(small_builds):
    folder = small_builds / "arise/defects"
    content = json.loads((folder / "manifest.json").read_text())
    assert (content["dataset"], content["data_version"], content["limit"]) == ("defects", "1.0.0", LIMIT)
    by_path = {file["path"]: file for file in content["files"]}
    assert set(by_path) == {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {
        "manifest.json"
    }
    for path, file in by_path.items():
        assert (file["sha256"], file["size"]) == (sha256(folder / path), (folder / path).stat().st_size)
    assert by_path[f"{CONDITION}/test-00000-of-00001.parquet"]["rows"] == LIMIT


def test_parquet_files_have_page_indexes(small_builds):
    column = pq.ParquetFile(parquet(small_builds, CONDITION)).metadata.row_group(0).column(0)
    assert column.has_offset_index and column.has_column_index


def test_what_is_built_is_kept_and_what_was_damaged_is_built_again(tmp_path):
    folder = build("defects", tmp_path, only=[CONDITION, OTHER], limit=4)
    kept, damaged = parquet(tmp_path, CONDITION), parquet(tmp_path, OTHER)
    before, good = kept.stat().st_mtime_ns, damaged.read_bytes()
    damaged.write_bytes(good[:-100])
    build("defects", tmp_path, only=[CONDITION, OTHER], limit=4)
    assert kept.stat().st_mtime_ns == before
    assert damaged.read_bytes() == good
    assert not any(file.fault(folder) for file in Manifest.read(folder).files)


def test_a_card_that_was_lost_is_written_again(tmp_path):
    folder = build("defects", tmp_path, only=[CONDITION], limit=1)
    (folder / "README.md").unlink()
    build("defects", tmp_path, only=[CONDITION], limit=1)
    assert verify(folder, sample=0).ok


def test_a_killed_build_goes_on_at_the_next_shard(tmp_path, small_builds):
    limit = "130"  # three shards
    command = [sys.executable, "-m", "arise_zoo.cli.zoo", "build", "defects", "--out", str(tmp_path), "--jobs", "1"]
    command += ["--only", CONDITION, "--limit", limit]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    first = tmp_path / "arise" / WORK_FOLDER / "defects" / CONDITION / "bcc_w.json"
    deadline = time.monotonic() + 120
    while not first.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert first.exists()
    assert not parquet(tmp_path, CONDITION).exists()
    made = first.stat().st_mtime_ns
    folder = tmp_path / "arise/defects"
    seen = []
    store_write = ShardStore.write

    def write(self, shard, data):
        seen.append(shard.name)
        assert first.stat().st_mtime_ns == made
        store_write(self, shard, data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ShardStore, "write", write)
        build("defects", tmp_path, only=[CONDITION], limit=int(limit))
    assert seen and "bcc_w" not in seen
    assert Manifest.read(folder).of(CONDITION)[0].rows == int(limit)
    found = pq.read_table(parquet(tmp_path, CONDITION))[:LIMIT]
    assert found["positions"].equals(pq.read_table(parquet(small_builds, CONDITION))["positions"])


def test_a_shard_that_was_tampered_with_is_found_and_built_again(tmp_path, capsys, small_builds):
    config = get_config("defects", CONDITION)
    shard, *_ = shards_of(config, LIMIT)
    store = ShardStore(tmp_path / "arise" / WORK_FOLDER / "defects" / CONDITION)
    data = bytearray(make_shard("defects", CONDITION, shard.ids))
    store.write(shard, bytes(data))
    assert store.holds(shard) and not store.was_changed(shard)
    data[len(data) // 2] ^= 1
    (store.folder / "bcc_w.arrow").write_bytes(data)
    assert not store.holds(shard) and store.was_changed(shard)
    build("defects", tmp_path, only=[CONDITION], limit=LIMIT)
    assert "bcc_w.arrow is not what its hash says" in capsys.readouterr().err
    same_rows(parquet(tmp_path, CONDITION), parquet(small_builds, CONDITION))


def test_a_shard_of_another_extent_version_or_seed_is_not_taken(tmp_path, monkeypatch):
    config = get_config("defects", CONDITION)
    store = ShardStore(tmp_path)
    (small,), (large,) = shards_of(config, 2), shards_of(config, 3)
    store.write(small, b"content")
    assert store.holds(small) and not store.holds(large)
    with monkeypatch.context() as patch:
        patch.setattr("arise_zoo.datasets.shards.BASE_SEED", -1)
        assert not store.holds(small)
    monkeypatch.setattr("arise_zoo.datasets.shards.DATA_VERSION", "1.0.1")
    assert not store.holds(small)


@pytest.mark.parametrize("limit", [3, None], ids=["another limit", "no limit"])
def test_a_folder_of_another_extent_is_not_built_into(small_builds, limit):
    with pytest.raises(BuildError, match=f"the first {LIMIT} structures"):
        build("defects", small_builds, only=["missing-0.3"], limit=limit)


def test_a_folder_of_another_version_is_not_built_into(tmp_path, monkeypatch):
    build("prototypes", tmp_path, only=["structures"], limit=2)
    monkeypatch.setattr("arise_zoo.datasets.builder.DATA_VERSION", "2.0.0")
    with pytest.raises(BuildError, match=r"data version 1\.0\.0"):
        build("prototypes", tmp_path, only=["structures"], limit=2)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(tmp_path, limit):
    with pytest.raises(AriseZooError, match="at least 1"):
        build("defects", tmp_path, limit=limit)
