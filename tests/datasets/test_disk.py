"""Disks that are full and folders that cannot be written: one sentence, exit code 2, no half file."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from arise_zoo.cli.zoo import main
from arise_zoo.common import storage
from arise_zoo.datasets import get_config
from arise_zoo.datasets.shards import make_shard, shards_of
from arise_zoo.simulation import protocol

SOURCE = Path(__file__).parents[2]
BUILD = [sys.executable, "-m", "arise_zoo.cli.zoo", "build", "prototypes", "--only", "structures", "--jobs", "1"]


def namespaced(script: str) -> subprocess.CompletedProcess:
    """Run a shell script that may mount file systems of its own."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("no user namespaces here, so that no file system can be mounted")
    script = f"cd {SOURCE}\n{script}"
    return subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, timeout=120)


def one_sentence(result: subprocess.CompletedProcess) -> str:
    assert result.returncode == 2, (result.stdout, result.stderr)
    *progress, sentence = result.stderr.splitlines()
    assert all(line.endswith("s left") for line in progress) and sentence.endswith("."), result.stderr
    return sentence


@pytest.mark.parametrize("room", [0.3, 1.02], ids=["for half a shard", "for the shard but not for the file"])
def test_a_full_disk_ends_with_a_sentence_and_no_half_file(tmp_path, room):
    (shard,) = shards_of(get_config("prototypes", "structures"))
    size = int(room * len(make_shard("prototypes", "structures", shard.ids)))
    result = namespaced(
        f"mount -t tmpfs -o size={size} none {tmp_path} && {' '.join(BUILD)} --out {tmp_path}\n"
        f"code=$?; find {tmp_path} -type f; exit $code"
    )
    assert "No space left on device" in one_sentence(result)
    left = result.stdout.split()
    assert not [path for path in left if path.endswith((".parquet", ".part", "manifest.json", "README.md"))], left


def test_a_file_size_limit_ends_with_a_sentence_and_no_half_file(tmp_path):
    limited = f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); \
sys.argv = {['arise-zoo', *BUILD[3:], '--out', str(tmp_path)]!r}; \
runpy.run_module('arise_zoo.cli.zoo', run_name='__main__')"
    result = subprocess.run([sys.executable, "-c", limited], cwd=SOURCE, capture_output=True, text=True, timeout=120)
    assert "File too large" in one_sentence(result)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_read_only_folder_ends_with_a_sentence(tmp_path):
    result = namespaced(f"mount -t tmpfs -o ro none {tmp_path} && {' '.join(BUILD)} --out {tmp_path}")
    assert "Read-only file system" in one_sentence(result)


def test_a_folder_that_cannot_be_written_is_noticed_before_anything_is_made(tmp_path):
    (tmp_path / "arise" / "prototypes").mkdir(parents=True)  # the work folder beside it can be written
    result = namespaced(
        f"mount -t tmpfs -o ro none {tmp_path}/arise/prototypes && {' '.join(BUILD)} --out {tmp_path}\n"
        f"code=$?; find {tmp_path} -name '*.arrow'; exit $code"
    )
    assert "Read-only file system" in one_sentence(result)
    assert result.stdout == "" and "s left" not in result.stderr


def test_simulations_do_not_begin_where_their_frames_have_no_room(tmp_path, monkeypatch, capsys):
    def simulated(*_):
        raise AssertionError("nothing is simulated")

    monkeypatch.setattr(protocol, "solid_frames", simulated)
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _: SimpleNamespace(free=40_000_000))
    assert main(["build", "dynamics", "--only", "solids", "--jobs", "1", "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and "40 MB are free and 41 MB needed" in message
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_in_the_place_of_the_folder_ends_with_a_sentence(tmp_path, capsys):
    (tmp_path / "arise").write_text("")
    assert main([*BUILD[3:], "--out", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1 and str(tmp_path / "arise") in message
