"""`arise-zoo build` and `arise-zoo verify`: the data sets."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .common import add_json_option, add_worker_options, names, show

if TYPE_CHECKING:
    from ..datasets.verification import Report

_SAMPLE = 20


def add_commands(subparsers: Any) -> None:
    """Add the two commands."""
    build = subparsers.add_parser(
        "build",
        help="build a data set: card, Parquet files, manifest",
        description="Build a data set below the output folder, in the layout of the Hub. What exists already is "
        "checked and kept, so that an interrupted build resumes.",
    )
    build.add_argument("dataset", choices=("prototypes", "defects", "dynamics"))
    build.add_argument("--out", default=".", metavar="DIR", help="output folder (default: this one)")
    add_worker_options(build)
    build.add_argument(
        "--only",
        action="append",
        metavar="CONDITION[,CONDITION]",
        help="build only these conditions (or other configurations)",
    )
    build.add_argument(
        "--limit", type=int, metavar="N", help="the first N structures of each condition only, for trying out"
    )
    add_json_option(build)
    build.set_defaults(function=_build)

    verify = subparsers.add_parser(
        "verify",
        help="check a data set, down to rebuilding rows",
        description="Check hashes, schema, counts and the identity of every row of a built data set, and build a "
        "random sample of rows anew. Exits with 2 if anything is wrong.",
    )
    verify.add_argument("folder", metavar="DIR", help="folder of a data set, or output folder of several")
    verify.add_argument(
        "--sample",
        type=int,
        default=_SAMPLE,
        metavar="N",
        help=f"rows of each condition to build anew (default: {_SAMPLE})",
    )
    verify.add_argument("--seed", type=int, default=0, help="draws the sample (default: 0)")
    add_json_option(verify)
    verify.set_defaults(function=_verify)


def _build(args: argparse.Namespace) -> int:
    from ..datasets import build

    folder = build(
        args.dataset,
        args.out,
        n_jobs=args.jobs,
        scheduler=args.scheduler,
        only=names(args.only),
        limit=args.limit,
        progress=True,
    )
    show(str(folder), {"folder": str(folder)}, args.json)
    return 0


def _verify(args: argparse.Namespace) -> int:
    from ..datasets.verification import find_datasets, verify

    reports = [
        verify(folder, sample=args.sample, seed=args.seed, progress=True) for folder in find_datasets(args.folder)
    ]
    content = [{**asdict(report), "ok": report.ok, "complete": report.complete} for report in reports]
    show("\n".join(line for report in reports for line in _lines(report)), content, args.json)
    return 0 if all(report.ok for report in reports) else 2


def _lines(report: Report) -> Iterator[str]:
    yield from (f"{report.folder}/{problem}" for problem in report.problems)
    yield (
        f"{report.folder}: {'good' if report.ok else f'{len(report.problems)} problem(s)'}; {_extent(report)}, "
        f"{report.rows:,} rows, {report.rebuilt:,} of them built anew"
    )


def _extent(report: Report) -> str:
    known = len(report.configs) + len(report.missing_configs)
    parts = [f"{len(report.configs)} of {known} configurations" if report.missing_configs else "all configurations"]
    if report.limit is not None:
        parts.append(f"partial, the first {report.limit} structures of each")
    return ", ".join(parts)
