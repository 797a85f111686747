"""A picture of a structure whose atoms have the colours of their classes: by OVITO, or by matplotlib in its absence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms

from ...errors import EngineError
from ...models.outputs import UNKNOWN
from ..maps import COLOURS, OTHER_COLOUR
from .rendering import VIEW, render

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OTHER = "other"
"""What labels are together that have no colour of their own."""

_UNKNOWN_COLOUR = "#DDDDDD"
TOUCHING = 0.45
"""Radius of an atom in units of the distance to its neighbours."""

_SOME = 1000  # atoms, which tell that distance


def colours(labels: Sequence[str]) -> dict[str, str]:
    """A colour for each of the first labels, for "unknown" and, if there are more, for `OTHER`."""
    known = [label for label in labels if label != UNKNOWN]
    found = dict(zip(known, COLOURS, strict=False))
    if UNKNOWN in labels:
        found[UNKNOWN] = _UNKNOWN_COLOUR
    return found if len(known) <= len(COLOURS) else {**found, OTHER: OTHER_COLOUR}


def draw(atoms: Atoms, labels: np.ndarray, classes: Sequence[str]) -> Figure:
    """The structure with a legend.

    `labels`: those of the atoms, shape (n_atoms,); `classes`: all that may occur, those first that are to have a colour
    of their own.
    """
    import matplotlib.pyplot as plt
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Patch

    shown = colours(classes)
    names, places = np.unique(labels, return_inverse=True)
    rgb = np.array([to_rgb(shown.get(name, OTHER_COLOUR)) for name in names])[places]
    figure, ax = plt.subplots(figsize=(7.2, 5.4), layout="constrained")
    radius = TOUCHING * nearest_distance(atoms)
    try:
        ax.imshow(render(atoms, rgb, radius), interpolation="antialiased")
    except EngineError:  # OVITO is not there, or cannot draw here
        _discs(ax, atoms, rgb, radius)
    ax.set_axis_off()
    present = [name for name in shown if name in names or name == OTHER]
    handles = [Patch(facecolor=shown[name], edgecolor="black", linewidth=0.3, label=name) for name in present]
    figure.legend(handles=handles, loc="outside right upper", frameon=False)
    return figure


def nearest_distance(atoms: Atoms) -> float:
    """Median distance (angstrom) of some atoms to their nearest neighbour in the cell; 1 for an atom alone."""
    from scipy.spatial import KDTree

    if len(atoms) < 2:
        return 1.0
    some = atoms.positions[:: 1 + len(atoms) // _SOME]
    return float(np.median(KDTree(atoms.positions).query(some, k=2)[0][:, 1]))


def _discs(ax: Axes, atoms: Atoms, rgb: np.ndarray, radius: float) -> None:
    """Atoms as discs, the nearest last, seen from where OVITO would look."""
    from matplotlib.collections import EllipseCollection

    right = np.cross(VIEW, (0, 0, 1))
    axes = np.array([right, np.cross(right, VIEW)])
    points = atoms.positions @ (axes / np.linalg.norm(axes, axis=1, keepdims=True)).T
    order = np.argsort(-atoms.positions @ VIEW, kind="stable")
    size = np.full(len(atoms), 2 * radius)
    discs = EllipseCollection(
        size,
        size,
        np.zeros(len(atoms)),
        units="xy",
        offsets=points[order],
        offset_transform=ax.transData,
        facecolors=rgb[order],
        edgecolors="black",
        linewidths=0.2,
        rasterized=True,
    )
    ax.add_collection(discs)
    ax.set_xlim(points[:, 0].min() - radius, points[:, 0].max() + radius)
    ax.set_ylim(points[:, 1].min() - radius, points[:, 1].max() + radius)
    ax.set_aspect("equal")
