"""The command `arise-zoo`: one small module a group of subcommands, each of which adds itself to the parser."""

from __future__ import annotations

import argparse
from types import ModuleType

from .._version import __version__
from . import classify as models
from . import datasets as data
from . import explore, finetune, hub, map, study, train, tune
from .common import run

_GROUPS: tuple[ModuleType, ...] = (data, train, tune, finetune, models, map, explore, study, hub)
"""Modules with `add_commands(subparsers)`, in the order of the help."""


def main(argv: list[str] | None = None) -> int:
    """Entry point: returns the exit code (0, or 2 after one sentence on standard error)."""
    return run("arise-zoo", _main, argv)


def _main(argv: list[str] | None) -> int:
    args = parser().parse_args(argv)
    return args.function(args)


def parser() -> argparse.ArgumentParser:
    """The parser with all subcommands."""
    result = argparse.ArgumentParser(
        prog="arise-zoo", description="Data sets and pretrained models for crystal-structure recognition."
    )
    result.add_argument("--version", action="version", version=f"arise-zoo {__version__}")
    subparsers = result.add_subparsers(required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add_commands(subparsers)
    return result


if __name__ == "__main__":
    raise SystemExit(main())
