"""`arise-bench`: benchmark registered methods on the paper's tables. `arise_zoo.evaluate` does the work."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .._version import BASE_SEED, ITERATIONS
from ..errors import AriseZooError
from .common import add_worker_options, names, run, write_json_option
from .leaderboard import COMMANDS


def main(argv: list[str] | None = None) -> int:
    """Entry point of the command; returns its exit code."""
    return run("arise-bench", _main, argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="arise-bench",
        description="Benchmark crystal-structure recognition: ours beside the paper's, with intervals.",
        epilog="An interrupted run goes on where it ended when the same command is given again. Further commands, each "
        "with --help: `arise-bench collect` and `report` for the leaderboard, `submit` and `validate` for submissions.",
    )
    parser.add_argument("--list", action="store_true", help="list the registered methods and end")
    parser.add_argument("--method", metavar="NAME[,NAME|all]", help="methods to run, or all of them")
    parser.add_argument(
        "--table", default="2", metavar="2,S1,S2,S3,D", help="tables (default: 2); D goes beyond the paper"
    )
    parser.add_argument(
        "--iterations", type=int, default=ITERATIONS, metavar="N", help="random draws a supercell (default: 10)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=BASE_SEED,
        metavar="N",
        help="base seed of all structures (default: the published one)",
    )
    parser.add_argument("--only", action="append", metavar="CONDITION[,CONDITION]", help="run only these conditions")
    parser.add_argument("--supported-only", action="store_true", help="leave out the rows of all classes")
    parser.add_argument("--out", type=Path, default=Path("results"), metavar="DIR", help="results (default: results)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="take descriptors from this output folder of `arise-zoo build`"
    )
    parser.add_argument(
        "--descriptors", type=Path, metavar="DIR", help="keep descriptors that are not in --data here, for all methods"
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write the record as JSON too, a list if of several methods; - prints it"
    )
    parser.add_argument("--smoke", action="store_true", help="only look whether the methods follow the protocol")
    add_worker_options(parser)
    return parser


def _main(argv: list[str] | None) -> int:
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] and argv[0] in COMMANDS:
        return COMMANDS[argv[0]](argv[1:])
    parser = _parser()
    options = parser.parse_args(argv)
    if options.list:
        return _list(options.json)
    if options.method and options.smoke:
        return _smoke(options)
    if not options.method:
        parser.error("name a method with --method, or see them all with --list")
    return _run(options)


def _list(json_file: str | None) -> int:
    from dataclasses import asdict

    from ..methods.registry import list_methods

    entries = list_methods()
    if json_file:
        write_json_option([asdict(entry) for entry in entries], json_file)
    else:
        for entry in entries:
            print(f"{entry.name:<16}{entry.summary}")
    return 0


def _smoke(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from ..benchmark.smoke import smoke

    found = {name: smoke(name) for name in names([options.method])}
    for name, checks in found.items():
        if options.json != "-":
            print(name)
            for check in checks:
                print(f"  {'ok  ' if check.passed else 'FAIL'}  {check.name}{': ' if check.said else ''}{check.said}")
    if options.json:
        write_json_option({name: [asdict(check) for check in checks] for name, checks in found.items()}, options.json)
    failed = [name for name, checks in found.items() if not all(check.passed for check in checks)]
    if failed:
        raise AriseZooError(f"{', '.join(failed)} would fail; see the lines marked FAIL.")
    return 0


def _run(options: argparse.Namespace) -> int:
    from ..benchmark.runner import evaluate, parse_tables
    from ..leaderboard.formatting import format_record

    tables = parse_tables(options.table)
    records = []
    for method in _methods(options.method):
        shortened = options.method.strip() == "all" and _is_slow(method.name)
        record = evaluate(
            method,
            _without_depth(options.table) if shortened else options.table,
            iterations=options.iterations,
            seed=options.seed,
            only=names(options.only),
            supported_only=options.supported_only or shortened,
            n_jobs=options.jobs,
            scheduler=options.scheduler,
            out=options.out,
            data=options.data,
            descriptors=options.descriptors,
            progress=True,
        )
        records.append(record)
        if options.json != "-":
            print(format_record(record, tables), end="\n\n", flush=True)
            print(f"record: {options.out / record['method'] / 'record.json'} ({record['wall_s']:.0f} s)\n", flush=True)
    if options.json:
        write_json_option(records if len(records) > 1 else records[0], options.json)
    return 0


def _is_slow(name: str) -> bool:
    from ..methods.registry import list_methods

    return any(entry.slow for entry in list_methods() if entry.name == name)


def _without_depth(table: str) -> str:
    """The same tables but D, where there are others."""
    from ..benchmark.runner import parse_tables

    return ",".join([name for name in parse_tables(table) if name != "D"] or ["D"])


def _methods(asked: str) -> list[Any]:
    """The methods asked for, all made before the first is run, so that a wrong name costs nothing."""
    from ..methods.registry import get_method, list_methods

    if asked.strip() != "all":
        return [get_method(name) for name in names([asked])]
    methods = []
    for entry in list_methods():
        try:
            methods.append(get_method(entry.name))
        except AriseZooError as error:
            print(f"arise-bench: left out: {error}", file=sys.stderr)
    return methods


if __name__ == "__main__":
    sys.exit(main())
