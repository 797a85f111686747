"""The command `arise-zoo`: one small module a group of subcommands, each of which adds itself to the parser."""

from __future__ import annotations

import argparse
import sys
from types import ModuleType

from .._version import __version__
from . import app, atoms, classify, datasets, finetune, hub, map, similar, study, train, tune
from .common import Parser, as_meant, run

_GROUPS: tuple[ModuleType, ...] = (datasets, train, tune, finetune, classify, atoms, similar, map, study, hub, app)
"""Modules with `add_commands(subparsers)`, in the order of the help."""


def main(argv: list[str] | None = None) -> int:
    """Entry point: returns the exit code (0, or 2 after one sentence on standard error)."""
    return run("arise-zoo", parser(), as_meant(sys.argv[1:] if argv is None else argv))


def parser() -> argparse.ArgumentParser:
    """The parser with all subcommands."""
    result = Parser(prog="arise-zoo", description="Data sets and pretrained models for crystal-structure recognition.")
    result.add_argument("--version", action="version", version=f"arise-zoo {__version__}")
    subparsers = result.add_subparsers(required=True, metavar="COMMAND")
    for group in _GROUPS:
        group.add_commands(subparsers)
    return result


if __name__ == "__main__":
    raise SystemExit(main())
