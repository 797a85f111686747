"""The commands of `arise-bench` besides running a method: from results to the leaderboard, and submissions to it."""

from __future__ import annotations

import argparse
from pathlib import Path

from .common import write_json_option


def _report(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="arise-bench report",
        description="Fill README.md and leaderboard/README.md from the committed records, and make the page from them.",
    )
    parser.add_argument("--records", type=Path, default=Path("leaderboard/records"), metavar="DIR")
    parser.add_argument("--readme", type=Path, default=Path("README.md"), metavar="FILE")
    parser.add_argument("--tables", type=Path, default=Path("leaderboard/README.md"), metavar="FILE")
    parser.add_argument("--page", type=Path, default=Path("leaderboard/index.html"), metavar="FILE")
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 2 if a page is out of date")
    options = parser.parse_args(argv)

    from ..leaderboard.markdown import all_tables, fill_page, read_records, summary_table, write_page
    from ..leaderboard.page import build_page

    records = read_records(options.records)
    fill_page(options.readme, summary_table(records), check=options.check)
    fill_page(options.tables, all_tables(records), check=options.check)
    write_page(options.page, build_page(records, options.records), check=options.check)
    return 0


def _collect(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="arise-bench collect",
        description="Take records to the leaderboard, with the right labels of each structure.",
    )
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"), help="folder given to --out")
    parser.add_argument("--records", type=Path, default=Path("leaderboard/records"), metavar="DIR")
    options = parser.parse_args(argv)

    from ..leaderboard.collect import collect

    print("collected " + ", ".join(collect(options.results, options.records)))
    return 0


def _submit(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="arise-bench submit",
        description="Pack the results of one method, once they pass all checks.",
    )
    parser.add_argument("results", type=Path, help="folder of the method's results, such as results/mine")
    parser.add_argument("--trained-on", required=True, help="data it was trained on, and whether defects took part")
    parser.add_argument("--seeds", required=True, help="base seeds of random structures that it has seen, or: none")
    parser.add_argument("--licence", required=True, help="of the method, such as MIT")
    parser.add_argument("--citation", required=True, help="how to cite it")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: NAME.arise.zip")
    options = parser.parse_args(argv)

    from ..benchmark.submission import Declaration, pack

    said = Declaration(options.trained_on, options.seeds, options.licence, options.citation)
    print(f"packed {pack(options.results, said, options.out)}")
    return 0


def _validate(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="arise-bench validate",
        description="Score a submission again, and refuse what does not fit.",
    )
    parser.add_argument("file", type=Path, help="what `arise-bench submit` wrote")
    parser.add_argument("--json", metavar="FILE", help="write the record that was checked; - prints it")
    options = parser.parse_args(argv)

    from ..benchmark.submission import validate
    from ..leaderboard.formatting import format_record

    record = validate(options.file)
    if options.json != "-":
        print(format_record(record, record["table"].split(",")), end="\n\n")
        print(f"{options.file} fits: its {len(record['cells'])} cells follow from its predictions.")
    if options.json:
        write_json_option(record, options.json)
    return 0


COMMANDS = {"report": _report, "collect": _collect, "submit": _submit, "validate": _validate}
"""Name of the command -> what runs it."""
