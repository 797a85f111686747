"""What both commands share: how errors end them, and options with one meaning everywhere."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import AriseZooError


def run(program: str, main: Callable[[list[str] | None], int], argv: list[str] | None) -> int:
    """Run a command: 0 if it ends well, 2 with one sentence on standard error for bad input, 130 if interrupted.

    `program` begins the sentence, however the command was started.
    """
    try:
        code = main(argv)
        sys.stdout.flush()
        return code
    except AriseZooError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # `| head` closed our output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here.", file=sys.stderr)
        return 130


def names(values: list[str] | None) -> list[str]:
    """The names of an option that may be repeated and may hold several, joined by commas."""
    return [name.strip() for value in values or () for name in value.split(",") if name.strip()]


def add_worker_options(parser: argparse.ArgumentParser) -> None:
    """`--jobs` and `--scheduler`, with one meaning in all commands."""
    parser.add_argument(
        "--jobs", type=int, default=-1, metavar="N", help="processes on this machine (default: one per core)"
    )
    parser.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="use the workers of this Dask scheduler instead")


def write_json_option(value: Any, file: str) -> None:
    """What `--json FILE` does; - prints."""
    from ..common.storage import write_json

    if file == "-":
        print(json.dumps(value, indent=1, ensure_ascii=False))
    else:
        write_json(Path(file), value)
