"""Space groups of the benchmark's structures with any version of spglib, as tabulated in docs/spglib.md.

`write` needs arise_zoo, `score` only numpy and spglib, so that it also runs where an old spglib is installed:

    python benchmarks/spglib_variants.py write displacement-0.01 --iterations 10 --out structures.json
    python benchmarks/spglib_variants.py score structures.json --symprec 0.1 --angle-tolerance 5
"""

import argparse
import collections
import json
import time

import numpy as np


def write(arguments):
    """Write the periodic structures of some conditions, with the space groups of their classes, as JSON."""
    from arise_zoo.prototypes import get_prototype
    from arise_zoo.structures import benchmark_structures

    records = []
    for condition in arguments.conditions:
        for spec in benchmark_structures(condition, iterations=arguments.iterations, periodic=(True,)):
            prototype = get_prototype(spec.class_id)
            if arguments.supported and prototype.group not in ("elemental", "binary"):
                continue
            atoms = spec.build()
            records.append(
                {
                    "id": spec.id,
                    "condition": condition,
                    "geometry": str(prototype.space_group.number),
                    "paper": str(prototype.space_group.paper),
                    "cell": atoms.cell.array.tolist(),
                    "scaled": atoms.get_scaled_positions(wrap=False).tolist(),
                    "numbers": atoms.numbers.tolist(),
                }
            )
    with open(arguments.out, "w") as stream:
        json.dump(records, stream)


def score(arguments):
    """Print, per condition, the share of structures given the geometry's and the paper's group, and CPU seconds.

    "starred" is as "paper", but a class that the paper lists in P1 is never right, as in the paper's starred rows.
    """
    import spglib

    with open(arguments.structures) as stream:
        records = json.load(stream)
    counts, geometry, paper, starred, seconds, longest = (collections.Counter() for _ in range(6))
    for record in records:
        cell = (np.array(record["cell"]), np.array(record["scaled"]), np.array(record["numbers"]))
        start = time.process_time()
        found = spglib.get_symmetry_dataset(cell, symprec=arguments.symprec, angle_tolerance=arguments.angle_tolerance)
        elapsed = time.process_time() - start
        group = None if found is None else str(found["number"] if isinstance(found, dict) else found.number)
        condition = record["condition"]
        counts[condition] += 1
        geometry[condition] += group == record["geometry"]
        paper[condition] += group == record["paper"]
        starred[condition] += group == record["paper"] != "1"
        seconds[condition] += elapsed
        longest[condition] = max(longest[condition], elapsed)
    print("spglib", spglib.__version__, "symprec", arguments.symprec, "angle_tolerance", arguments.angle_tolerance)
    print("condition               n  geometry %   paper %  starred %   CPU s  longest s")
    for condition, n in counts.items():
        print(
            f"{condition:20s} {n:5d} {100 * geometry[condition] / n:11.2f} {100 * paper[condition] / n:9.2f}"
            f" {100 * starred[condition] / n:10.2f} {seconds[condition]:7.1f} {longest[condition]:10.2f}",
            flush=True,
        )


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    writer = commands.add_parser("write")
    writer.add_argument("conditions", nargs="+")
    writer.add_argument("--iterations", type=int, default=10)
    writer.add_argument("--supported", action="store_true", help="the 38 AFLOW classes only")
    writer.add_argument("--out", default="structures.json")
    writer.set_defaults(run=write)
    scorer = commands.add_parser("score")
    scorer.add_argument("structures")
    scorer.add_argument("--symprec", type=float, default=0.1)
    scorer.add_argument("--angle-tolerance", type=float, default=5.0)
    scorer.set_defaults(run=score)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
