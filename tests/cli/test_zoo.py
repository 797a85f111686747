"""The command `arise-zoo` as a user meets it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from arise_zoo.cli.zoo import main

ROOT = Path(__file__).parents[2]


def test_help_takes_less_than_a_second_and_loads_no_heavy_library():
    code = "from arise_zoo.cli.zoo import main\ntry: main(['build', '--help'])\nexcept SystemExit: pass\n"
    code += "import sys; print([m for m in ('datasets', 'pyarrow', 'numba', 'tensorflow') if m in sys.modules])"

    def run():
        started = time.perf_counter()
        result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert result.stdout.splitlines()[-1] == "[]"
        return time.perf_counter() - started

    assert min(run() for _ in range(3)) < 1.0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["build", "defects", "--only", "missing-0.5"], "unknown configuration of arise/defects"),
        (["build", "defects", "--limit", "0"], "the limit must be at least 1 structure, not 0."),
        (["build", "prototypes", "--jobs", "0"], "the number of jobs must be positive"),
        (["build", "prototypes", "--scheduler", "nonsense"], "not the address of a Dask scheduler"),
        (["verify", "nowhere"], "nowhere holds no data set"),
    ],
)
def test_bad_input_ends_with_one_sentence_and_2(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert sentence in captured.err and captured.err.count("\n") == 1
    assert not list(tmp_path.rglob("*.parquet"))


@pytest.mark.parametrize(
    "code",
    [
        "from arise_zoo.models import load_model; made = load_model('arise-mlp').to_keras()\n"
        "import numpy; made.predict_on_batch(numpy.zeros((1, 316)))",
        "from arise_zoo.analysis import Embedding; import numpy; Embedding(5).fit(numpy.eye(8))",
    ],
    ids=["network", "embedding"],
)
def test_tensorflow_says_nothing_of_its_own(code):
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "" and ran.stderr == ""


def test_the_package_itself_can_be_run():
    ran = subprocess.run([sys.executable, "-m", "arise_zoo", "--version"], capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stdout.startswith("arise-zoo ")
