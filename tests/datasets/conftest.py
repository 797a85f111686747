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
def small_defects(tmp_path_factory) -> Path:
    """Output folder with a partial build of two conditions of arise/defects."""
    out = tmp_path_factory.mktemp("defects")
    build("defects", out, only=[CONDITION, OTHER], limit=LIMIT)
    return out


@pytest.fixture(scope="session")
def small_prototypes(tmp_path_factory) -> Path:
    """Output folder with a partial build of arise/prototypes: the first 8 structures, of two classes."""
    out = tmp_path_factory.mktemp("prototypes")
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
