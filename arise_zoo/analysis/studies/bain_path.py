"""The Bain path (paper, Supplementary Figures): where a network sees fcc, bcc and tetragonal crystals, and how surely.

Body-centred tetragonal crystals with a and c from 3 to 6 angstrom in steps of 0.05: 3,721 of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ...generators.bain import LENGTHS, bain_path
from ..maps import COLOURS, OTHER_COLOUR, save_figure
from .common import contrast, share

BCC, FCC, TETRAGONAL = "bcc_w", "fcc_cu", ("bct_in", "alpha_pa", "beta_np", "beta_sn", "gamma_n")
_NEAR = 0.02  # how far c/a may be from 1 or from sqrt(2) for a crystal to count as one of the cubic ones
_BESIDE = 0.01
_BETWEEN = (1.13, 1.34)  # c/a of crystals that are neither


def run(out: Path, *, small: bool = False, seed: int = 0, model: str = "arise-mlp", **_: Any) -> dict[str, Any]:
    """Answers along the path; small: every fourth value of a and of c (256 crystals)."""
    from ...models import load_model

    lengths = LENGTHS[::4] if small else LENGTHS
    network = load_model(model)
    path = list(bain_path(lengths, lengths))
    answer = network.predict(network.describe([atoms for *_, atoms in path]), 100 if small else 1000, seed, n_threads=1)
    found = np.array(network.labels)[answer.probabilities.argmax(axis=1)]
    information = answer.mutual_information
    ratio = np.array([c / a for a, c, _ in path])
    at_transition = _beside_a_change(ratio, found)
    _draw(lengths, found, information, out)
    blocks = np.unique(np.round(ratio, 6), return_inverse=True)[1]  # crystals of one c/a differ in size only
    near_bcc, near_fcc = np.abs(ratio - 1) < _NEAR, np.abs(ratio / np.sqrt(2) - 1) < _NEAR
    between = (ratio > _BETWEEN[0]) & (ratio < _BETWEEN[1])
    return {
        "n": len(path),
        "bcc_where_cubic": share(found[near_bcc] == BCC, blocks[near_bcc]),
        "fcc_where_cubic": share(found[near_fcc] == FCC, blocks[near_fcc]),
        "tetragonal_between": share(np.isin(found[between], TETRAGONAL), blocks[between]),
        "mutual_information_at_transitions": contrast(information, at_transition, ~at_transition, blocks, seed),
        "classes": {str(k): int(n) for k, n in zip(*np.unique(found, return_counts=True), strict=True)},
    }


def _beside_a_change(ratio: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Crystals whose c/a is within `_BESIDE` of one at which the answer changes."""
    order = np.argsort(ratio, kind="stable")
    changes = found[order][1:] != found[order][:-1]
    at = (ratio[order][1:][changes] + ratio[order][:-1][changes]) / 2
    beside: np.ndarray = (np.abs(ratio[:, None] - at) < _BESIDE).any(axis=1)
    return beside


def _draw(lengths: Any, found: np.ndarray, information: np.ndarray, out: Path) -> None:
    import matplotlib.pyplot as plt
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Patch

    from ...prototypes import get_prototype

    names, counts = np.unique(found, return_counts=True)
    first = [name for name in (FCC, BCC) if name in names]
    rest = [str(n) for n in names[np.argsort(-counts, kind="stable")] if n not in first]
    shown = [*first, *rest][: len(COLOURS) - 1]
    place = {name: i for i, name in enumerate(shown)}
    shape = (len(lengths), len(lengths))
    classes = np.array([place.get(name, len(shown)) for name in found]).reshape(shape).T
    colours = [*COLOURS[: len(shown)], OTHER_COLOUR]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.6), layout="constrained", sharey=True)
    left.pcolormesh(
        lengths,
        lengths,
        classes,
        cmap=ListedColormap(colours),
        norm=BoundaryNorm(np.arange(len(colours) + 1) - 0.5, len(colours)),
        shading="nearest",
        rasterized=True,
    )
    image = right.pcolormesh(
        lengths, lengths, information.reshape(shape).T, cmap="cividis", shading="nearest", rasterized=True
    )
    figure.colorbar(image, ax=right, label="mutual information (bit)")
    ends = np.array([lengths[0], lengths[-1]])
    for ax in (left, right):
        ax.plot(ends, ends, "--", color="white", linewidth=1)
        ax.plot([ends[0], ends[1] / np.sqrt(2)], [ends[0] * np.sqrt(2), ends[1]], ":", color="white", linewidth=1.5)
        ax.set_xlim(ends)
        ax.set_xticks(np.arange(np.ceil(ends[0]), ends[1] - 0.1, 0.5))
        ax.set_ylim(ends)
        ax.set_aspect("equal")
        ax.set_xlabel("a (Å)")
    left.set_ylabel("c (Å)")
    handles = [Patch(color=c, label=get_prototype(n).name) for n, c in zip(shown, colours, strict=False)]
    if (classes == len(shown)).any():
        handles.append(Patch(color=OTHER_COLOUR, label="other"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize="small")
    left.set_title("most probable class (dashed: c = a, dotted: c = √2 a)", fontsize="medium")
    save_figure(figure, out / "bain-path.png")
