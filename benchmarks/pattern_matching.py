"""Speed and memory of strided pattern matching: the four-grain slab and the superalloy. Writes .json and .md.

    python benchmarks/pattern_matching.py FOUR_GRAINS_FILE [--jobs 2] [--out benchmarks/pattern_matching]

Each map is made in a process of its own; memory is the sum of the largest resident memories of that process and of
all its workers (shared libraries counted in each). Correctness is the tests' affair.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from arise_zoo.storage import write_json, write_text

CASES = {
    "four grains": {"box": 16.0, "stride": 1.0, "wanted_minutes": 3, "wanted_gib": None},
    "superalloy": {"box": 16.0, "stride": 5.0, "wanted_minutes": 15, "wanted_gib": 4},
}
N_SAMPLES = 100


def measure(name: str, file: str, n_jobs: int) -> dict:
    """Make one map in this process; from the first import of the package on."""
    started = time.perf_counter()
    from arise_zoo.analysis.inputs import read_structure

    from arise_zoo.analysis import strided_pattern_matching
    from arise_zoo.generators import superalloy

    atoms = read_structure(file) if name == "four grains" else superalloy(32)
    case = CASES[name]
    result = strided_pattern_matching(
        atoms,
        box=case["box"],
        stride=case["stride"],
        n_samples=N_SAMPLES,
        padding=0.5 if name == "four grains" else 0.0,
        n_jobs=n_jobs,
        show_progress=True,
    )
    seconds = time.perf_counter() - started
    peak = sum(map(_peak_kib, [os.getpid(), *_descendants(os.getpid())])) / 2**20
    return {
        "structure": name,
        "n_atoms": len(atoms),
        **case,
        "n_samples": N_SAMPLES,
        "positions": len(result),
        "answered": int(result.valid.sum()),
        "median_atoms_in_a_box": float(sorted(result.n_atoms[result.valid])[int(result.valid.sum()) // 2]),
        "n_jobs": n_jobs,
        "wall_seconds": round(seconds, 1),
        "peak_memory_gib": round(peak, 2),
    }


def report(rows: list[dict], environment: dict) -> str:
    """The Markdown page."""
    lines = [
        "# Speed of strided pattern matching",
        "",
        f"{environment['processor']}, Python {environment['python']}, load average {environment['load_average']:.1f} "
        "at the start. One run each, from a fresh interpreter, imports, reading and start of the workers "
        "included. Memory: largest resident memory, summed over all processes.",
        "",
        "| structure | atoms | box, Å | stride, Å | passes | positions | answered | atoms in a box | processes "
        "| wall, s | wanted, s | memory, GiB | wanted, GiB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        lines.append(
            f"| {row['structure']} | {row['n_atoms']} | {row['box']:g} | {row['stride']:g} | {row['n_samples']} "
            f"| {row['positions']} | {row['answered']} | {row['median_atoms_in_a_box']:g} | {row['n_jobs']} "
            f"| {row['wall_seconds']} | {60 * row['wanted_minutes']} | {row['peak_memory_gib']} "
            f"| {row['wanted_gib'] or ''} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", help="the four-grain slab of the paper's data set")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", default="benchmarks/pattern_matching")
    parser.add_argument("--only", choices=CASES, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(json.dumps(measure(args.only, args.file, args.jobs)))
        return
    environment = {
        "processor": _processor(),
        "python": platform.python_version(),
        "load_average": os.getloadavg()[0],
    }
    rows = []
    for name in CASES:
        command = [sys.executable, __file__, args.file, "--jobs", str(args.jobs), "--only", name]
        rows.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
    write_json(Path(f"{args.out}.json"), {"environment": environment, "rows": rows})
    write_text(Path(f"{args.out}.md"), report(rows, environment))


def _descendants(pid: int) -> list[int]:
    """Processes started by one, and those started by these: the workers are still there."""
    children = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return children + [grandchild for child in children for grandchild in _descendants(child)]


def _peak_kib(pid: int) -> int:
    """Largest resident memory of a process so far."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def _processor() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].split(":")[1].strip() if names else platform.processor()


if __name__ == "__main__":
    main()
