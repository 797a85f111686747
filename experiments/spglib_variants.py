"""What old versions of spglib say of the benchmark's structures, and where today's differ.

`--pythons` are the interpreters of environments that each hold a version of spglib, and need nothing else.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from arise_zoo.prototypes import get_prototype
from arise_zoo.structures import benchmark_structures

from .harness import FOLDER, Experiment, Record, document, leaderboard_record, wilson

CONDITIONS = ("displacement-0.006", "displacement-0.01", "displacement-0.02")
SYMPREC, ANGLE_TOLERANCE = 0.1, 5.0


def measure(pythons: Sequence[str] = (sys.executable,), iterations: int = 10) -> Record:
    """Right answers of each version, beside the paper's values and those of the leaderboard's record."""
    structures, counts = list(_structures(iterations)), []
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(structures, file)
        file.flush()
        for python in pythons:
            command = [python, str(FOLDER / "_spglib_scorer.py"), file.name, str(SYMPREC), str(ANGLE_TOLERANCE)]
            found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            right, total = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
            for structure, group in zip(structures, found["groups"], strict=True):
                for rows in ("all", "supported") if structure["supported"] else ("all",):
                    total[structure["condition"], rows] += 1
                    # a class listed in P1 is never right, as in the paper's starred rows
                    right[structure["condition"], rows] += group == structure["paper"] != "1"
            for (condition, rows), n in sorted(total.items()):
                key = {"spglib": found["spglib"], "condition": condition, "rows": rows}
                counts.append({**key, "right": right[condition, rows], "n": n})
    own, cells = leaderboard_record("spglib-loose")
    keys = ("scored_on", "condition", "paper", "accuracy", "ci95", "n")
    kept = [{key: cells[rows, c][key] for key in keys} for rows in ("supported", "all") for c in CONDITIONS]
    record = {"symprec": SYMPREC, "angle_tolerance": ANGLE_TOLERANCE, "counts": counts}
    return {**record, "leaderboard": {"spglib": own["packages"]["spglib"], "cells": kept}}


def _structures(iterations: int) -> Iterator[Record]:
    """The periodic structures of the conditions, with the space groups of their classes."""
    for condition in CONDITIONS:
        for spec in benchmark_structures(condition, iterations=iterations, periodic=(True,)):
            prototype, atoms = get_prototype(spec.class_id), spec.build()
            yield {
                "condition": condition,
                "supported": prototype.group in ("elemental", "binary"),
                "paper": str(prototype.space_group and prototype.space_group.paper),
                "cell": atoms.cell.array.tolist(),
                "scaled": atoms.get_scaled_positions().tolist(),
                "numbers": atoms.numbers.tolist(),
            }


def page(record: Record) -> str:
    own, sections = record["leaderboard"], []
    for rows in ("supported", "all"):
        cells = [cell for cell in own["cells"] if cell["scored_on"] == rows]
        lines = [
            f"| | {' | '.join(cell['condition'] for cell in cells)} |",
            f"| --- |{' --- |' * len(cells)}",
            f"| paper | {' | '.join(format(cell['paper'], '.2f') for cell in cells)} |",
        ]
        for version in sorted({count["spglib"] for count in record["counts"]}):
            counts = {c["condition"]: c for c in record["counts"] if (c["spglib"], c["rows"]) == (version, rows)}
            found = [(counts[cell["condition"]]["right"], counts[cell["condition"]]["n"]) for cell in cells]
            lines.append(_line(version, [(100 * right / n, *wilson(right, n), n) for right, n in found]))
        lines.append(_line(own["spglib"], [(cell["accuracy"], *cell["ci95"], cell["n"]) for cell in cells]))
        sections += [f"## {rows.capitalize()} classes", "\n".join(lines)]
    return document(
        "# Versions of spglib",
        f"The same structures, symprec {record['symprec']:g} angstrom and angle_tolerance "
        f"{record['angle_tolerance']:g} degrees, judged by several versions of spglib: right space groups in percent, "
        "95 % interval, number of structures. The last version is that of the benchmark's record.",
        *sections,
    )


def _line(version: str, cells: Iterable[tuple[float, float, float, int]]) -> str:
    """A row of the table; each cell has percent right, both ends of the interval, and number of structures."""
    shown = (f"{right:.2f} ({low:.2f} - {high:.2f}), n = {n}" for right, low, high, n in cells)
    return f"| {version} | {' | '.join(shown)} |"


EXPERIMENT = Experiment(measure, page, ("spglib",), small={"iterations": 1})
