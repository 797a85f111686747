"""Run experiments, make their pages from their records, check that the pages are what the records give.

    python -m experiments list
    python -m experiments run NAME [options]    measure; write NAME.json and the page
    python -m experiments report [NAME]         make the page, or all pages, from the committed records
    python -m experiments check                 fail if a page is not what its record gives

`python -m experiments run NAME --help` shows what an experiment needs.
"""

import argparse
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

from arise_zoo.common.storage import write_text

from .harness import FOLDER, Experiment, experiments


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    every = experiments()
    parser = _parser(every)
    options = vars(parser.parse_args(arguments))
    command, chosen = options.pop("command"), every.get(options.pop("name", None) or "")
    if command == "run" and chosen:
        out, small = options.pop("out"), options.pop("small")
        if small and out.resolve() == FOLDER:
            parser.error("--small measures too little for the committed record; give another folder with --out.")
        chosen.run(out, **((chosen.small if small else {}) | options))
        return 0
    failed = False
    for experiment in [chosen] if chosen else every.values():
        page_path = experiment.paths()[1]
        if command == "list":
            print(f"{experiment.name:26}{_description(experiment).splitlines()[0]}")
        elif command == "report":
            write_text(page_path, experiment.page(experiment.record()))
        elif not page_path.is_file() or page_path.read_text(encoding="utf-8") != experiment.page(experiment.record()):
            print(f"{page_path} is not what its record gives.")
            failed = True
    return int(failed)


def _description(experiment: Experiment) -> str:
    return sys.modules[experiment.measure.__module__].__doc__ or ""


def _parser(every: dict[str, Experiment]) -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m experiments", description=__doc__, formatter_class=raw)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="names of the experiments and what they measure")
    names = commands.add_parser("run", help="measure").add_subparsers(dest="name", required=True)
    for name, experiment in every.items():
        run = names.add_parser(name, description=_description(experiment), formatter_class=raw)
        run.add_argument("--out", type=Path, default=FOLDER, help="folder of record and page (default: as committed)")
        run.add_argument("--small", action="store_true", help="run everything once, in little time; needs --out")
        _add_options(run, experiment.measure)
    report = commands.add_parser("report", help="make pages from the committed records")
    report.add_argument("name", nargs="?", choices=list(every), help="default: all")
    commands.add_parser("check", help="fail if a page is not what its record gives")
    return parser


def _add_options(parser: argparse.ArgumentParser, measure: Callable[..., Any]) -> None:
    """Make options of a function's parameters: numbers, texts, paths, and sequences of these."""
    for name, parameter in inspect.signature(measure).parameters.items():
        kind, required = parameter.annotation, parameter.default is parameter.empty
        (kind,), nargs = (get_args(kind), "+") if get_origin(kind) is Sequence else ((kind,), None)
        text = "required" if required else f"default: {parameter.default}"
        parser.add_argument(
            f"--{name}", type=kind, nargs=nargs, default=argparse.SUPPRESS, required=required, help=text
        )


if __name__ == "__main__":
    sys.exit(main())
