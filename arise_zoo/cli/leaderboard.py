"""The subcommands of `arise-bench`: from results to the leaderboard, and submissions to it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .common import add_json_option, show


def add_commands(subparsers: Any) -> None:
    """Add the four commands."""
    collect = subparsers.add_parser(
        "collect",
        help="take records to the leaderboard",
        description="Take records to the leaderboard, with the right labels of each structure.",
    )
    collect.add_argument("results", type=Path, nargs="?", default=Path("results"), help="folder given to --out")
    collect.add_argument("--records", type=Path, default=Path("leaderboard/records"), metavar="DIR")
    collect.set_defaults(function=_collect)

    report = subparsers.add_parser(
        "report",
        help="make the leaderboard's pages",
        description="Fill README.md and leaderboard/README.md from the committed records, and make the page and the "
        "plot of the score against cost from them; fill docs/datasets.md from the manifests of the data sets.",
    )
    report.add_argument("--records", type=Path, default=Path("leaderboard/records"), metavar="DIR")
    report.add_argument("--readme", type=Path, default=Path("README.md"), metavar="FILE")
    report.add_argument("--tables", type=Path, default=Path("leaderboard/README.md"), metavar="FILE")
    report.add_argument("--page", type=Path, default=Path("leaderboard/index.html"), metavar="FILE")
    report.add_argument("--cost", type=Path, default=Path("experiments/cost.json"), metavar="FILE")
    report.add_argument("--plot", type=Path, default=Path("docs/figures/accuracy-cost.svg"), metavar="FILE")
    report.add_argument("--datasets", type=Path, default=Path("docs/datasets.md"), metavar="FILE")
    report.add_argument("--check", action="store_true", help="change nothing; exit with 2 if a page is out of date")
    report.set_defaults(function=_report)

    submit = subparsers.add_parser(
        "submit",
        help="pack the results of a method",
        description="Pack the results of one method, once they pass all checks.",
    )
    submit.add_argument("results", type=Path, help="folder of the method's results, such as results/mine")
    submit.add_argument("--trained-on", required=True, help="data it was trained on, and whether defects took part")
    submit.add_argument("--seeds", required=True, help="base seeds of random structures that it has seen, or: none")
    submit.add_argument("--licence", required=True, help="of the method, such as MIT")
    submit.add_argument("--citation", required=True, help="how to cite it")
    submit.add_argument("--links", default="", help="web addresses of code, paper or checkpoint")
    submit.add_argument("--parameters", default="", metavar="N", help="how many were fitted")
    submit.add_argument("--out", type=Path, metavar="FILE", help="default: NAME.arise.zip")
    submit.set_defaults(function=_submit)

    validate = subparsers.add_parser(
        "validate",
        help="check a submission",
        description="Score a submission again, and refuse what does not fit.",
    )
    validate.add_argument("file", type=Path, help="what `arise-bench submit` wrote")
    validate.set_defaults(function=_validate)
    add_json_option(validate)


def _report(args: argparse.Namespace) -> int:
    from ..common.progress import Progress
    from ..datasets.release_table import release_table
    from ..leaderboard.collect import counts_of
    from ..leaderboard.cost_plot import cost_plot, read_speeds
    from ..leaderboard.markdown import fill_page, read_records, summary_table, write_page
    from ..leaderboard.overall import overall
    from ..leaderboard.page import build_page, same_page
    from ..leaderboard.score_tables import leaderboard_tables

    check: bool = args.check
    with Progress(5, "records") as bar:
        records, speeds = read_records(args.records), read_speeds(args.cost) if args.cost.is_file() else {}
        bar.advance()
        bar.note("ranks")
        places = overall(records, counts_of(records, args.records))
        bar.advance()
        bar.note("tables")
        fill_page(args.readme, summary_table(records), check=check)
        fill_page(args.tables, leaderboard_tables(records, args.records), check=check)
        bar.advance()
        bar.note("page")
        write_page(args.page, build_page(records, args.records, speeds), check=check, same=same_page)
        bar.advance()
        bar.note("plot and data sets")
        if plot := cost_plot(places, speeds, alone=True):
            write_page(args.plot, plot + "\n", check=check)
        if args.datasets.is_file():  # it belongs to the package's own pages, not to everyone's records
            fill_page(args.datasets, release_table(), check=check)
        bar.advance()
    return 0


def _collect(args: argparse.Namespace) -> int:
    from ..leaderboard.collect import collect

    print("collected " + ", ".join(collect(args.results, args.records, progress=True)))
    return 0


def _submit(args: argparse.Namespace) -> int:
    from ..benchmark.record import RECORD, read_record
    from ..benchmark.submission import Declaration, check_method, pack

    if (args.results / RECORD).is_file():
        check_method(read_record(args.results / RECORD)["method"])
    said = Declaration(args.trained_on, args.seeds, args.licence, args.citation, args.links, args.parameters)
    print(f"packed {pack(args.results, said, args.out, progress=True)}")
    return 0


def _validate(args: argparse.Namespace) -> int:
    from ..benchmark.submission import validate
    from ..leaderboard.formatting import format_record

    record = validate(args.file, progress=True)
    table = format_record(record, record["table"].split(","))
    follows = f"{args.file} fits: its {len(record['cells'])} cells follow from its predictions."
    show(f"{table}\n\n{follows}", record, args.json)
    return 0
