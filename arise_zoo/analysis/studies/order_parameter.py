"""Mutual information as an order parameter: an ordered nanoparticle whose positional disorder is annealed away.

FePt particles, L1_0 throughout (`arise_zoo.generators.nanoparticle`), with Gaussian displacements that shrink to
nothing while their directions stay. Mutual information is averaged over the boxes that lie wholly inside, and over
particles.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...common.statistics import student_half_interval
from ...generators import nanoparticle
from ..maps import COLOURS, save_figure
from ..pattern_matching import strided_pattern_matching

ORDERED = "l10_cuau"
DISPLACEMENTS = (0.14, 0.12, 0.10, 0.08, 0.06, 0.04, 0.02, 0.0)
"""Standard deviation of each coordinate, in nearest-neighbour distances."""
ANNEALED_FROM = 0.08
"""Above this, a network that never saw such crystals is as unsure as it gets."""
_FULL = 0.85  # a box counts as inside with at least this share of the fullest box's atoms


def run(
    out: Path,
    *,
    small: bool = False,
    seed: int = 0,
    model: str = "arise-mlp",
    n_jobs: int = 1,
    scheduler: str | None = None,
    **_: Any,
) -> dict[str, Any]:
    """Mean mutual information at each degree of disorder; small: 2 particles instead of 10, stride 6 instead of 3."""
    particles, stride, n_samples = (2, 6.0, 50) if small else (10, 3.0, 100)
    information = np.zeros((particles, len(DISPLACEMENTS)))
    recognised = np.zeros_like(information)
    n_boxes = 0
    for number in range(particles):
        for step, displacement in enumerate(DISPLACEMENTS):
            atoms = nanoparticle(9, core=1.0, order=1.0, displacement=displacement, seed=1000 * seed + number)
            result = strided_pattern_matching(
                atoms, model, 12.0, stride, n_samples, padding=0.0, seed=seed, n_jobs=n_jobs, scheduler=scheduler
            )
            inside = result.valid & (result.n_atoms >= _FULL * result.n_atoms.max())
            information[number, step] = result.mutual_information[inside].mean()
            recognised[number, step] = (result.most_probable[inside] == ORDERED).mean()
            n_boxes += int(inside.sum())
    mean, half = information.mean(axis=0), student_half_interval(information)
    _draw(mean, half, recognised.mean(axis=0), out / "order-parameter.png")
    annealing = np.array(DISPLACEMENTS) <= ANNEALED_FROM
    first, last = _longest_fall(mean)
    return {
        "n_atoms": len(atoms),
        "n_particles": particles,
        "n_boxes": n_boxes,
        "displacements": list(DISPLACEMENTS),
        "mutual_information": [round(float(v), 5) for v in mean],
        "half_interval_95": [round(float(v), 5) for v in half],
        "share_l10": [round(float(v), 4) for v in recognised.mean(axis=0)],
        "largest_rise_while_annealing": round(float(np.diff(mean[annealing]).max()), 5),
        "falls_monotonically_from": first,
        "falls_monotonically_to": last,
    }


def _longest_fall(mean: np.ndarray) -> tuple[float, float]:
    """The displacements between which the mean falls at each step, where most steps in a row do."""
    start, best = 0, (0, 0)
    for step in range(1, len(mean)):
        if mean[step] >= mean[step - 1]:
            start = step
        best = max(best, (start, step), key=lambda run: run[1] - run[0])
    return DISPLACEMENTS[best[0]], DISPLACEMENTS[best[1]]


def _draw(mean: np.ndarray, half: np.ndarray, recognised: np.ndarray, path: Path) -> None:
    import matplotlib.pyplot as plt

    percent = 100 * np.array(DISPLACEMENTS)
    figure, ax = plt.subplots(figsize=(5.6, 3.8), layout="constrained")
    ax.errorbar(percent, mean, half, fmt="o-", capsize=3, color=COLOURS[0], label="mutual information")
    ax.set_xlabel("standard deviation of coordinates (percent of the nearest-neighbour distance)")
    ax.set_ylabel("mutual information (bit)", color=COLOURS[0])
    ax.set_ylim(bottom=0)
    ax.invert_xaxis()
    other = ax.twinx()
    other.plot(percent, 100 * recognised, "s--", color=COLOURS[5])
    other.set_ylabel("boxes recognised as L1$_0$ (percent)", color=COLOURS[5])
    other.set_ylim(0, 102)
    save_figure(figure, path)
