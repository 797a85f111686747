"""The code keeps to the project's style, and the tests are run by the README's own command."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff_finds_nothing(command):
    ran = subprocess.run([sys.executable, "-m", "ruff", *command, str(ROOT)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_continuous_integration_runs_the_readmes_command():
    (command,) = [line for line in (ROOT / "README.md").read_text().splitlines() if "/pytest" in line]
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == command
