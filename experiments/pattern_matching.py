"""Speed and memory of strided pattern matching: the four-grain slab and the superalloy, also on a dense grid.

`--slab` is the four-grain slab of the paper's data set. Each map is made in a process of its own; memory is the sum of
the largest resident memories of that process and of all its workers (shared libraries counted in each).
"""

import os
import time
from pathlib import Path

import numpy as np

from arise_zoo.analysis import strided_pattern_matching
from arise_zoo.generators import superalloy
from arise_zoo.reading import read_structure

from .harness import Experiment, Record, document, in_fresh_process, table

CASES: dict[str, Record] = {
    "four grains": {"box": 16.0, "stride": 1.0, "wanted_minutes": 3, "wanted_gib": None},
    "superalloy": {"box": 16.0, "stride": 5.0, "wanted_minutes": 15, "wanted_gib": 4},
    "superalloy, dense": {"box": 16.0, "stride": 1.0, "scale": "global", "wanted_minutes": 15, "wanted_gib": None},
}
_DENSE_SAMPLES = 10  # of boxes that share their sums, whose time is that of the network


def measure(slab: Path, samples: int = 100, jobs: int = 2) -> Record:
    """Wall time and memory of all maps."""
    return {"rows": [in_fresh_process(_measure_map, name, slab, samples, jobs, time.time()) for name in CASES]}


def _measure_map(name: str, slab: Path, samples: int, jobs: int, started: float) -> Record:
    """Make one map in this process, which was `started` then."""
    atoms, padding = (read_structure(slab), 0.5) if name == "four grains" else (superalloy(32), 0.0)
    case = {"scale": "box", **CASES[name]}
    samples = min(samples, _DENSE_SAMPLES) if case["scale"] == "global" else samples
    options = {"n_samples": samples, "padding": padding, "n_jobs": jobs, "progress": True}
    result = strided_pattern_matching(atoms, box=case["box"], stride=case["stride"], scale=case["scale"], **options)
    wall = time.time() - started
    peak = sum(map(_peak_kib, [os.getpid(), *_descendants(os.getpid())])) / 2**20
    return {
        "structure": name,
        "n_atoms": len(atoms),
        **case,
        "n_samples": samples,
        "positions": len(result),
        "answered": int(result.valid.sum()),
        "median_atoms_in_a_box": float(np.sort(result.n_atoms[result.valid])[int(result.valid.sum()) // 2]),
        "n_jobs": jobs,
        "wall_seconds": round(wall, 1),
        "peak_memory_gib": round(peak, 2),
    }


def _descendants(pid: int) -> list[int]:
    """Processes started by one, and those started by these: the workers are still there."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _peak_kib(pid: int) -> int:
    """Largest resident memory of a process so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def page(record: Record) -> str:
    rows = [
        {"scale": "box", **r, "wanted_s": 60 * r["wanted_minutes"], "wanted_gib": r["wanted_gib"] or ""}
        for r in record["rows"]
    ]
    return document(
        "# Speed of strided pattern matching",
        f"{record['hardware']['processor']}, Python {record['hardware']['python']}, load average "
        f"{record['load_average']:.1f} at the start. One run each, from a fresh interpreter, imports, reading and "
        "start of the workers included. Memory: largest resident memory, summed over all processes.",
        table(
            "| structure | atoms | scale | box, Å | stride, Å | passes | positions | answered | atoms in a box | jobs "
            "| wall, s | wanted, s | memory, GiB | wanted, GiB |\n"
            "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n"
            "| {structure} | {n_atoms} | {scale} | {box:g} | {stride:g} | {n_samples} | {positions} | {answered} "
            "| {median_atoms_in_a_box:g} | {n_jobs} | {wall_seconds} | {wanted_s} | {peak_memory_gib} | {wanted_gib} |",
            rows,
        ),
    )


EXPERIMENT = Experiment(measure, page, ("numba",), small={"samples": 2})
