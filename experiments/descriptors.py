"""Speed of the descriptors: against quippy and DScribe, and on the data sets.

All ratios come from one run on one core: the libraries take turns, and medians of CPU seconds are compared. `--rounds`
are the turns of each library, `--sample` the defective structures of each condition.
"""

import importlib
import resource
from collections.abc import Iterator
from statistics import median
from time import perf_counter, process_time

import numpy as np
from ase import Atoms
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits

from arise_zoo.common.seeds import rng_for
from arise_zoo.descriptors import PAPER_R_CUTS, PAPER_SCALES, PAPER_SIGMAS, AveragedSOAP, soap_grid
from arise_zoo.descriptors.averaged_soap import _tables
from arise_zoo.descriptors.harmonics import first_components, recursion
from arise_zoo.descriptors.moment_kernels import add_moments, sort_into_bins
from arise_zoo.descriptors.moments import GUESSES_PER_UNIT
from arise_zoo.descriptors.neighbours import Points
from arise_zoo.descriptors.scales import pair_scale
from arise_zoo.structures import CONDITIONS, StructureSpec, benchmark_structures, pristine_structures

from .harness import Experiment, Record, document, in_fresh_process, seconds, table

STRUCTURES = {
    "Cu2KVS4 cluster, 864 atoms": StructureSpec("cu2kvs4", 3, False),
    "fcc Cu, periodic, 216 atoms": StructureSpec("fcc_cu", 6, True),
}
N_SETTINGS = len(PAPER_R_CUTS) * len(PAPER_SIGMAS) * len(PAPER_SCALES)
GRID_SAMPLE = ((3.0, 0.08, 0.95), (4.0, 0.10, 1.00), (5.0, 0.12, 1.05))


def measure(rounds: int = 3, sample: int = 20) -> Record:
    """CPU seconds of the descriptor at one setting and at all, of its parts, and of the data sets."""
    importlib.import_module("quippy.descriptors")  # so that its threads, too, can be limited
    importlib.import_module("dscribe.descriptors")
    with threadpool_limits(1):
        return {
            **_against_others(rounds),
            "inner_loop": _inner_loop(rounds),
            "pristine": _pristine_set(),
            "defective": _defective_set(sample),
        }


def _quippy_seconds(atoms: Atoms, r_cut: float = 4.0, sigma: float = 0.1, extrinsic_scale: float = 1.0) -> float:
    """CPU time of quippy for the same descriptor."""
    from quippy.descriptors import Descriptor

    total = 0.0
    for scaled, a, b in _scaled_pairs(atoms, extrinsic_scale):
        soap = Descriptor(
            f"soap cutoff={r_cut} l_max=6 n_max=9 atom_sigma={sigma} n_Z=1 Z={{{a}}} n_species=1 species_Z={{{b}}} "
            "central_weight=0.0 average=T"
        )
        total += seconds(process_time, soap.calc, scaled)
    return total


def _dscribe_seconds(atoms: Atoms) -> float:
    """CPU time of DScribe for the same descriptor."""
    from dscribe.descriptors import SOAP

    total = 0.0
    for scaled, a, b in _scaled_pairs(atoms, 1.0):
        if scaled.pbc.any():
            scaled.wrap()
        centres, others = scaled.positions[scaled.numbers == a], scaled[scaled.numbers == b]
        options = {"r_cut": 4.0, "n_max": 9, "l_max": 6, "sigma": 0.1, "weighting": {"w0": 0}}
        soap = SOAP(species=[b], rbf="gto", average="inner", periodic=bool(scaled.pbc.any()), **options)
        total += seconds(process_time, soap.create, others, centres)
    return total


def _scaled_pairs(atoms: Atoms, extrinsic_scale: float) -> Iterator[tuple[Atoms, int, int]]:
    """(scaled structure, a, b) of every ordered pair of species; scaling is not timed."""
    points = Points(atoms)
    for i, a in enumerate(points.species.tolist()):
        for j, b in enumerate(points.species.tolist()):
            scale = pair_scale(points, i, j) * extrinsic_scale
            yield Atoms(atoms.numbers, atoms.positions / scale, cell=atoms.cell.array / scale, pbc=atoms.pbc), a, b


