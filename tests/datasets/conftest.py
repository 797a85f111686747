"""Small builds that several tests look at; they must leave them as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_builds import CONDITION, LIMIT, OTHER

from arise_zoo.datasets import build


@pytest.fixture(scope="session")
def small_builds(tmp_path_factory) -> Path:
    """Output folder with partial builds: two conditions of arise/defects, 8 structures of arise/prototypes."""
    out = tmp_path_factory.mktemp("small")
    build("defects", out, only=[CONDITION, OTHER], limit=LIMIT)
    build("prototypes", out, limit=8)
    return out


@pytest.fixture
def run_python(tmp_path):
    """Runs Python in a process of its own with a fresh cache and no network, and returns the finished process."""

    def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess:
        fresh = {
            "HF_HOME": str(tmp_path / "hf"),
            "HF_DATASETS_CACHE": str(tmp_path / "hf-datasets"),
            "HF_HUB_OFFLINE": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_XET": "1",
        }
        source = str(Path(__file__).parents[2])
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=cwd or tmp_path,
            env={**os.environ, "PYTHONPATH": source, **fresh, **environment},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run
