"""What spglib at the tight setting says of cells as they were relaxed, where the class table has symmetrised ones.

    python benchmarks/spglib_relaxed_cells.py PROTOTYPES

PROTOTYPES is the folder of that name in the paper's data set (doi 10.5281/zenodo.5526927), with one FHI-aims file a
class, as CLASS/*.in anywhere below it; classes without a file are left as they are. For each class whose listed space
group is numbered and not P1, and whose relaxed cell has another group than the symmetrised one, the periodic supercells
of both cells lose 1 % of their atoms, ten times each. Writes benchmarks/spglib_relaxed_cells.json and .md.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
from arise_zoo.bench.scores import interval
from arise_zoo.seeds import generator
from arise_zoo.storage import write_json, write_text
from ase.io import read

from arise_zoo.methods.symmetry import spglib_tight
from arise_zoo.prototypes import load_prototypes
from arise_zoo.structures import benchmark_structures, remove_atoms

CONDITION, AMOUNT = "missing-0.01", 0.01
OUT = Path(__file__)


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prototypes", type=Path)
    parser.add_argument("--own", type=Path, default=Path("leaderboard/records/spglib-tight.json"))
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", "FHI-aims IO is moving", FutureWarning)
    judged = [_judge(p, path) for p in load_prototypes() for path in _files(p, arguments.prototypes)]
    classes = [result for result in judged if result is not None]
    own = {c["condition"]: c for c in json.loads(arguments.own.read_text())["cells"] if c["scored_on"] == "all"}
    write_json(OUT.with_suffix(".json"), classes)
    write_text(OUT.with_suffix(".md"), _report(classes, own["pristine"], own[CONDITION]))


def _files(prototype, folder):
    """The file of a class that the question concerns, if there is one."""
    if not prototype.is_periodic or prototype.space_group.paper in ("1", 1):
        return []
    if not str(prototype.space_group.paper).isdigit():
        return []
    return sorted(folder.glob(f"**/{prototype.name}/*.in"))[:1]


def _judge(prototype, path):
    relaxed = read(path, format="aims")
    if sorted(relaxed.numbers) != sorted(prototype.build().numbers):
        raise SystemExit(f"{path} is not {prototype.id}.")
    method, listed = spglib_tight(), str(prototype.space_group.paper)
    if method.predict(relaxed) == str(prototype.space_group.number):
        return None
    result = {
        "class": prototype.id,
        "geometry": str(prototype.space_group.number),
        "listed": listed,
        "relaxed": method.predict(relaxed),
        "n": 0,
        "right_symmetrised": 0,
        "right_relaxed": 0,
    }
    for spec in benchmark_structures(CONDITION, classes=[prototype.id], periodic=(True,)):
        supercell = relaxed.repeat([spec.k if direction else 1 for direction in prototype.repetitions])
        defective = remove_atoms(supercell, AMOUNT, generator(spec.seed, spec.id))
        result["n"] += 1
        result["right_symmetrised"] += method.predict(spec.build()) == listed
        result["right_relaxed"] += method.predict(defective) == listed
    return result


def _report(classes, pristine, defective):
    gained = sum(c["right_relaxed"] - c["right_symmetrised"] for c in classes)
    n = defective["n"]
    right = round(defective["accuracy"] * n / 100) + gained
    low, high = interval(np.repeat([1, 0], [right, n - right]), np.ones(n))
    found = sum((c["relaxed"] == c["listed"]) - (c["geometry"] == c["listed"]) for c in classes)
    kept = round(pristine["accuracy"] * pristine["n"] / 100)
    lines = [
        "# spglib (tight) on cells as they were relaxed",
        "",
        f"All 96 periodic classes, {CONDITION}, n = {n}: {defective['accuracy']:.2f} % with the symmetrised cells of "
        f"the class table; {100 * right / n:.2f} % ({low:.2f} - {high:.2f}) with the relaxed cells of the "
        f"{len(classes)} classes below in their place; paper {defective['paper']:.2f} %. Pristine: "
        f"{kept} of {pristine['n']} with the symmetrised cells, {kept + found} with these; "
        f"paper {pristine['paper']:.2f} %, which is {round(pristine['paper'] * pristine['n'] / 100)}.",
        "",
        "| class | group of the geometry | listed | relaxed cell | listed group found, symmetrised | relaxed | n |",
        "| --- | --: | --: | --: | --: | --: | --: |",
    ]
    for c in classes:
        lines.append(
            f"| {c['class']} | {c['geometry']} | {c['listed']} | {c['relaxed']} | {c['right_symmetrised']} "
            f"| {c['right_relaxed']} | {c['n']} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
