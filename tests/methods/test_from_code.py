"""A method runs from the file that it is written in, without a package of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from arise_zoo.cli.bench import main
from arise_zoo.methods import get_method

CODE = """
SAID = "fcc_cu"

def helper():
    return SAID

class Guess:
    name, level, truth, finite = "guess", "structure", "class", False
    recognises = ("fcc_cu", "bcc_w")

    def predict(self, atoms):
        return helper()
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "my_guess.py"
    path.write_text(CODE, encoding="utf-8")
    yield path
    sys.modules.pop("my_guess", None)


@pytest.mark.parametrize("name", ["my_guess.py:Guess", "{path}:Guess", "my_guess:Guess"])
def test_a_file_or_module_is_run_by_workers_too(written, tmp_path, name):
    command = [sys.executable, "-m", "arise_zoo.cli.bench", "--method", name.format(path=written), "--jobs", "2"]
    options = ["--only", "pristine", "--iterations", "1", "--supported-only", "--out", str(tmp_path / "results")]
    ran = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "50.0 %" in ran.stdout or "50.00" in ran.stdout
    assert (tmp_path / "results" / "guess" / "record.json").is_file()


def test_the_same_file_is_loaded_once(written):
    assert type(get_method("my_guess.py:Guess")) is type(get_method(f"{written}:Guess"))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.py:Guess", "there is no file absent.py, which is to hold a method; give its path."),
        ("my_guess.py:Gues", "my_guess.py has no 'Gues' that makes a method; did you mean 'Guess'?"),
        ("my_guess.py:", "my_guess.py has no '' that makes a method; name a class or function behind the colon."),
        ("my_guess.py:helper", "method 'str' has no attribute 'name', which the protocol asks for."),
        ("absent_module:Guess", "cannot be loaded (ModuleNotFoundError: No module named 'absent_module')."),
        ("broken.py:Guess", "cannot be loaded (SyntaxError: "),
        ("json.py:Guess", "json.py has the name of another module, 'json'; rename it."),
    ],
)
def test_what_cannot_be_run_gets_one_sentence(written, tmp_path, capsys, name, said):
    (tmp_path / "broken.py").write_text("class Guess(:", encoding="utf-8")
    (tmp_path / "json.py").write_text(CODE, encoding="utf-8")
    assert main(["--method", name, "--only", "pristine", "--iterations", "1"]) == 2
    out, err = capsys.readouterr()
    assert said in err and err.startswith("arise-bench: ") and err.count("\n") == 1
    assert "Traceback" not in err and out == ""


def test_an_option_that_is_typed_as_a_command_is_named(capsys):
    assert main(["smoke", "mine"]) == 2
    assert capsys.readouterr().err == "arise-bench: unknown command 'smoke'; the option --smoke does that.\n"
