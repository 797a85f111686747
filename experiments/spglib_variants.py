"""What old versions of spglib say of the benchmark's structures, and where today's differ.

`--pythons` are the interpreters of environments that each hold a version of spglib, and need nothing else.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from arise_zoo.common.statistics import share_interval
from arise_zoo.prototypes import get_prototype
from arise_zoo.structures import StructureSpec, benchmark_structures

from .harness import FOLDER, Experiment, Record, document, leaderboard_record

CONDITIONS = ("displacement-0.006", "displacement-0.01", "displacement-0.02")
ROWS = ("supported", "all")
SYMPREC, ANGLE_TOLERANCE = 0.1, 5.0


def measure(pythons: Sequence[str] = (sys.executable,), iterations: int = 10) -> Record:
    """Right answers and number of structures of each version, the leaderboard's last, and the paper's percents."""
    asked = {c: list(benchmark_structures(c, iterations=iterations, periodic=(True,))) for c in CONDITIONS}
    specs = [spec for of_condition in asked.values() for spec in of_condition]
    own, cells = leaderboard_record("spglib-loose")
    versions = []
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump([_cell(spec) for spec in specs], file)
        file.flush()
        for python in pythons:
            command = [python, str(FOLDER / "_spglib_scorer.py"), file.name, str(SYMPREC), str(ANGLE_TOLERANCE)]
            found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            groups = dict(zip(specs, found["groups"], strict=True))
            counts = {rows: {c: _count(asked[c], groups, rows) for c in CONDITIONS} for rows in ROWS}
            versions.append({"spglib": found["spglib"], "counts": counts})
    counts = {rows: {c: _own_count(cells[rows, c]) for c in CONDITIONS} for rows in ROWS}
    versions.append({"spglib": own["packages"]["spglib"], "counts": counts})
    paper = {rows: {c: cells[rows, c]["paper"] for c in CONDITIONS} for rows in ROWS}
    return {"symprec": SYMPREC, "angle_tolerance": ANGLE_TOLERANCE, "paper": paper, "versions": versions}


def _cell(spec: StructureSpec) -> Record:
    atoms = spec.build()
    lattice, scaled = atoms.cell.array.tolist(), atoms.get_scaled_positions().tolist()
    return {"cell": lattice, "scaled": scaled, "numbers": atoms.numbers.tolist()}


def _count(specs: list[StructureSpec], groups: dict[StructureSpec, str | None], rows: str) -> list[int]:
    """Right answers and number of structures; a class listed in P1 is never right, as in the paper's starred rows."""
    of = [(get_prototype(spec.class_id), groups[spec]) for spec in specs]
    right = [
        found == str(prototype.space_group and prototype.space_group.paper) != "1"
        for prototype, found in of
        if rows == "all" or prototype.group in ("elemental", "binary")
    ]
    return [sum(right), len(right)]


def _own_count(cell: Record) -> list[int]:
    return [round(cell["accuracy"] * cell["n"] / 100), cell["n"]]


def page(record: Record) -> str:
    sections = []
    for rows, paper in record["paper"].items():
        lines = [f"| | {' | '.join(paper)} |", f"| --- |{' --- |' * len(paper)}"]
        lines.append(f"| paper | {' | '.join(f'{value:.2f}' for value in paper.values())} |")
        for version in record["versions"]:
            counts = [(right, n, *share_interval(right, n)) for right, n in version["counts"][rows].values()]
            cells = (f"{100 * right / n:.2f} ({low:.2f} - {high:.2f}), n = {n}" for right, n, low, high in counts)
            lines.append(f"| {version['spglib']} | {' | '.join(cells)} |")
        sections += [f"## {rows.capitalize()} classes", "\n".join(lines)]
    return document(
        "# Versions of spglib",
        f"The same structures, symprec {record['symprec']:g} angstrom and angle_tolerance "
        f"{record['angle_tolerance']:g} degrees, judged by several versions of spglib: right space groups in percent, "
        "95 % interval, number of structures. The last version is that of the benchmark's record.",
        *sections,
    )


EXPERIMENT = Experiment(measure, page, ("spglib",), small={"iterations": 1})
