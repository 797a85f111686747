"""What fine-tuning reaches in the tutorial's example, and how long it takes.

Runs the code of docs/finetuning.md and asks the network, before and after, about the old classes' structures of the
benchmark and about structures of the new classes. `--data` is the output folder of `arise-zoo build`; nothing else
should be running.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

import arise_zoo
from arise_zoo.common.seeds import rng_for
from arise_zoo.datasets.vectors import one_setting
from arise_zoo.descriptors.settings import CENTRE
from arise_zoo.models.model import Model
from arise_zoo.prototypes.custom import prototype_from_atoms
from arise_zoo.prototypes.supercells import displacement_unit
from arise_zoo.structures import CONDITIONS, displace, remove_atoms, supercell

from .harness import ROOT, Experiment, Record, document, machine, scored, stored, table

TUTORIAL = ROOT / "docs" / "finetuning.md"
ASKED = ("pristine", "missing-0.1", "displacement-0.02", "missing-0.3", "displacement-0.1", "both-0.3-0.1")
SEED = "benchmark of fine-tuning"


def measure(data: Path, passes: int = 100, draws: int = 10) -> Record:
    """Percent right of old and new classes under some conditions, before and after fine-tuning."""
    before, results = arise_zoo.load_model("arise-mlp"), []
    names, after = _tutorial()
    for name in ASKED:
        asked = {"old": stored(data, name), "new": _new_rows(names["cells"], name, draws)}
        for classes, (rows, labels) in asked.items():
            found: Record = {"condition": name, "classes": classes, "n": len(labels)}
            for when, model in (("before", before), ("after", after)):
                said = np.array(model.labels)[model.predict_proba(rows, passes).argmax(axis=1)]
                found[when] = scored(said == labels)
            results.append(found)
    return {"seconds": names["made"].seconds, "passes": passes, "draws": draws, "results": results}


def _tutorial() -> tuple[dict[str, Any], Model]:
    """The names that the tutorial's code defines, and the model that it makes."""
    names: dict[str, Any] = {}
    started = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for block in _blocks():
                exec(block, names)
            return names, arise_zoo.load_model(Path("arise-oxides"))
        finally:
            os.chdir(started)


def tutorial_cells() -> dict[str, Atoms]:
    """The cells of the tutorial's new classes, by label."""
    names: dict[str, Any] = {}
    exec(_blocks()[0], names)
    cells: dict[str, Atoms] = names["cells"]
    return cells


def _blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)


def new_structures(cells: dict[str, Atoms], name: str, draws: int) -> Iterator[tuple[str, Atoms]]:
    """Supercells of the new classes, periodic and finite, under a condition, each with its label."""
    wanted = CONDITIONS[name]
    for label, cell in cells.items():
        prototype = prototype_from_atoms(cell, label)
        for k in prototype.supercell_sizes:
            for periodic in (True, False):
                for draw in range(draws if wanted.is_random else 1):
                    rng = rng_for(SEED, label, k, periodic, name, draw)
                    atoms = remove_atoms(supercell(prototype, k, periodic=periodic), wanted.missing, rng)
                    yield label, displace(atoms, wanted.displacement, displacement_unit(prototype, k), rng)


def _new_rows(cells: dict[str, Atoms], name: str, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors and labels of the new classes' structures under a condition."""
    made = [(one_setting(atoms, *CENTRE), label) for label, atoms in new_structures(cells, name, draws)]
    rows, labels = zip(*made, strict=True)
    return np.array(rows, np.float32), np.array(labels)


def page(record: Record) -> str:
    return document(
        "# Fine-tuning on five further classes",
        f"The example of [docs/finetuning.md](../docs/finetuning.md), made in {record['seconds']:.0f} s on "
        f"{machine(record)}, TensorFlow's import included. Percent right with 95 % intervals, {record['passes']} "
        "Monte-Carlo passes; old classes: the structures of the benchmark; new classes: three supercells, periodic and "
        f"finite, {record['draws']} draws.",
        table(
            "| condition | classes | n | before | after |\n"
            "| --- | --- | --: | --: | --: |\n"
            "| {condition} | {classes} | {n:,} | {before[accuracy]:.2f} [{before[ci95][0]:.2f}, {before[ci95][1]:.2f}] "
            "| {after[accuracy]:.2f} [{after[ci95][0]:.2f}, {after[ci95][1]:.2f}] |",
            record["results"],
        ),
    )


EXPERIMENT = Experiment(measure, page, ("keras", "tensorflow"), small={"passes": 2, "draws": 1})
