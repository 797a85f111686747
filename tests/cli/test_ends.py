"""How commands end: by a signal, by a kill, by a closed pipe, in poor surroundings."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

BENCH = [sys.executable, "-m", "arise_zoo.cli.bench"]
LONG = ["--method", "ptm", "--table", "S2", "--jobs", "2"]


def children(process):
    return psutil.Process(process.pid).children(recursive=True)


@pytest.fixture
def running(tmp_path):
    """A benchmark with two workers at work."""
    process = subprocess.Popen([*BENCH, *LONG], cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    begin = time.monotonic()
    while len(children(process)) < 2 or not list(tmp_path.rglob("run.json")):
        assert time.monotonic() - begin < 60 and process.poll() is None
        time.sleep(0.1)
    time.sleep(2)
    yield process
    process.kill()
    process.communicate()


def gone(processes, seconds=15):
    """Whether processes end of their own accord."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    for process in alive:
        process.kill()
    return not alive


def test_workers_end_with_a_parent_that_is_killed(running):
    workers = children(running)
    running.kill()
    assert gone(workers)


@pytest.mark.parametrize(
    ("sent", "code", "line"), [(signal.SIGINT, 130, "interrupted; "), (signal.SIGTERM, 143, "terminated; ")]
)
def test_a_signal_leaves_one_line_its_code_and_no_process(running, sent, code, line):
    workers = children(running)
    running.send_signal(sent)
    _, said = running.communicate(timeout=30)
    assert running.returncode == code
    lines = [text for text in said.splitlines() if "s left" not in text]
    assert len(lines) == 1 and lines[0].startswith(line), said
    assert gone(workers)


PLUGIN = """
import os, time
class Method:
    name, level, truth, finite, recognises = "mortal", "structure", "class", True, ("fcc_cu", "bcc_w")
    def predict(self, atoms):
        {body}
        return "fcc_cu"
"""
RUN = """
import sys
from arise_zoo.cli.common import run
import argparse
from arise_zoo import evaluate
from mortal import Method
parser = argparse.ArgumentParser()
def work(args):
    print(evaluate(Method(), "2", only=["missing-0.01"], iterations=2, n_jobs=int(sys.argv[1]))["cells"][0]["n"])
    return 0
parser.set_defaults(function=work)
sys.exit(run("test", parser, []))
"""


@pytest.mark.parametrize(
    ("body", "jobs", "code", "sentence"),
    [
        ("os._exit(0)", 2, 2, "a worker process ended before its work was done"),
        ("os.kill(os.getpid(), 11)", 2, 2, "a worker process ended before its work was done"),
        ("raise SystemExit(0)", 1, 2, "ended the program on"),
        ("raise SystemExit(0)", 2, 2, "ended the program on"),
        ("os.chdir('/')", 1, 0, ""),
        ("print('noise')", 1, 0, ""),
        ("print('noise')", 2, 0, ""),
    ],
)
def test_what_a_plug_in_does_to_its_process_is_survived(body, jobs, code, sentence, tmp_path):
    (tmp_path / "mortal.py").write_text(PLUGIN.format(body=body))
    (tmp_path / "go.py").write_text(RUN)
    ran = subprocess.run(
        [sys.executable, "go.py", str(jobs)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == code, ran.stderr
    assert sentence in ran.stderr and "Traceback" not in ran.stderr
    assert ran.stdout == ("24\n" if code == 0 else "")


def test_a_method_travels_to_each_worker_once(tmp_path):
    (tmp_path / "mortal.py").write_text(
        PLUGIN.format(body="pass")
        + "    def __getstate__(self):\n"
        + "        open('pickled', 'a').write('x')\n        return {'weight': bytes(10**7)}\n"
        + "    def __setstate__(self, state):\n        open('unpickled', 'a').write('x')\n"
    )
    (tmp_path / "go.py").write_text(RUN)
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[2])])
    ran = subprocess.run(
        [sys.executable, "go.py", "2"], cwd=tmp_path, env={**os.environ, "PYTHONPATH": path}, timeout=120
    )
    assert ran.returncode == 0
    assert (tmp_path / "pickled").read_text() == "x" and len((tmp_path / "unpickled").read_text()) <= 2


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "LANG": "C"},
        {"HOME": None},
        {"HOME": "/dev/null/home"},
        {"TMPDIR": "/dev/null/tmp"},
        {"PYTHONUTF8": "0"},
    ],
)
def test_poor_surroundings_do_not_matter(environment, tmp_path):
    kept = {key: value for key, value in os.environ.items() if key not in environment}
    given = {key: value for key, value in environment.items() if value is not None}
    command = [*BENCH, "--method", "cna", "--only", "pristine", "--jobs", "1", "--json"]
    ran = subprocess.run(command, cwd=tmp_path, env={**kept, **given}, capture_output=True, timeout=120)
    assert ran.returncode == 0 and b'"method": "cna"' in ran.stdout


def test_a_pipe_that_is_closed_early_is_no_error(tmp_path):
    ran = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{' '.join(BENCH)} --list | head -1"], capture_output=True, text=True
    )
    assert ran.returncode == 0 and ran.stdout.startswith("ptm ") and ran.stderr == ""


def test_json_is_written_to_devices_and_pipes_as_they_are(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", "pipe"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    subprocess.run([*BENCH, "--list", "--json", "pipe"], cwd=tmp_path, check=True, capture_output=True)
    assert '"name": "ptm"' in reader.communicate(timeout=20)[0]
    assert (tmp_path / "pipe").is_fifo()