def _against_others(rounds: int) -> dict[str, list[Record]]:
    """CPU seconds of other libraries and of this package, at one setting and at all; of quippy at a sample of these."""
    one_setting: list[Record] = []
    grid: list[Record] = []
    for name, spec in STRUCTURES.items():
        atoms = spec.build()
        for basis, library, other in (("quip", "quippy", _quippy_seconds), ("gto", "DScribe", _dscribe_seconds)):
            soap = AveragedSOAP(basis=basis)
            soap.create(atoms)
            theirs, ours = [], []
            for _ in range(rounds):
                theirs.append(other(atoms))
                ours += [seconds(process_time, soap.create, atoms) for _ in range(5)]
            one_setting.append({"structure": name, "basis": basis, "library": library, "theirs": theirs, "ours": ours})
        soap_grid(atoms)
        ours = [seconds(process_time, soap_grid, atoms) for _ in range(2 * rounds)]
        theirs = [_quippy_seconds(atoms, *setting) for setting in GRID_SAMPLE]
        ours += [seconds(process_time, soap_grid, atoms) for _ in range(2 * rounds)]
        grid.append({"structure": name, "theirs": theirs, "ours": ours})
    return {"one_setting": one_setting, "grid": grid}


def _inner_loop(rounds: int) -> Record:
    """CPU seconds of the parts of a descriptor, and operations a second of this core's matrix product."""
    matrix = rng_for("benchmark").random((512, 512))
    product = median(seconds(process_time, np.matmul, matrix, matrix) for _ in range(20))
    rows = []
    for name, spec in STRUCTURES.items():
        atoms, soap = spec.build(), AveragedSOAP()
        whole = [seconds(process_time, soap.create, atoms) for _ in range(5 * rounds)]
        points = Points(atoms)
        parts = [_parts(points) for _ in range(5 * rounds)]
        search, sort, moments = zip(*(part for part, _, _ in parts), strict=True)
        _, n_pairs, operations = parts[0]
        times = {"search": search, "sort": sort, "moments": moments, "whole": whole}
        rows.append({"structure": name, "pairs": n_pairs, "operations": operations, **times})
    return {"product_flops": 2 * 512**3 / product, "rows": rows}


def _parts(points: Points) -> tuple[tuple[float, ...], int, int]:
    """CPU seconds of search, sorting and moments; number of pairs visited, and of operations on them."""
    bins, _ = _tables(((4.0, 0.1, 1.0, 0.0),), 9, 6, "quip")
    taken, n_pairs, operations = np.zeros(3), 0, 0
    for b in range(len(points.species)):
        scales = [max(pair_scale(points, a, b), pair_scale(points, b, a)) for a in range(b + 1)]
        for a, scale in enumerate(scales):
            first = first_components(6, a == b)
            sums = np.zeros((len(bins.edges) - 1, 6, first[-1]))
            marks = [process_time()]
            for pairs in points.pairs(a, b, 4.0 * scale):
                marks.append(process_time())
                order, start = sort_into_bins(pairs, scale, bins.edges, bins.guess, GUESSES_PER_UNIT)
                marks.append(process_time())
                add_moments(pairs, order, start, scale, bins.edges, a == b, *recursion(6), first, sums)
                marks.append(process_time())
                n_pairs += int(start[-1])
                # a multiplication and an addition a moment, three operations a harmonic or Legendre function
                operations += int(start[-1]) * int(12 * first[-1] + 3 * (28 + first[-1]))
            taken += np.diff(marks).reshape(-1, 3).sum(axis=0)
    return tuple(taken.tolist()), n_pairs, operations


