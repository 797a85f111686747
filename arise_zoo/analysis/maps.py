"""Pictures of a result: the most probable class, uncertainties and probabilities over the grid.

Axes are in angstrom, and colours can be told apart by colour-blind readers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..common.storage import replacing
from ..errors import AriseZooError, UnknownNameError
from ..models.verdicts import CERTAINTIES
from .result import SCALARS, PatternMatchingResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
"""Okabe and Ito's colours, for as many classes or clusters; further ones share OTHER_COLOUR."""
OTHER_COLOUR = "#BBBBBB"
_NAMES = {
    "mutual_information": "mutual information (bit)",
    "predictive_entropy": "predictive entropy (bit)",
    "variation_ratio": "variation ratio",
    "n_atoms": "atoms in the box",
}


def plot_classes(result: PatternMatchingResult, classes: Sequence[str] | None = None) -> Figure:
    """The most probable class of each box: a map of a plane, three sections of a bulk, or a line.

    `classes`: those with a colour of their own (by default the eight most frequent); the others are grey.
    """
    classes = list(result.counts())[: len(COLOURS)] if classes is None else list(classes)
    most_probable = result.most_probable
    values = np.full(len(result), np.nan)
    values[result.valid] = len(classes)
    for number, label in enumerate(classes):
        values[most_probable == label] = number
    names = [*map(_name, classes)]
    if (values == len(classes)).any():
        names.append("other")
    return plot_categories(result, values, names)


def plot_certainty(result: PatternMatchingResult) -> Figure:
    """What the verdict on each box comes down to; raises `AriseZooError` if the model gives none."""
    certainty = result.certainty
    if certainty is None:
        raise AriseZooError("the model of this result gives no verdicts.")
    values = np.full(len(result), np.nan)
    for number, name in enumerate(CERTAINTIES):
        values[certainty == name] = number
    return plot_categories(result, values, ["sure", "unsure", "none of the known"])


def plot_categories(result: PatternMatchingResult, values: np.ndarray, names: Sequence[str], title: str = "") -> Figure:
    """Any division of the boxes: `values`, shape (n,), are places in `names` or NaN; "other" and "none" are grey."""
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.patches import Patch

    colours = [OTHER_COLOUR if name in ("other", "none") else COLOURS[i % len(COLOURS)] for i, name in enumerate(names)]
    options = {"cmap": ListedColormap(colours), "norm": BoundaryNorm(np.arange(len(names) + 1) - 0.5, len(names))}
    figure, _ = _panels(result, [("", values)], options, title)
    last = [ax for ax in figure.axes if ax.axison][-1]
    handles = [Patch(color=colour, label=name) for colour, name in zip(colours, names, strict=True)]
    last.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0.0, frameon=False)
    return figure


def plot_scalar(result: PatternMatchingResult, name: str = "mutual_information") -> Figure:
    """One number of each box: mutual_information, predictive_entropy, variation_ratio or n_atoms."""
    if name not in _NAMES:
        raise UnknownNameError("number of a box", name, _NAMES)
    values = np.asarray(getattr(result, name), float)
    if name == "n_atoms":
        values = np.where(values > 0, values, np.nan)
    figure, image = _panels(result, [("", values)], {"cmap": "cividis"}, "", _NAMES[name])
    _colour_bar(figure, image, _NAMES[name])
    return figure


def plot_probabilities(result: PatternMatchingResult, classes: Sequence[str] | None = None) -> Figure:
    """Probabilities of some classes (by default the four most frequent), a panel each."""
    classes = list(result.counts())[:4] if classes is None else list(classes)
    if not classes:
        raise AriseZooError("there is no class to show: no box has an answer.")
    panels = [(_name(label), result.probability(label)) for label in classes]
    figure, image = _panels(result, panels, {"cmap": "cividis", "vmin": 0, "vmax": 1}, "", "probability")
    _colour_bar(figure, image, "probability")
    return figure


def save_figure(figure: Figure, path: str | Path, dpi: int = 110) -> Path:
    """Write a figure as PNG and close it; returns the path."""
    import matplotlib.pyplot as plt

    path = Path(path)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=dpi, format="png", bbox_inches="tight", metadata={"Software": None})
    plt.close(figure)
    return path


