"""How many atoms of the benchmark's structures OVITO and mdapy label differently.

    python benchmarks/engines.py

PTM, CNA, a-CNA and BAA on the periodic structures of their classes, all conditions, 10 iterations. Writes
benchmarks/engines.json and .md.
"""

import argparse
import importlib.metadata
from pathlib import Path

from arise_zoo.parallel import workers
from arise_zoo.storage import write_json, write_text
from joblib import delayed

from arise_zoo._version import BASE_SEED
from arise_zoo.methods.local_structure import a_cna, baa, cna, ptm
from arise_zoo.structures import CONDITIONS, benchmark_structures

OUT = Path(__file__)
METHODS = {"cna": cna, "baa": baa, "a-cna": a_cna, "ptm": ptm}
ITERATIONS = 10


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=-1)
    arguments = parser.parse_args()
    tasks = [(name, condition) for name in METHODS for condition in CONDITIONS]
    with workers(arguments.jobs) as run:
        counts = list(run(delayed(_compare)(*task) for task in tasks))
    results = []
    for name in METHODS:
        of_method = [count for task, count in zip(tasks, counts, strict=True) if task[0] == name]
        differing = [structure for _, structures in of_method for structure in structures]
        results.append({"method": name, "atoms": sum(atoms for atoms, _ in of_method), "differing": differing})
    versions = {name: importlib.metadata.version(name) for name in ("ovito", "mdapy")}
    write_json(OUT.with_suffix(".json"), {"packages": versions, "seed": BASE_SEED, "results": results})
    write_text(OUT.with_suffix(".md"), _report(results, versions))


def _compare(name, condition):
    """Number of atoms compared, and the ids of the structures with, and indices of, the atoms that differ."""
    ovito, mdapy = METHODS[name]("ovito"), METHODS[name]("mdapy")
    total, differing = 0, []
    structures = benchmark_structures(condition, iterations=ITERATIONS, classes=ovito.recognises, periodic=(True,))
    for spec in structures:
        atoms = spec.build()
        differs = _labels(ovito, atoms) != _labels(mdapy, atoms)
        total += len(atoms)
        if differs.any():
            differing.append({"structure": spec.id, "atoms": [int(i) for i in differs.nonzero()[0]]})
    return total, differing


def _labels(method, atoms):
    found = method.predict(atoms)
    return getattr(found, "labels", found)


def _report(results, versions):
    lines = [
        "# OVITO and mdapy, atom by atom",
        "",
        f"OVITO {versions['ovito']} and mdapy {versions['mdapy']} on the periodic structures of each method's classes, "
        f"{len(CONDITIONS)} conditions, {ITERATIONS} iterations, base seed {BASE_SEED}.",
        "",
        "| method | atoms compared | atoms that differ |",
        "| --- | --: | --: |",
    ]
    for result in results:
        differing = sum(len(structure["atoms"]) for structure in result["differing"])
        lines.append(f"| {result['method']} | {result['atoms']} | {differing} |")
    found = [structure["structure"] for result in results for structure in result["differing"]]
    lines += ["", "Structures with such atoms: " + (", ".join(f"`{s}`" for s in found) or "none") + "."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