def _pristine_set() -> Record:
    """Wall and CPU time of the whole pristine set, from the start of a fresh interpreter."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = seconds(perf_counter, in_fresh_process, _describe_pristine_set)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"wall_s": wall, "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def _describe_pristine_set() -> None:
    rows = Parallel(2, batch_size=4)(delayed(_all_settings)(spec) for spec in pristine_structures())
    if np.concatenate(rows).shape != (39204, 316):
        raise RuntimeError("the pristine set has another size.")


def _all_settings(spec: StructureSpec) -> np.ndarray:
    return soap_grid(spec.build()).reshape(N_SETTINGS, -1)


def _defective_set(sample: int) -> Record:
    """CPU time of a random sample of every condition of the defective set, structures included."""
    soap = AveragedSOAP()
    soap.create(StructureSpec("fcc_cu", 5, True).build())
    conditions = [name for name, condition in CONDITIONS.items() if condition.is_random]
    specs = list(benchmark_structures(conditions[0]))
    for spec in specs[::10]:  # cells and supercells are made once a process
        spec.build()
    times, n_atoms = [], 0
    for name in conditions:
        every = list(benchmark_structures(name))
        for i in rng_for("benchmark", name).choice(len(every), sample, replace=False):
            begin = process_time()
            atoms = every[i].build()
            soap.create(atoms)
            times.append(process_time() - begin)
            n_atoms += len(atoms)
    return {
        "n": len(times),
        "of_each_condition": sample,
        "conditions": len(conditions),
        "mean_atoms": n_atoms / len(times),
        "mean_ms": 1e3 * float(np.mean(times)),
        "standard_error_ms": 1e3 * float(np.std(times) / np.sqrt(len(times))),
        "n_all": len(specs) * len(conditions),
        "peak_memory_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def page(record: Record) -> str:
    around, loop, defective = record["hardware"], record["inner_loop"], record["defective"]
    minutes = defective["n_all"] * defective["mean_ms"] / 60e3
    settings, grid, parts = [], [], []
    for row in record["one_setting"]:
        theirs, ours, wanted = median(row["theirs"]), median(row["ours"]), {"quip": 100, "gto": 10}[row["basis"]]
        settings.append({**row, "theirs": theirs, "ours": ours, "ratio": theirs / ours, "wanted": wanted})
    for row in record["grid"]:
        theirs, ours = N_SETTINGS * np.mean(row["theirs"]), median(row["ours"])
        grid.append({**row, "theirs": theirs, "ours": ours, "ratio": theirs / ours})
    for row in loop["rows"]:
        times = {part: 1e9 * median(row[part]) / row["pairs"] for part in ("search", "sort", "moments", "whole")}
        rate = row["operations"] / median(row["moments"])
        parts.append({**row, **times, "gflops": rate / 1e9, "percent": 100 * rate / loop["product_flops"]})
    return document(
        "# Speed of the descriptors",
        f"{around['processor']}, Python {around['python']}, load average {record['load_average']:.1f} at the start. "
        "Medians of CPU seconds on one core.",
        "## One setting",
        table(
            "| structure | basis | library | library, s | this package, s | ratio | wanted |\n"
            "|---|---|---|--:|--:|--:|--:|\n"
            "| {structure} | {basis} | {library} | {theirs:.3g} | {ours:.3g} | {ratio:.0f} | {wanted} |",
            settings,
        ),
        f"## The paper's {N_SETTINGS} settings",
        f"Quippy's time is {N_SETTINGS} x the mean of {len(GRID_SAMPLE)} settings {GRID_SAMPLE}.",
        table(
            "| structure | quippy, s | this package, s | ratio | wanted |\n"
            "|---|--:|--:|--:|--:|\n"
            "| {structure} | {theirs:.4g} | {ours:.3g} | {ratio:.0f} | 1000 |",
            grid,
        ),
        "## Where the time goes",
        table(
            "| structure | pairs visited | ns a pair, search | sorting | moments | whole | moments, GFLOP/s "
            "| of dgemm's |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"
            "| {structure} | {pairs} | {search:.1f} | {sort:.1f} | {moments:.1f} | {whole:.1f} | {gflops:.1f} "
            "| {percent:.0f} % |",
            parts,
        ),
        "## Pristine set",
        f"396 structures x {N_SETTINGS} settings = 39,204 rows from a fresh interpreter, two processes: "
        "{wall_s:.1f} s wall, {cpu_s:.1f} s of CPU time (wanted: 60 s).".format(**record["pristine"]),
        "## Defective set",
        "{n} structures, {of_each_condition} of each of {conditions} conditions, {mean_atoms:.0f} atoms on average: "
        "{mean_ms:.2f} +- {standard_error_ms:.2f} ms of CPU time each, structure included. All {n_all}: "
        "{core_minutes:.0f} core-minutes, {minutes_on_two:.1f} minutes on two cores (wanted: 30). Largest "
        "resident memory of this process, with the other libraries loaded: {peak_memory_gb:.2f} GB.".format(
            **defective, core_minutes=minutes, minutes_on_two=minutes / 2
        ),
    )


EXPERIMENT = Experiment(measure, page, ("numba", "quippy-ase", "dscribe"), small={"rounds": 1, "sample": 1})
