"""How long runs of the benchmark took, from their own records.

    python benchmarks/run_times.py RESULTS...

RESULTS are folders that `arise-bench --out` wrote, one a command, in fresh folders and on a machine with nothing else
to do. Writes benchmarks/run_times.json and .md; runs given before stay unless the same methods and tables are given
again.
"""

import json
import sys
from pathlib import Path

from arise_zoo.storage import write_json, write_text

OUT = Path(__file__)


def main(folders):
    """Read the records below each folder, add them up, write the table."""
    path = OUT.with_suffix(".json")
    runs = {(run["methods"], run["tables"]): run for run in (json.loads(path.read_text()) if path.exists() else [])}
    for folder in map(Path, folders):
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
    write_json(path, list(runs.values()))
    write_text(OUT.with_suffix(".md"), _report(runs.values()))


def _report(runs):
    lines = [
        "# How long the benchmark takes",
        "",
        "Wall time of one command each, from its records, with nothing else running; one run, so without an interval.",
        "",
        "| methods | tables | iterations | wall time, min:s | machine |",
        "| --- | --- | --: | --: | --- |",
    ]
    for run in runs:
        minutes, seconds = divmod(round(run["wall_s"]), 60)
        machine = f"{run['hardware']['processor']}, {run['hardware']['cores']} cores"
        time = f"{minutes}:{seconds:02d}"
        lines.append(f"| {run['methods']} | {run['tables']} | {run['iterations']} | {time} | {machine} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
