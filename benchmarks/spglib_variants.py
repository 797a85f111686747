"""What old versions of spglib say of the benchmark's structures, and where today's differ.

`write` and `report` need arise_zoo, `score` only numpy and spglib, so that it also runs beside an old spglib:

    python benchmarks/spglib_variants.py write displacement-0.006 displacement-0.01 displacement-0.02 --out STRUCTURES
    python benchmarks/spglib_variants.py score STRUCTURES            # once in the environment of each version
    python benchmarks/spglib_variants.py report

`score` adds its counts to benchmarks/spglib_variants.json, `report` writes benchmarks/spglib_variants.md from them.
"""

import argparse
import collections
import json
from pathlib import Path

import numpy as np

RECORD = Path(__file__).with_suffix(".json")


def write(arguments):
    """Write the periodic structures of some conditions, with the space groups of their classes, as JSON."""
    from arise_zoo._version import BASE_SEED
    from arise_zoo.prototypes import get_prototype
    from arise_zoo.structures import benchmark_structures

    records = []
    for condition in arguments.conditions:
        for spec in benchmark_structures(condition, iterations=arguments.iterations, periodic=(True,), seed=BASE_SEED):
            prototype = get_prototype(spec.class_id)
            atoms = spec.build()
            records.append(
                {
                    "condition": condition,
                    "supported": prototype.group in ("elemental", "binary"),
                    "paper": str(prototype.space_group.paper),
                    "cell": atoms.cell.array.tolist(),
                    "scaled": atoms.get_scaled_positions().tolist(),
                    "numbers": atoms.numbers.tolist(),
                }
            )
    with open(arguments.structures, "w") as stream:
        json.dump(records, stream)


def score(arguments):
    """Count, per condition, the structures given the group that the paper lists; a class listed in P1 is never right,
    as in the paper's starred rows."""
    import spglib

    with open(arguments.structures) as stream:
        records = json.load(stream)
    right, total = collections.Counter(), collections.Counter()
    for record in records:
        cell = (np.array(record["cell"]), np.array(record["scaled"]), np.array(record["numbers"]))
        found = spglib.get_symmetry_dataset(cell, symprec=arguments.symprec, angle_tolerance=arguments.angle_tolerance)
        group = None if found is None else str(found["number"] if isinstance(found, dict) else found.number)
        for rows in ("all", "supported") if record["supported"] else ("all",):
            total[record["condition"], rows] += 1
            right[record["condition"], rows] += group == record["paper"] != "1"
    kept = json.loads(RECORD.read_text()) if RECORD.exists() else []
    key = {"spglib": spglib.__version__, "symprec": arguments.symprec, "angle_tolerance": arguments.angle_tolerance}
    kept = [entry for entry in kept if any(entry[name] != value for name, value in key.items())]
    for (condition, rows), n in total.items():
        kept.append({**key, "condition": condition, "rows": rows, "right": right[condition, rows], "n": n})
    kept.sort(key=lambda entry: json.dumps(entry))
    RECORD.write_text(json.dumps(kept, indent=1) + "\n")


def report(arguments):
    """Write the counts beside those of the benchmark's own record and the paper's values, as Markdown."""
    from arise_zoo.bench.scores import interval
    from arise_zoo.storage import write_text

    own = json.loads(arguments.own.read_text())
    cells = {(c["scored_on"], c["condition"]): c for c in own["cells"]}
    lines = [
        "# Versions of spglib",
        "",
        "The same structures, symprec 0.1 angstrom and angle_tolerance 5 degrees, judged by several versions of "
        "spglib: right space groups in percent, 95 % interval, number of structures. The last version is that of the "
        "benchmark's record.",
    ]
    entries = json.loads(RECORD.read_text())
    conditions = sorted({entry["condition"] for entry in entries})
    versions = sorted({entry["spglib"] for entry in entries})
    for rows in ("supported", "all"):
        lines += ["", f"## {rows.capitalize()} classes", "", "| | " + " | ".join(conditions) + " |"]
        lines += ["| --- |" + " --- |" * len(conditions)]
        lines += ["| paper | " + " | ".join(f"{cells[rows, c]['paper']:.2f}" for c in conditions) + " |"]
        for version in versions:
            found = {e["condition"]: e for e in entries if (e["spglib"], e["rows"]) == (version, rows)}
            shown = []
            for condition in conditions:
                right, n = found[condition]["right"], found[condition]["n"]
                low, high = interval(np.repeat([1, 0], [right, n - right]), np.ones(n))
                shown.append(_cell(100 * right / n, low, high, n))
            lines.append(f"| {version} | " + " | ".join(shown) + " |")
        shown = [_cell(c["accuracy"], *c["ci95"], c["n"]) for c in (cells[rows, name] for name in conditions)]
        lines.append(f"| {own['packages']['spglib']} | " + " | ".join(shown) + " |")
    write_text(RECORD.with_suffix(".md"), "\n".join(lines) + "\n")


def _cell(percent, low, high, n):
    return f"{percent:.2f} ({low:.2f} - {high:.2f}), n = {n}"


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    writer = commands.add_parser("write")
    writer.add_argument("conditions", nargs="+")
    writer.add_argument("--iterations", type=int, default=10)
    writer.add_argument("--out", dest="structures", default="structures.json")
    writer.set_defaults(run=write)
    scorer = commands.add_parser("score")
    scorer.add_argument("structures")
    scorer.add_argument("--symprec", type=float, default=0.1)
    scorer.add_argument("--angle-tolerance", type=float, default=5.0)
    scorer.set_defaults(run=score)
    reporter = commands.add_parser("report")
    reporter.add_argument("--own", type=Path, default=Path("leaderboard/records/spglib-loose.json"))
    reporter.set_defaults(run=report)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
