"""How length scales of a structure move under heat, missing and foreign atoms, strain and surfaces.

A scale should be a property of the crystal. For each candidate and condition: the ratio of the scale of a structure to
that of the pristine crystal of its class. `--iterations` are structures of each supercell; with `--data`, the folder of
arise/dynamics, frames of molecular dynamics too, compared with the coldest ones, thermal expansion taken out.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from ase import Atoms

from arise_zoo.common.length_scale import most_frequent_distance
from arise_zoo.datasets.load import use_dynamics
from arise_zoo.descriptors.first_peak import first_peak
from arise_zoo.descriptors.neighbours import Points
from arise_zoo.descriptors.scales import pair_scales
from arise_zoo.prototypes import get_prototype
from arise_zoo.simulation.protocol import SOLIDS
from arise_zoo.structures import StructureSpec, benchmark_structures, supercell

from .harness import Experiment, Record, document

_CONDITIONS = (
    *("displacement-0.02", "displacement-0.04", "displacement-0.1", "thermal-0.04", "thermal-0.08"),
    *("missing-0.1", "missing-0.3", "both-0.3-0.1", "substitution-0.01", "substitution-0.2"),
    *("uniaxial-0.05", "added-0.05", "slab", "cluster-40", "mixed-strong"),
)
Structures = Iterator[tuple[str, Atoms, Atoms, float]]
"""Class, structure, the pristine one that it is compared with, and how much longer all lengths have become."""

_FAR = 0.05  # from the pristine scale: a twentieth is half of a Gaussian's width at the second neighbours


def _nearest(points: Points) -> np.ndarray:
    nearest = points.nearest_of_all
    return nearest[np.isfinite(nearest)]


def _of_pairs(points: Points) -> float:
    """The mean over ordered pairs of species of the most frequent nearest distance, as the paper scales each pair."""
    return float(np.nanmean(pair_scales(points)))


_CANDIDATES = {
    "mode of nearest, per pair of species": _of_pairs,
    "mode of nearest": lambda points: most_frequent_distance(_nearest(points)),
    "median of nearest": lambda points: float(np.median(_nearest(points))),
    "first peak, 3 %": lambda points: first_peak(points, 0.03),
    "first peak, 5 %": lambda points: first_peak(points, 0.05),
    "first peak, 8 %": first_peak,
    "first peak, 12 %": lambda points: first_peak(points, 0.12),
    "first peak, 8 %, from 0.2": lambda points: first_peak(points, least=0.2),
    "first peak, 8 %, from 0.6": lambda points: first_peak(points, least=0.6),
    "highest peak, 8 %": lambda points: first_peak(points, least=1.0),
}


def measure(iterations: int = 1, data: Path = Path()) -> Record:
    """The record."""
    conditions = [_compared(name, _benchmark(name, iterations)) for name in _CONDITIONS]
    return {"iterations": iterations, "conditions": conditions + (_heated(data) if data != Path() else [])}


def _benchmark(condition: str, iterations: int) -> Structures:
    for spec in benchmark_structures(condition, iterations=iterations):
        pristine = supercell(get_prototype(spec.class_id), spec.k, periodic=False)
        yield spec.class_id, spec.build(), pristine, 1.0


def _compared(condition: str, structures: Structures) -> Record:
    ratios: dict[str, list[float]] = defaultdict(list)
    classes = []
    known: dict[tuple[str, int], dict[str, float]] = {}
    for class_id, atoms, pristine, growth in structures:
        key = class_id, len(pristine)
        if key not in known:
            known[key] = _scales(pristine)
        for name, value in _scales(atoms).items():
            ratios[name].append(value / known[key][name] / growth)
        classes.append(class_id)
    return {
        "condition": condition,
        "n": len(classes),
        "classes": len(set(classes)),
        "scales": {name: _summary(np.array(values)) for name, values in ratios.items()},
    }


def _scales(atoms: Atoms) -> dict[str, float]:
    points = Points(atoms)
    return {name: candidate(points) * points.unit for name, candidate in _CANDIDATES.items()}


def _summary(ratios: np.ndarray) -> Record:
    return {
        "median": round(float(np.median(ratios)), 4),
        "p95": round(float(np.quantile(np.abs(np.log(ratios)), 0.95)), 4),
        "far": round(100 * float(np.mean(np.abs(np.log(ratios)) > _FAR)), 2),
    }


def _heated(data: Path) -> list[Record]:
    use_dynamics(data)
    cold = f"md-{min(SOLIDS):g}"
    sites = {(s.class_id, s.k): s.build() for s in _solids(cold)}

    def frames(condition: str) -> Structures:
        for spec in _solids(condition):
            atoms, reference = spec.build(), sites[spec.class_id, spec.k]
            is_bulk = sum(spec.prototype.repetitions) == 3
            growth = float((atoms.cell.volume / reference.cell.volume) ** (1 / 3)) if is_bulk else 1.0
            yield f"{spec.class_id}/k{spec.k}", atoms, reference, growth

    return [_compared(f"md-{share:g}", frames(f"md-{share:g}")) for share in SOLIDS[1:]]


def _solids(condition: str) -> list[StructureSpec]:
    """Every fifth frame of each system."""
    return [spec for spec in benchmark_structures(condition, periodic=[True]) if spec.iteration % 5 == 0]


def page(record: Record) -> str:
    """The page."""
    names = list(_CANDIDATES)
    head = "| condition | n | " + " | ".join(names) + " |\n| --- | --: |" + " --: |" * len(names)
    blocks = []
    for what, form in (("far", "{:.1f}"), ("median", "{:.3f}"), ("p95", "{:.3f}")):
        rows = [
            f"| {c['condition']} | {c['n']} | " + " | ".join(form.format(c["scales"][n][what]) for n in names) + " |"
            for c in record["conditions"]
        ]
        blocks.append("\n".join([head, *rows]))
    far, median, p95 = blocks
    return document(
        "# Length scales",
        "Descriptors do not depend on the lattice constant: all lengths are divided by one of the structure's own. "
        "It should stay where it is when atoms move, are missing or are of a foreign species. "
        "Each candidate is compared with itself on the pristine finite crystal (frames of molecular dynamics: with the "
        "coldest frame, expanded to the same volume).",
        f"## Percent of structures whose scale is off by more than {100 * _FAR:.0f} %",
        far,
        "## Median ratio to the pristine scale",
        median,
        "## 95th percentile of the absolute logarithm of the ratio",
        p95,
        "`ChannelSOAP` takes the first peak of the pair distribution, smoothed by 8 %, of at least 0.4 of the highest.",
        f"{record['iterations']} structure(s) of each supercell; made by `python -m experiments run length_scales`.",
    )


EXPERIMENT = Experiment(measure, page, ("numba",), {"iterations": 1}, "docs/length_scales.md")
