"""Speed of the descriptors: against quippy and DScribe, and on the data sets. Writes a Markdown report.

    python benchmarks/descriptors.py [--rounds 3] [--sample 20] [--out benchmarks/descriptors.md]

All ratios come from one run on one core: the libraries take turns, and medians of CPU seconds are compared.
Correctness is the tests' affair.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from arise_zoo.seeds import generator
from ase import Atoms
from threadpoolctl import threadpool_limits

from arise_zoo.descriptors import PAPER_R_CUTS, PAPER_SCALES, PAPER_SIGMAS, AveragedSOAP, soap_grid
from arise_zoo.descriptors.neighbours import Points
from arise_zoo.descriptors.scales import pair_scale
from arise_zoo.structures import CONDITIONS, StructureSpec, benchmark_structures

STRUCTURES = {
    "Cu2KVS4 cluster, 864 atoms": StructureSpec("cu2kvs4", 3, False),
    "fcc Cu, periodic, 216 atoms": StructureSpec("fcc_cu", 6, True),
}
GRID_SAMPLE = ((3.0, 0.08, 0.95), (4.0, 0.10, 1.00), (5.0, 0.12, 1.05))


def cpu_seconds(function: Callable, *arguments) -> float:
    """CPU time of one call."""
    begin = time.process_time()
    function(*arguments)
    return time.process_time() - begin


def _scaled_pairs(atoms: Atoms, extrinsic_scale: float):
    """(scaled structure, a, b) of every ordered pair of species; scaling is not timed."""
    points = Points(atoms)
    for i, a in enumerate(points.species.tolist()):
        for j, b in enumerate(points.species.tolist()):
            scale = pair_scale(points, i, j) * extrinsic_scale
            yield Atoms(atoms.numbers, atoms.positions / scale, cell=atoms.cell.array / scale, pbc=atoms.pbc), a, b


def quippy_seconds(atoms: Atoms, r_cut: float = 4.0, sigma: float = 0.1, extrinsic_scale: float = 1.0) -> float:
    """CPU time of quippy for the same descriptor."""
    from quippy.descriptors import Descriptor

    total = 0.0
    for scaled, a, b in _scaled_pairs(atoms, extrinsic_scale):
        soap = Descriptor(
            f"soap cutoff={r_cut} l_max=6 n_max=9 atom_sigma={sigma} n_Z=1 Z={{{a}}} n_species=1 species_Z={{{b}}} "
            "central_weight=0.0 average=T"
        )
        total += cpu_seconds(soap.calc, scaled)
    return total


def dscribe_seconds(atoms: Atoms) -> float:
    """CPU time of DScribe for the same descriptor."""
    from dscribe.descriptors import SOAP

    total = 0.0
    for scaled, a, b in _scaled_pairs(atoms, 1.0):
        if scaled.pbc.any():
            scaled.wrap()
        centres, others = scaled.positions[scaled.numbers == a], scaled[scaled.numbers == b]
        options = {"r_cut": 4.0, "n_max": 9, "l_max": 6, "sigma": 0.1, "weighting": {"w0": 0}}
        soap = SOAP(species=[b], rbf="gto", average="inner", periodic=bool(scaled.pbc.any()), **options)
        total += cpu_seconds(soap.create, others, centres)
    return total


def single_setting(rounds: int) -> list[str]:
    """Table of one descriptor at one setting."""
    lines = [
        "| structure | basis | library | library, s | this package, s | ratio | wanted |",
        "|---|---|---|--:|--:|--:|--:|",
    ]
    for name, spec in STRUCTURES.items():
        atoms = spec.build()
        for basis, library, other, wanted in (
            ("quip", "quippy", quippy_seconds, 100),
            ("gto", "DScribe", dscribe_seconds, 10),
        ):
            soap = AveragedSOAP(basis=basis)
            soap.create(atoms)
            theirs, ours = [], []
            for _ in range(rounds):
                theirs.append(other(atoms))
                ours += [cpu_seconds(soap.create, atoms) for _ in range(5)]
            ratio = median(theirs) / median(ours)
            lines.append(
                f"| {name} | {basis} | {library} | {median(theirs):.3g} | {median(ours):.3g} | {ratio:.0f} | {wanted} |"
            )
    return lines


def grid(rounds: int) -> list[str]:
    """Table of the paper's 99 settings."""
    n_settings = len(PAPER_R_CUTS) * len(PAPER_SIGMAS) * len(PAPER_SCALES)
    lines = [
        f"Quippy's time is {n_settings} x the mean of {len(GRID_SAMPLE)} settings {GRID_SAMPLE}.",
        "",
        "| structure | quippy, s | this package, s | ratio | wanted |",
        "|---|--:|--:|--:|--:|",
    ]
    for name, spec in STRUCTURES.items():
        atoms = spec.build()
        soap_grid(atoms)
        ours = [cpu_seconds(soap_grid, atoms) for _ in range(2 * rounds)]
        theirs = n_settings * np.mean([quippy_seconds(atoms, *setting) for setting in GRID_SAMPLE])
        ours += [cpu_seconds(soap_grid, atoms) for _ in range(2 * rounds)]
        lines.append(f"| {name} | {theirs:.4g} | {median(ours):.3g} | {theirs / median(ours):.0f} | 1000 |")
    return lines


