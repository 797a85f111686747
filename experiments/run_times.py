"""How long runs of the benchmark took, from their own records.

`--results` are folders that `arise-bench --out` wrote, one for each command, in fresh folders and on a machine with
nothing else to do. Runs recorded before stay unless the same methods and tables are given again.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from .harness import Experiment, Record, clock, document, machine, table


def measure(results: Sequence[Path]) -> Record:
    """Wall time of the run in each folder, the sum over its methods, beside those of the committed record."""
    runs = {(run["methods"], run["tables"]): run for run in EXPERIMENT.record()["runs"]}
    for folder in results:
        records = [json.loads(file.read_text()) for file in sorted(folder.glob("*/record.json"))]
        if not records:
            raise SystemExit(f"{folder} holds no record; give the folder of arise-bench --out.")
        run = {
            "methods": ", ".join(record["method"] for record in records),
            "tables": records[0]["table"],
            "iterations": records[0]["iterations"],
            "wall_s": round(sum(record["wall_s"] for record in records), 1),
            "hardware": records[0]["hardware"],
            "packages": {name: version for record in records for name, version in record["packages"].items()},
        }
        runs[run["methods"], run["tables"]] = run
    return {"runs": list(runs.values())}


def page(record: Record) -> str:
    rows = [run | {"wall": clock(run["wall_s"]), "machine": machine(run)} for run in record["runs"]]
    return document(
        "# How long the benchmark takes",
        "Wall time of one command each, from its records, with nothing else running; one run, so without an interval.",
        table(
            "| methods | tables | iterations | wall time, min:s | machine |\n"
            "| --- | --- | --: | --: | --- |\n"
            "| {methods} | {tables} | {iterations} | {wall} | {machine} |",
            rows,
        ),
    )


EXPERIMENT = Experiment(measure, page)
