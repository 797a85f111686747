"""What both commands share: how they start and end, and options with one meaning everywhere."""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import AriseZooError, UnknownNameError, near_names


class Parser(argparse.ArgumentParser):
    """A parser that suggests what may have been meant by a command, a choice or an option that there is not."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            kind = "command" if action.metavar == "COMMAND" else action.dest.replace("_", " ")
            if kind == "command" and f"--{value}" in self._option_string_actions:
                raise AriseZooError(f"unknown command {value!r}; the option --{value} does that.")
            raise UnknownNameError(kind, value, action.choices)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse's, but refuses options that there are not, and what is left over."""
        self._check_options(sys.argv[1:] if args is None else list(args))
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            raise AriseZooError(f"{' '.join(rest)!r} is too much; see `{self.prog} --help`.")
        return found, rest

    def _check_options(self, words: list[str]) -> None:
        known = [name for name in self._option_string_actions if name.startswith("--")]
        commands = {name for action in self._actions if action.metavar == "COMMAND" for name in action.choices or ()}
        for word in words:
            if word in commands or word == "--":  # what follows is another parser's, or no option
                return
            option = word.partition("=")[0]
            if option.startswith("--") and not any(name.startswith(option) for name in known):
                if near_names(option, known):
                    raise UnknownNameError("option", option, known)
                raise AriseZooError(f"there is no option {option}; see `{self.prog} --help`.")


def run(program: str, parser: argparse.ArgumentParser, argv: list[str] | None) -> int:
    """Parse and run a command: 0 if it ends well, 2 with one sentence on standard error for bad input or a package that
    a small installation lacks, 130 if interrupted.

    `program` begins the sentence, however the command was started.
    """
    if "_ARGCOMPLETE" in os.environ:  # the shell asks for completions
        import argcomplete

        argcomplete.autocomplete(parser)
    try:
        args = parser.parse_args(argv)
        with _terminable():
            code: int = args.function(args)
            sys.stdout.flush()
        return code
    except AriseZooError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        name = str(error.name).partition(".")[0]
        if name == "arise_zoo":
            raise
        print(
            f"{program}: this needs {name}, which is not installed; `pip install arise-zoo` brings it.", file=sys.stderr
        )
        return 2
    except BrokenPipeError:  # `| head` closed our output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt as interruption:
        from ..common.parallel import stop_workers

        stop_workers()
        terminated = isinstance(interruption, _Terminated)
        said = "terminated" if terminated else "interrupted"
        print(f"{said}; the same command goes on from here.", file=sys.stderr)
        return 143 if terminated else 130


class _Terminated(KeyboardInterrupt):
    """SIGTERM, which is treated as an interruption by hand: files are put in order."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Make SIGTERM an exception while a command runs."""

    def terminate(*_: object) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def names(values: list[str] | None) -> list[str]:
    """The names of an option that may be repeated and may hold several, joined by commas."""
    return [name.strip() for value in values or () for name in value.split(",") if name.strip()]


def add_worker_options(parser: argparse.ArgumentParser) -> None:
    """`--jobs` and `--scheduler`."""
    parser.add_argument(
        "--jobs", type=int, default=-1, metavar="N", help="processes on this machine (default: one per core)"
    )
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="use the workers of this Dask scheduler instead")


def add_model_option(parser: argparse.ArgumentParser, default: str = "arise-field") -> None:
    """`--model`, of commands that use a trained network."""
    parser.add_argument(
        "--model",
        default=default,
        metavar="NAME",
        help=f"model: its name, OWNER/NAME on the Hub, or the folder of a checkpoint (default: {default})",
    )


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """`--format` and `--species`, of commands that read files of structures."""
    parser.add_argument("--format", metavar="NAME", help="format of the files, as ASE names it (default: it is told)")
    parser.add_argument(
        "--species", metavar="Cu,Zr", help="elements of the types 1, 2 ... of a file, or of labels: A=Cu,B=Zr"
    )


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """`--json [FILE]`."""
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="print the result as JSON instead, or write it to FILE too"
    )


_LAST_FRAMES = re.compile(r"-\d+:[-:\d]*")


def add_csv_option(parser: argparse.ArgumentParser, what: str) -> None:
    """`--csv [FILE]`, where `what` is what is printed instead."""
    parser.add_argument("--csv", nargs="?", const="-", metavar="FILE", help=what)


def check_printed(args: argparse.Namespace) -> None:
    """Raise `AriseZooError` where both `--json` and `--csv` are to be printed."""
    if args.json == args.csv == "-":
        raise AriseZooError("only one of --json and --csv can be printed; name a file for the other.")


def as_meant(argv: list[str]) -> list[str]:
    """The arguments of a command that reads files as argparse has to see them.

    `--json FILE` and `--csv FILE` take only a name in .json or .csv, or a hyphen, so that `--json a.cif` prints what is
    found in a.cif. `-@0:3`, frames of standard input, and `-5:`, the last frames, are no options.
    """
    forms = {"--json": ".json", "--csv": ".csv"}
    return [
        f"{word}=-"
        if word in forms and after != "-" and not after.lower().endswith(forms[word])
        else f"/dev/stdin{word[1:]}"
        if word.startswith("-@")
        else f" {word}"
        if _LAST_FRAMES.fullmatch(word)
        else word
        for word, after in pairwise([*argv, ""])
    ]


def show(text: str | Callable[[], str], value: Any, json_file: str | None) -> None:
    """Print the text, unless JSON is to be printed in its place; write the value as JSON where `--json` asks for it."""
    from ..common.storage import write_json

    if json_file != "-":
        print(text if isinstance(text, str) else text(), flush=True)
    if json_file == "-":
        print(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))
    elif json_file:
        write_json(Path(json_file), value)