def pair_rate(rounds: int) -> list[str]:
    """Pairs a second, whole and in the inner loop, and how near the latter comes to the core's matrix product."""
    from arise_zoo.descriptors.averaged_soap import _tables
    from arise_zoo.descriptors.harmonics import first_components, recursion
    from arise_zoo.descriptors.moment_kernels import add_moments, sort_into_bins
    from arise_zoo.descriptors.moments import _GUESSES_PER_UNIT

    matrix = generator("benchmark").random((512, 512))
    product_rate = 2 * 512**3 / median(cpu_seconds(np.matmul, matrix, matrix) for _ in range(20))
    lines = [
        "| structure | pairs visited | ns a pair, search | sorting | moments | whole | moments, GFLOP/s | of dgemm's |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    bins, _ = _tables(((4.0, 0.1, 1.0, 0.0),), 9, 6, "quip")
    for name, spec in STRUCTURES.items():
        atoms = spec.build()
        soap = AveragedSOAP()
        whole = median(cpu_seconds(soap.create, atoms) for _ in range(5 * rounds))
        points = Points(atoms)
        pairs_visited, operations = 0, 0
        search, sort, moments = [], [], []
        for _ in range(5 * rounds):
            pairs_visited, operations, seconds = 0, 0, np.zeros(3)
            for b in range(len(points.species)):
                scales = [max(pair_scale(points, a, b), pair_scale(points, b, a)) for a in range(b + 1)]
                for a, scale in enumerate(scales):
                    first = first_components(6, a == b)
                    sums = np.zeros((len(bins.edges) - 1, 6, first[-1]))
                    marks = [time.process_time()]
                    for pairs in points.pairs(a, b, 4.0 * scale):
                        marks.append(time.process_time())
                        order, start = sort_into_bins(pairs, scale, bins.edges, bins.guess, _GUESSES_PER_UNIT)
                        marks.append(time.process_time())
                        add_moments(pairs, order, start, scale, bins.edges, a == b, *recursion(6), first, sums)
                        marks.append(time.process_time())
                        n = int(start[-1])
                        pairs_visited += n
                        # a multiplication and an addition a moment, three operations a harmonic or Legendre function
                        operations += n * (12 * first[-1] + 3 * (28 + first[-1]))
                    marks = marks if len(marks) % 3 == 1 else marks[:-1]
                    seconds += np.diff(marks).reshape(-1, 3).sum(axis=0)
            search.append(seconds[0])
            sort.append(seconds[1])
            moments.append(seconds[2])
        rate = operations / median(moments)
        parts = " | ".join(f"{1e9 * median(t) / pairs_visited:.1f}" for t in (search, sort, moments))
        lines.append(
            f"| {name} | {pairs_visited} | {parts} | {1e9 * whole / pairs_visited:.1f} | {rate / 1e9:.1f} "
            f"| {100 * rate / product_rate:.0f} % |"
        )
    return lines


PRISTINE = """
import numpy as np
from joblib import Parallel, delayed
from arise_zoo.descriptors import soap_grid
from arise_zoo.structures import pristine_structures
def rows(spec):
    return soap_grid(spec.build()).reshape(99, -1)
if __name__ == "__main__":
    done = Parallel(n_jobs=2, batch_size=4)(delayed(rows)(spec) for spec in pristine_structures())
    assert np.concatenate(done).shape == (39204, 316)
"""


def pristine_set() -> list[str]:
    """Wall time of the whole pristine set from a fresh interpreter, and the processes' CPU time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", PRISTINE], check=True)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [
        f"396 structures x 99 settings = 39,204 rows from a fresh interpreter, two processes: {wall:.1f} s wall, "
        f"{cpu:.1f} s of CPU time (wanted: 60 s)."
    ]


def defective_set(sample: int) -> list[str]:
    """CPU time of the defective set, from a random sample of every condition, structures included."""
    soap = AveragedSOAP()
    soap.create(StructureSpec("fcc_cu", 5, True).build())
    conditions = [name for name, condition in CONDITIONS.items() if condition.is_random]
    specs = list(benchmark_structures(conditions[0]))
    n_all = len(specs) * len(conditions)
    for spec in specs[::10]:  # cells and supercells are made once a process
        spec.build()
    times, n_atoms = [], 0
    for name in conditions:
        every = list(benchmark_structures(name))
        for i in generator("benchmark", name).choice(len(every), sample, replace=False):
            begin = time.process_time()
            atoms = every[i].build()
            soap.create(atoms)
            times.append(time.process_time() - begin)
            n_atoms += len(atoms)
    mean, error = np.mean(times), np.std(times) / np.sqrt(len(times))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return [
        f"{len(times)} structures, {sample} of each of {len(conditions)} conditions, {n_atoms / len(times):.0f} atoms "
        f"on average: {1e3 * mean:.2f} +- {1e3 * error:.2f} ms of CPU time each, structure included. All {n_all}: "
        f"{n_all * mean / 60:.0f} core-minutes, {n_all * mean / 120:.1f} minutes on two cores (wanted: 30). "
        f"Largest resident memory of this process, with the other libraries loaded: {peak:.2f} GB."
    ]


def _machine() -> str:
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return f"{model}, Python {platform.python_version()}, load average {os.getloadavg()[0]:.1f} at the start"


def main() -> None:
    """Run everything and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="turns of each library (default 3)")
    parser.add_argument("--sample", type=int, default=20, help="defective structures a condition (default 20)")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".md"))
    arguments = parser.parse_args()
    report = ["# Speed of the descriptors", "", f"{_machine()}. Medians of CPU seconds on one core."]
    importlib.import_module("quippy.descriptors")  # so that its threads, too, can be limited
    importlib.import_module("dscribe.descriptors")
    for title, lines in (
        ("One setting", lambda: single_setting(arguments.rounds)),
        ("The paper's 99 settings", lambda: grid(arguments.rounds)),
        ("Where the time goes", lambda: pair_rate(arguments.rounds)),
        ("Pristine set", pristine_set),
        ("Defective set", lambda: defective_set(arguments.sample)),
    ):
        with threadpool_limits(1):
            report += ["", f"## {title}", "", *lines()]
        print("\n".join(report[report.index(f"## {title}") :]), flush=True)
    arguments.out.write_text("\n".join(report) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
