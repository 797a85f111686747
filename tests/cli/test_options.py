"""Options that mean the same in all commands, and completion by the shell."""

import argparse
import json
import os
import subprocess
import sys

import pytest

from arise_zoo.cli import bench, zoo
from arise_zoo.cli.common import as_meant


def commands(parser):
    """A parser and those of its subcommands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from commands(sub)


def options():
    for parser in (*commands(bench.parser()), *commands(zoo.parser())):
        for action in parser._actions:
            for name in action.option_strings:
                yield parser.prog, name, action


OF_THEIR_OWN = {("--model", "arise-zoo study"), ("--model", "arise-zoo atoms")}
"""Options with another default: a study repeats the paper, with its model, and atoms need a model of atoms."""


@pytest.mark.parametrize("name", ["--json", "--jobs", "--scheduler", "--model"])
def test_an_option_is_the_same_in_every_command(name):
    found = {
        prog: (action.nargs, action.const, action.default, action.metavar, action.type)
        for prog, option, action in options()
        if option == name and (name, prog) not in OF_THEIR_OWN
    }
    assert len(found) > 2
    assert len(set(found.values())) == 1, found


def test_json_is_printed_or_written_to_a_file(tmp_path, capsys):
    assert bench.main(["--list", "--json"]) == 0
    printed = capsys.readouterr().out
    assert bench.main(["--list", "--json", str(tmp_path / "list.json")]) == 0
    assert capsys.readouterr().out.startswith("ptm ")
    assert json.loads(printed) == json.loads((tmp_path / "list.json").read_text())


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        (["classify", "--json", "a.cif", "b.cif"], ["classify", "--json=-", "a.cif", "b.cif"]),
        (["classify", "a.cif", "--json"], ["classify", "a.cif", "--json=-"]),
        (["classify", "--json", "--top", "3", "a.cif"], ["classify", "--json=-", "--top", "3", "a.cif"]),
        (["classify", "--json", "found.json", "a.cif"], ["classify", "--json", "found.json", "a.cif"]),
        (["classify", "--json", "-", "a.cif"], ["classify", "--json", "-", "a.cif"]),
        (["classify", "--json=/dev/stderr", "a.cif"], ["classify", "--json=/dev/stderr", "a.cif"]),
        (["classify", "--csv", "a.cif", "b.cif"], ["classify", "--csv=-", "a.cif", "b.cif"]),
        (["classify", "--csv", "found.csv", "a.cif"], ["classify", "--csv", "found.csv", "a.cif"]),
        (["classify", "-@0:3", "--json"], ["classify", "/dev/stdin@0:3", "--json=-"]),
        (["atoms", "a.xyz", "--frames", "-5:"], ["atoms", "a.xyz", "--frames", " -5:"]),
    ],
)
def test_a_file_to_be_read_is_never_taken_for_one_to_be_written(given, understood):
    assert as_meant(given) == understood


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("arise-zoo cl", "classify "), ("arise-bench val", "validate "), ("arise-bench --meth", "--method ")],
)
def test_the_shell_is_told_how_to_complete_a_command(typed, offered, tmp_path):
    program = typed.split()[0].replace("-", "_").replace("arise_", "arise_zoo.cli.")
    told = tmp_path / "told"
    environment = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(told),
        "COMP_LINE": typed,
        "COMP_POINT": str(len(typed)),
    }
    command = [sys.executable, "-m", program]
    subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=True)
    assert told.read_text() == offered
