"""What several test modules need: an installed outside package, and the commands as a user types them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent


@pytest.fixture(scope="session")
def outside_package(tmp_path_factory):
    """Folder into which the example of an outside package is installed."""
    target = tmp_path_factory.mktemp("outside")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(target), str(TESTS / "outside_package")], check=True)
    return target


@pytest.fixture
def arise_bench(tmp_path):
    """Run `arise-bench` in a process of its own, in an empty folder; `paths` are put on the module path."""

    def run(*arguments, paths=(), cwd=tmp_path, **environment):
        path = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, "-m", "arise_zoo.cli.bench", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": path, **environment},
            capture_output=True,
            text=True,
            timeout=600,
        )

    return run


@pytest.fixture
def use_outside_package(outside_package, monkeypatch):
    """The example of an outside package, seen by this process."""
    monkeypatch.syspath_prepend(str(outside_package))
