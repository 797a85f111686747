"""How many atoms of the benchmark's structures OVITO and mdapy label differently.

PTM, CNA, a-CNA and BAA on the periodic structures of their classes, all conditions, 10 iterations.
"""

import numpy as np
from ase import Atoms
from joblib import delayed

from arise_zoo._version import BASE_SEED
from arise_zoo.common.parallel import workers
from arise_zoo.methods.local_structure import LocalStructureMethod, a_cna, baa, cna, ptm
from arise_zoo.structures import CONDITIONS, benchmark_structures

from .harness import Experiment, Record, document, table

METHODS = {"cna": cna, "baa": baa, "a-cna": a_cna, "ptm": ptm}


def measure(iterations: int = 10, jobs: int = -1) -> Record:
    """Atoms compared, and the atoms that differ, of each method."""
    tasks = [(name, condition, iterations) for name in METHODS for condition in CONDITIONS]
    results: dict[str, Record] = {name: {"method": name, "atoms": 0, "differing": []} for name in METHODS}
    with workers(jobs) as run:
        for task, (n_atoms, differing) in zip(tasks, run(delayed(_compare)(*task) for task in tasks), strict=True):
            results[task[0]]["atoms"] += n_atoms
            results[task[0]]["differing"] += differing
    facts = {"seed": BASE_SEED, "conditions": len(CONDITIONS), "iterations": iterations}
    return {**facts, "results": list(results.values())}


def _compare(name: str, condition: str, iterations: int) -> tuple[int, list[Record]]:
    """Number of atoms compared, and the ids of the structures with, and indices of, the atoms that differ."""
    ovito, mdapy = METHODS[name]("ovito"), METHODS[name]("mdapy")
    total, differing = 0, []
    structures = benchmark_structures(condition, iterations=iterations, classes=ovito.recognises, periodic=(True,))
    for spec in structures:
        atoms = spec.build()
        differs = _labels(ovito, atoms) != _labels(mdapy, atoms)
        total += len(atoms)
        if differs.any():
            differing.append({"structure": spec.id, "atoms": differs.nonzero()[0].tolist()})
    return total, differing


def _labels(method: LocalStructureMethod, atoms: Atoms) -> np.ndarray:
    found = method.predict(atoms)
    return np.asarray(getattr(found, "labels", found))


def page(record: Record) -> str:
    results, versions = record["results"], record["packages"]
    found = [f"`{structure['structure']}`" for result in results for structure in result["differing"]]
    return document(
        "# OVITO and mdapy, atom by atom",
        f"OVITO {versions['ovito']} and mdapy {versions['mdapy']} on the periodic structures of each method's classes, "
        f"{record['conditions']} conditions, {record['iterations']} iterations, base seed {record['seed']}.",
        table(
            "| method | atoms compared | atoms that differ |\n| --- | --: | --: |\n| {method} | {atoms} | {n} |",
            (r | {"n": sum(len(structure["atoms"]) for structure in r["differing"])} for r in results),
        ),
        f"Structures with such atoms: {', '.join(found) or 'none'}.",
    )


EXPERIMENT = Experiment(measure, page, ("ovito", "mdapy"), small={"iterations": 1})
