"""`arise-zoo study`: the paper's studies. `arise_zoo.analysis.run_study` does the work."""

from __future__ import annotations

import argparse
from typing import Any

from .common import add_json_option, add_model_option, add_worker_options, show


def add_commands(subparsers: Any) -> None:
    """Add the command."""
    study = subparsers.add_parser(
        "study",
        help="repeat a study of the paper, with its figures and numbers",
        description="Repeat a study of the paper: writes its figures and the record NAME.json into the output folder. "
        "Without a name, or with --list, the studies are listed.",
    )
    study.add_argument("name", nargs="?", metavar="NAME", help="which study")
    study.add_argument("--list", action="store_true", help="list the studies and end")
    study.add_argument("--small", action="store_true", help="a version that takes seconds")
    study.add_argument("--out", default="studies", metavar="DIR", help="output folder (default: studies)")
    study.add_argument(
        "--fill", metavar="PAGE", help="put the numbers of all records in the output folder into this page, and end"
    )
    study.add_argument("--source", metavar="FILE", help="the input file, for the studies that read one")
    add_model_option(study, "arise-mlp")
    study.add_argument("--seed", type=int, default=0, metavar="N", help="seed of all random draws (default: 0)")
    add_json_option(study)
    add_worker_options(study)
    study.set_defaults(function=_study)


def _study(args: argparse.Namespace) -> int:
    from ..analysis.studies import describe_study, flat, run_study, study_names

    if args.fill:
        from ..analysis.studies.report import fill_page

        print(*fill_page(args.fill, args.out), sep="\n")
        return 0
    if args.list or args.name is None:
        for name in study_names():
            print(f"{name:16s} {describe_study(name)}")
        return 0
    record = run_study(
        args.name,
        args.out,
        small=args.small,
        seed=args.seed,
        source=args.source,
        model=args.model,
        n_jobs=args.jobs,
        scheduler=args.scheduler,
        progress=True,
    )
    numbers = flat(record["numbers"])
    lines = [f"{name}: {value:.4g}" if isinstance(value, float) else f"{name}: {value}" for name, value in numbers]
    show("\n".join(lines), record, args.json)
    return 0
