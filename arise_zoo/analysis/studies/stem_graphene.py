"""Graphene in a scanning-transmission-electron-microscope image: a real, imperfect, flat input.

The positions are pixels; the descriptor does not depend on the unit, so that only figures need one: here the
distance of neighbours in graphene, 1.42 angstrom.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from ...common.length_scale import nearest_neighbour_distance
from ..maps import COLOURS, save_figure
from ..pattern_matching import strided_pattern_matching
from .common import read_source

_BOND = 1.42  # angstrom
_N_SHOWN, _N_RANKED = 5, 108


def run(
    out: Path,
    *,
    small: bool = False,
    seed: int = 0,
    source: Path | None = None,
    model: str = "arise-mlp",
    n_jobs: int = 1,
    scheduler: str | None = None,
    progress: bool = False,
    **_: Any,
) -> dict[str, Any]:
    """The most probable classes of the whole image, and a map of it; small: stride 3 instead of 0.5 angstrom."""
    from ...models.classification import classify

    atoms = read_source(source, "stem-graphene", "stem_graphene_a.xyz")
    atoms.positions *= _BOND / nearest_neighbour_distance(atoms)
    (answer,) = classify(atoms, model, n_samples=100 if small else 1000, top=_N_RANKED, seed=seed)
    result = strided_pattern_matching(
        atoms,
        model,
        12.0,
        3.0 if small else 0.5,
        100,
        padding=0.0,
        min_atoms=20,
        seed=seed,
        n_jobs=n_jobs,
        scheduler=scheduler,
        progress=progress,
    )
    graphene = result.probability("graphene")[result.valid]
    _draw(atoms, answer, result, out / "stem-graphene.png")
    return {
        "n_atoms": len(atoms),
        "top_classes": dict(zip(answer.labels[:_N_SHOWN], answer.probabilities[:_N_SHOWN], strict=True)),
        "rank_of_graphene": answer.labels.index("graphene") + 1,
        "rank_of_c3n": answer.labels.index("c3n") + 1,
        "mutual_information": answer.mutual_information,
        "boxes": int(result.valid.sum()),
        "boxes_of_graphene": int((result.most_probable == "graphene").sum()),
        "median_probability_of_graphene_in_boxes": float(np.median(graphene)),
    }


def _draw(atoms: Atoms, answer: Any, result: Any, path: Path) -> None:
    import matplotlib.pyplot as plt

    from ...prototypes import get_prototype

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.2), layout="constrained")
    x, y = result.centres[:, 0], result.centres[:, 1]
    shape = result.grid.shape[:2]
    image = left.pcolormesh(
        x.reshape(shape),
        y.reshape(shape),
        result.probability("graphene").reshape(shape),
        shading="nearest",
        cmap="cividis",
        vmin=0,
        vmax=1,
        rasterized=True,
    )
    left.plot(*atoms.positions[:, :2].T, "o", markersize=4, color="white", markeredgecolor="black")
    left.set_aspect("equal")
    left.set_xlabel("x (Å)")
    left.set_ylabel("y (Å)")
    figure.colorbar(image, ax=left, label="probability of graphene in the box around", shrink=0.8)
    names = [get_prototype(label).name for label in answer.labels[:_N_SHOWN]]
    right.barh(names[::-1], answer.probabilities[:_N_SHOWN][::-1], color=COLOURS[0])
    right.set_xscale("log")
    right.set_xlabel("probability (all atoms together)")
    save_figure(figure, path)
