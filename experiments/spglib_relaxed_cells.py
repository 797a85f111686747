"""What spglib at the tight setting says of cells as they were relaxed, where the class table has symmetrised ones.

`--prototypes` is the folder of that name in the paper's data set (doi 10.5281/zenodo.5526927), with one FHI-aims file a
class, as CLASS/*.in anywhere below it; classes without a file are left as they are. For each class whose listed space
group is numbered and not P1, and whose relaxed cell has another group than the symmetrised one, the periodic supercells
of both cells lose 1 % of their atoms, ten times each.
"""

import warnings
from pathlib import Path

from arise_zoo.common.seeds import rng_for
from arise_zoo.common.statistics import share_interval
from arise_zoo.methods.symmetry import spglib_tight
from arise_zoo.prototypes import Prototype, load_prototypes
from arise_zoo.reading import read_structure
from arise_zoo.structures import CONDITIONS, benchmark_structures, remove_atoms

from .harness import Experiment, Record, document, leaderboard_record, table

CONDITION = "missing-0.01"


def measure(prototypes: Path) -> Record:
    """Groups and right answers of the classes concerned, and what the leaderboard has with the symmetrised cells."""
    warnings.filterwarnings("ignore", "FHI-aims IO is moving", FutureWarning)
    classes = [_judge(prototype, prototypes) for prototype in load_prototypes()]
    _, cells = leaderboard_record("spglib-tight")
    own = {c: {key: cells["all", c][key] for key in ("accuracy", "n", "paper")} for c in ("pristine", CONDITION)}
    return {"classes": [c for c in classes if c is not None], "symmetrised": own}


def _judge(prototype: Prototype, folder: Path) -> Record | None:
    """What the relaxed cell of a class changes; None where the question does not arise."""
    group = prototype.space_group
    files = sorted(folder.glob(f"**/{prototype.name}/*.in"))
    if not prototype.is_periodic or not files or group is None or not str(group.paper).isdigit():
        return None
    listed, geometry, method, relaxed = str(group.paper), str(group.number), spglib_tight(), read_structure(files[0])
    if sorted(relaxed.numbers) != sorted(prototype.build().numbers):
        raise SystemExit(f"{files[0]} is not {prototype.id}.")
    found = method.predict(relaxed)
    if listed == "1" or found == geometry:
        return None
    right = {"n": 0, "right_symmetrised": 0, "right_relaxed": 0}
    for spec in benchmark_structures(CONDITION, classes=[prototype.id], periodic=(True,)):
        supercell = relaxed.repeat([spec.k if direction else 1 for direction in prototype.repetitions])
        defective = remove_atoms(supercell, CONDITIONS[CONDITION].missing, rng_for(spec.seed, spec.id))
        right["n"] += 1
        right["right_symmetrised"] += method.predict(spec.build()) == listed
        right["right_relaxed"] += method.predict(defective) == listed
    return {"class": prototype.id, "geometry": geometry, "listed": listed, "relaxed": found, **right}


def page(record: Record) -> str:
    classes, symmetrised = record["classes"], record["symmetrised"]
    pristine, defective = symmetrised["pristine"], symmetrised[CONDITION]
    n, n_pristine = defective["n"], pristine["n"]
    gained = sum(c["right_relaxed"] - c["right_symmetrised"] for c in classes)
    right = round(defective["accuracy"] * n / 100) + gained
    low, high = share_interval(right, n)
    kept = round(pristine["accuracy"] * n_pristine / 100)
    found = sum((c["relaxed"] == c["listed"]) - (c["geometry"] == c["listed"]) for c in classes)
    return document(
        "# spglib (tight) on cells as they were relaxed",
        f"All {n_pristine} periodic classes, {CONDITION}, n = {n}: {defective['accuracy']:.2f} % with the symmetrised "
        f"cells of the class table; {100 * right / n:.2f} % ({low:.2f} - {high:.2f}) with the relaxed cells of the "
        f"{len(classes)} classes below in their place; paper {defective['paper']:.2f} %. Pristine: "
        f"{kept} of {n_pristine} with the symmetrised cells, {kept + found} with these; "
        f"paper {pristine['paper']:.2f} %, which is {round(pristine['paper'] * n_pristine / 100)}.",
        table(
            "| class | group of the geometry | listed | relaxed cell | listed group found, symmetrised | relaxed | n |"
            "\n| --- | --: | --: | --: | --: | --: | --: |\n"
            "| {class} | {geometry} | {listed} | {relaxed} | {right_symmetrised} | {right_relaxed} | {n} |",
            classes,
        ),
    )


EXPERIMENT = Experiment(measure, page, ("spglib",))
