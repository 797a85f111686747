"""A Hub of its own for each test, builds that several tests publish, and processes that talk to that Hub only."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import WRITER, running

from arise_zoo.datasets import build


@pytest.fixture
def hub():
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def releases(tmp_path_factory) -> dict[str, Path]:
    """Three small builds: "a", two configurations; "b", all three, two files as in "a"; "c", one more structure."""
    folders = {name: tmp_path_factory.mktemp(name) for name in "abc"}
    build("prototypes", folders["a"], only=["structures", "prototypes"], limit=6)
    build("prototypes", folders["b"], limit=6)
    build("prototypes", folders["c"], only=["structures", "prototypes"], limit=7)
    return folders


@pytest.fixture
def call(hub, tmp_path):
    """Runs a program with an empty cache and that Hub; `call("-m", ...)` is Python, `call.zoo(...)` the command."""
    return _Caller(hub.address, tmp_path)


class _Caller:
    def __init__(self, address: str, folder: Path):
        self.folder = folder
        self.environment = {
            "HF_ENDPOINT": address,
            "HF_TOKEN": WRITER,
            "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_UPDATE_DOWNLOAD_COUNTS": "0",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HOME": str(folder / "hf"),
            "HF_DATASETS_CACHE": str(folder / "hf-datasets"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def __call__(self, *arguments: str, program: str = sys.executable, **environment: str):
        return subprocess.run(
            [program, *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def zoo(self, *arguments: str, **environment: str):
        return self("-m", "arise_zoo.cli.zoo", *map(str, arguments), **environment)

    def publish(self, folder: Path, tag: str, *arguments: str, **environment: str):
        return self.zoo("publish", "prototypes", "--repo", "arise/prototypes", "--tag", tag, "--data", folder,
                        *arguments, **environment)  # fmt: skip

    @property
    def snapshots(self) -> Path:
        """Where the client keeps what it downloaded."""
        return self.folder / "hf" / "hub"
