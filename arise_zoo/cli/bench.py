"""`arise-bench`: benchmark registered methods on the paper's tables. `arise_zoo.evaluate` does the work."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .._version import BASE_SEED, ITERATIONS
from ..errors import AriseZooError
from . import leaderboard
from .common import Parser, add_json_option, add_worker_options, names, run, show


def main(argv: list[str] | None = None) -> int:
    """Entry point of the command; returns its exit code."""
    return run("arise-bench", parser(), argv)


def parser() -> argparse.ArgumentParser:
    """The parser with all subcommands."""
    parser = Parser(
        prog="arise-bench",
        description="Benchmark crystal-structure recognition: ours beside the paper's, with intervals.",
        epilog="An interrupted run continues where it stopped when the same command is given again.",
    )
    parser.add_argument("--list", action="store_true", help="list the registered methods and end")
    parser.add_argument(
        "--method",
        metavar="NAME[,NAME|all]",
        help="methods to run, or all of them; FILE.py:CLASS for one of your own",
    )
    parser.add_argument(
        "--table", default="2", metavar="2,S1,S2,S3,D,M,V", help="tables (default: 2); D, M, V go beyond the paper"
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
    parser.add_argument("--smoke", action="store_true", help="only check that the methods follow the protocol")
    add_json_option(parser)
    add_worker_options(parser)
    parser.set_defaults(function=_bench, error=parser.error)
    leaderboard.add_commands(parser.add_subparsers(metavar="COMMAND", title="leaderboard and submissions"))
    return parser


def _bench(args: argparse.Namespace) -> int:
    if args.list:
        return _list(args)
    if not args.method:
        args.error("name a method with --method, or see them all with --list")
    return _smoke(args) if args.smoke else _run(args)


def _list(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from ..methods.registry import list_methods

    entries = list_methods()
    lines = [f"{entry.name:<20}{entry.summary}" for entry in entries]
    show("\n".join(lines), [asdict(entry) for entry in entries], args.json)
    return 0


def _smoke(args: argparse.Namespace) -> int:
    from dataclasses import asdict

    from ..benchmark.smoke import smoke

    found = {name: smoke(name, progress=True) for name in names([args.method])}
    lines = []
    for name, checks in found.items():
        lines.append(name)
        for check in checks:
            lines.append(
                f"  {'ok  ' if check.passed else 'FAIL'}  {check.name}{': ' if check.said else ''}{check.said}"
            )
    show("\n".join(lines), {name: [asdict(check) for check in checks] for name, checks in found.items()}, args.json)
    failed = [name for name, checks in found.items() if not all(check.passed for check in checks)]
    if failed:
        raise AriseZooError(f"{', '.join(failed)} would fail; see the lines marked FAIL.")
    return 0


def _run(args: argparse.Namespace) -> int:
    from ..benchmark.record import RECORD
    from ..benchmark.several import evaluate_methods
    from ..benchmark.tables import parse_tables
    from ..leaderboard.formatting import format_record

    tables = parse_tables(args.table)
    records = []
    for record in evaluate_methods(
        args.method,
        args.table,
        left_out=lambda error: print(f"arise-bench: left out: {error}", file=sys.stderr),
        iterations=args.iterations,
        seed=args.seed,
        only=names(args.only),
        supported_only=args.supported_only,
        n_jobs=args.jobs,
        scheduler=args.scheduler,
        out=args.out,
        folder=args.data,
        descriptors=args.descriptors,
        progress=True,
    ):
        records.append(record)
        if args.json != "-":
            print(format_record(record, tables), end="\n\n", flush=True)
            print(f"record: {args.out / record['method'] / RECORD} ({record['wall_s']:.0f} s)\n", flush=True)
    if args.json:
        show("", records if len(records) > 1 else records[0], args.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
