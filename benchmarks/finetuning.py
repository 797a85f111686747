"""What fine-tuning reaches in the tutorial's example, and how long it takes. Writes finetuning.json and finetuning.md.

Runs the code of docs/finetuning.md and asks the network, before and after, about the old classes' structures of the
benchmark and about structures of the new classes. Usage: python benchmarks/finetuning.py --data DIR, DIR as of
`arise-zoo build`, with nothing else running.
"""

import argparse
import os
import re
import tempfile
from pathlib import Path

import numpy as np
from arise_zoo.bench.environment import hardware, package_versions
from arise_zoo.bench.scores import interval
from arise_zoo.bench.stored_vectors import StoredVectors
from arise_zoo.datasets.settings import CENTRE
from arise_zoo.seeds import generator
from arise_zoo.storage import write_json, write_text
from arise_zoo.structures.supercells import displacement_unit

import arise_zoo
from arise_zoo.datasets.vectors import one_setting
from arise_zoo.prototypes.custom import prototype_from_atoms
from arise_zoo.structures import benchmark_structures, condition, displace, pristine_structures, remove_atoms, supercell

PAGE = Path(__file__).parents[1] / "docs" / "finetuning.md"
CONDITIONS = ("pristine", "missing-0.1", "displacement-0.02", "missing-0.3", "displacement-0.1", "both-0.3-0.1")
PASSES, DRAWS, SEED = 100, 10, "benchmark of fine-tuning"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="output folder of `arise-zoo build`")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    stored, out = StoredVectors(options.data.resolve()), options.out.resolve()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        names = {}
        for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
            exec(block, names)
        before, after = arise_zoo.load_model("arise-mlp"), arise_zoo.load_model(Path("arise-oxides"))
        results = []
        for name in CONDITIONS:
            specs = list(pristine_structures() if name == "pristine" else benchmark_structures(name))
            old = stored.of(name, specs), np.array([spec.class_id for spec in specs])
            new = new_structures(names["cells"], name)
            for which, (rows, labels) in (("old", old), ("new", new)):
                found = {"condition": name, "classes": which, "n": len(labels)}
                found |= {"before": scored(before, rows, labels), "after": scored(after, rows, labels)}
                results.append(found)
    record = {
        "seconds": names["made"].seconds,
        "passes": PASSES,
        "draws": DRAWS,
        "results": results,
        "packages": package_versions(("keras", "tensorflow")),
        "hardware": hardware(),
    }
    write_json(out, record)
    write_text(out.with_suffix(".md"), report(record))


def new_structures(cells, name):
    """Descriptors and labels of supercells of the new classes, periodic and finite, under a condition."""
    wanted, rows, labels = condition(name), [], []
    for label, cell in cells.items():
        prototype = prototype_from_atoms(cell, label)
        for k in prototype.supercell_sizes:
            for periodic in (True, False):
                for draw in range(DRAWS if wanted.is_random else 1):
                    rng = generator(SEED, label, k, periodic, name, draw)
                    atoms = remove_atoms(supercell(prototype, k, periodic=periodic), wanted.missing, rng)
                    atoms = displace(atoms, wanted.displacement, displacement_unit(prototype, k), rng)
                    rows.append(one_setting(atoms, *CENTRE))
                    labels.append(label)
    return np.array(rows, np.float32), np.array(labels)


def scored(model, rows, labels) -> dict:
    """Percent right with its 95 % interval."""
    said = np.array(model.labels)[model.predict_proba(rows, PASSES).argmax(axis=1)]
    right = (said == labels).astype(float)
    low, high = interval(right, np.ones(len(right)))
    return {"accuracy": round(100 * float(right.mean()), 2), "ci95": [round(low, 2), round(high, 2)]}


def report(record: dict) -> str:
    """The report in Markdown."""
    machine = record["hardware"]
    lines = [
        "# Fine-tuning on five further classes",
        "",
        f"The example of [docs/finetuning.md](../docs/finetuning.md), made in {record['seconds']:.0f} s on "
        f"{machine['processor']}, {machine['cores']} cores, TensorFlow's import included. Percent right with 95 % "
        f"intervals, {record['passes']} Monte-Carlo passes; old classes: the structures of the benchmark; new classes: "
        f"three supercells, periodic and finite, {record['draws']} draws.",
        "",
        "| condition | classes | n | before | after |",
        "| --- | --- | --: | --: | --: |",
    ]
    for found in record["results"]:
        said = [
            f"{s['accuracy']:.2f} [{s['ci95'][0]:.2f}, {s['ci95'][1]:.2f}]" for s in (found["before"], found["after"])
        ]
        lines.append(f"| {found['condition']} | {found['classes']} | {found['n']:,} | {said[0]} | {said[1]} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
