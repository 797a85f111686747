"""The page as users start it, with small limits, in a process whose temporary files are watched."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

LIMITS = ("--most-megabytes", "0.5", "--most-atoms", "300", "--most-frames", "3")


@pytest.fixture(scope="session")
def running(tmp_path_factory, local_checkpoint):
    temporary = tmp_path_factory.mktemp("temporary")
    command = [sys.executable, "-m", "arise_zoo.cli.zoo", "app", "--port", "0", "--atoms-model", str(local_checkpoint)]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen([*command, *LIMITS], env=environment, stdout=subprocess.PIPE, text=True)
    yield SimpleNamespace(address=process.stdout.readline().strip(), temporary=temporary)
    process.terminate()
    assert process.wait(30) == 0


@pytest.fixture
def page(running):
    """The page; afterwards nothing of a file must be left."""
    assert running.address.startswith("http://127.0.0.1:")
    yield running.address
    assert [path.name for path in running.temporary.rglob("*")] == []
