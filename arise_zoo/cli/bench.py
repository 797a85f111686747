"""`arise-bench`: benchmark registered methods on the paper's tables. `arise_zoo.evaluate` does the work."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from .._version import BASE_SEED
from ..errors import AriseZooError
from .common import add_worker_options, names, run


def main(argv: list[str] | None = None) -> int:
    """Entry point of the command; returns its exit code."""
    return run(_main, argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="arise-bench",
        description="Benchmark crystal-structure recognition: ours beside the paper's, with intervals.",
        epilog="An interrupted run goes on where it ended when the same command is given again. `arise-bench report` "
        "fills README.md and leaderboard/README.md from the committed records.",
    )
    parser.add_argument("--list", action="store_true", help="list the registered methods and end")
    parser.add_argument("--method", metavar="NAME[,NAME|all]", help="methods to run, or all of them")
    parser.add_argument("--table", default="2", metavar="2,S1,S2,S3", help="tables of the paper (default: 2)")
    parser.add_argument(
        "--iterations", type=int, default=10, metavar="N", help="random draws a supercell (default: 10)"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=BASE_SEED,
        metavar="N",
        help="base seed of all structures (default: the published one)",
    )
    parser.add_argument("--only", action="append", metavar="CONDITION[,CONDITION]", help="run only these conditions")
    parser.add_argument("--out", type=Path, default=Path("results"), metavar="DIR", help="results (default: results)")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="take descriptors from this output folder of `arise-zoo build`"
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write the record as JSON too, a list if of several methods; - prints it"
    )
    add_worker_options(parser)
    return parser


def _main(argv: list[str] | None) -> int:
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["report"]:
        return _report(argv[1:])
    if argv[:1] == ["collect"]:
        return _collect(argv[1:])
    parser = _parser()
    options = parser.parse_args(argv)
    if options.list:
        return _list(options.json)
    if not options.method:
        parser.error("name a method with --method, or see them all with --list")
    return _run(options)


def _report(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="arise-bench report",
        description="Fill the tables of README.md and leaderboard/README.md from the committed records.",
    )
    parser.add_argument("--records", type=Path, default=Path("leaderboard/records"), metavar="DIR")
    parser.add_argument("--readme", type=Path, default=Path("README.md"), metavar="FILE")
    parser.add_argument("--tables", type=Path, default=Path("leaderboard/README.md"), metavar="FILE")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 2 if the table is out of date")
    options = parser.parse_args(argv)

    from ..bench.report import all_tables, fill_page, read_records, summary_table

    records = read_records(options.records)
    fill_page(options.readme, summary_table(records), check=options.check)
    fill_page(options.tables, all_tables(records), check=options.check)
    return 0


def _collect(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="arise-bench collect",
        description="Take records to the leaderboard, with the right labels of each structure.",
    )
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"), help="folder given to --out")
    parser.add_argument("--records", type=Path, default=Path("leaderboard/records"), metavar="DIR")
    options = parser.parse_args(argv)

    from ..bench.compact import collect

    print("collected " + ", ".join(collect(options.results, options.records)))
    return 0


def _list(json_file: str | None) -> int:
    from dataclasses import asdict

    from ..methods.registry import list_methods

    entries = list_methods()
    if json_file:
        _write_json([asdict(entry) for entry in entries], json_file)
    else:
        for entry in entries:
            print(f"{entry.name:<16}{entry.summary}")
    return 0


def _run(options: argparse.Namespace) -> int:
    from ..bench.display import format_record
    from ..bench.runner import evaluate, parse_tables

    tables = parse_tables(options.table)
    records = []
    for method in _methods(options.method):
        record = evaluate(
            method,
            options.table,
            iterations=options.iterations,
            seed=options.seed,
            only=names(options.only),
            n_jobs=options.jobs,
            scheduler=options.scheduler,
            out=options.out,
            data=options.data,
            progress=True,
        )
        records.append(record)
        if options.json != "-":
            print(format_record(record, tables), end="\n\n", flush=True)
            print(f"record: {options.out / record['method'] / 'record.json'} ({record['wall_s']:.0f} s)\n", flush=True)
    if options.json:
        _write_json(records if len(records) > 1 else records[0], options.json)
    return 0


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


def _write_json(value: Any, file: str) -> None:
    from ..storage import write_json

    if file == "-":
        print(json.dumps(value, indent=1, ensure_ascii=False))
    else:
        write_json(Path(file), value)


if __name__ == "__main__":
    raise SystemExit(main())