def save_maps(result: PatternMatchingResult, out: str | Path) -> list[Path]:
    """Write classes.png, probabilities.png and a map of each uncertainty into a folder; returns their paths."""
    out = Path(out)
    if not result.valid.any():
        return []
    figures: dict[str, Callable[[PatternMatchingResult], Figure]]
    figures = {"classes": plot_classes, "probabilities": plot_probabilities}
    if result.certainty is not None:
        figures["certainty"] = plot_certainty
    paths = [save_figure(plot(result), out / f"{name}.png") for name, plot in figures.items()]
    return paths + [save_figure(plot_scalar(result, name), out / f"{name.replace('_', '-')}.png") for name in SCALARS]


def _name(label: str) -> str:
    from ..prototypes import class_ids, get_prototype

    return get_prototype(label).name if label in class_ids() else label


def _panels(
    result: PatternMatchingResult,
    panels: Sequence[tuple[str, np.ndarray]],
    options: dict[str, Any],
    title: str,
    quantity: str = "",
) -> tuple[Figure, Any]:
    """A figure with a panel for each title and values (three sections each in a bulk); and its last image."""
    import matplotlib.pyplot as plt

    sections = _sections(result)
    line = len(result.grid.axes) < 2
    n_columns = min(len(panels), 2) if len(sections) == 1 and not line else len(sections)
    n_rows = int(np.ceil(len(panels) * len(sections) / n_columns))
    size = (4.2 * n_columns + 1.6, (2.2 if line else 3.8) * n_rows)
    figure, axes = plt.subplots(n_rows, n_columns, figsize=size, squeeze=False, layout="constrained")
    image = None
    spare = iter(axes.flat)
    for name, values in panels:
        for section in sections:
            ax = next(spare)
            image = (_draw_line if line else _draw_plane)(ax, result, np.asarray(values, float), section, options)
            ax.set_title(" ".join(part for part in (name, section.title) if part), fontsize="medium")
            if line and quantity:
                ax.set_ylabel(quantity)
    for ax in spare:
        ax.set_axis_off()
    if title:
        figure.suptitle(title)
    return figure, image


class _Section:
    """A plane of the grid: its horizontal and vertical axis, and the number of the position across."""

    def __init__(self, across: int, place: int, title: str):
        self.axes = [axis for axis in range(3) if axis != across]
        self.across, self.place, self.title = across, place, title


def _sections(result: PatternMatchingResult) -> list[_Section]:
    """The plane of a slab; the three middle planes of a bulk."""
    shape, axes = result.grid.shape, result.grid.axes
    if len(axes) < 3:
        across = next((axis for axis in (2, 1, 0) if shape[axis] == 1), 2)
        return [_Section(across, 0, "")]
    sections = []
    for across in (2, 1, 0):
        place = shape[across] // 2
        middle = result.grid.origin + place * result.grid.steps[across]
        sections.append(_Section(across, place, f"{'xyz'[across]} = {middle[across]:.1f} Å"))
    return sections


def _draw_plane(
    ax: Any, result: PatternMatchingResult, values: np.ndarray, section: _Section, options: dict[str, Any]
) -> Any:
    first, second = section.axes
    plane = np.take(result.on_grid(values), section.place, axis=section.across)
    corners = np.stack(np.meshgrid(*(np.arange(n + 1) - 0.5 for n in plane.shape), indexing="ij"), axis=-1)
    steps = result.grid.steps[[first, second]]
    points = result.grid.origin + corners @ steps
    image = ax.pcolormesh(points[..., first], points[..., second], plane, rasterized=True, **options)
    ax.set_aspect("equal")
    ax.set_xlabel(f"{'xyz'[first]} (Å)")
    ax.set_ylabel(f"{'xyz'[second]} (Å)")
    return image


def _draw_line(
    ax: Any, result: PatternMatchingResult, values: np.ndarray, section: _Section, options: dict[str, Any]
) -> Any:
    axis = "xyz".index(result.grid.axes or "x")
    along = result.centres[:, axis]
    ax.set_xlabel(f"{'xyz'[axis]} (Å)")
    if "norm" not in options:
        ax.plot(along, values, color=COLOURS[0])
        return None
    ax.set_yticks([])
    return ax.scatter(along, np.zeros(len(along)), c=values, marker="s", **options)


def _colour_bar(figure: Figure, image: Any, label: str) -> None:
    if image is not None:
        figure.colorbar(image, ax=figure.axes, label=label, shrink=0.8)
