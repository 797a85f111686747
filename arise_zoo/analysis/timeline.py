"""A trajectory as a picture: the class of each frame, how sure it is, and the mutual information."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from ..errors import AriseZooError
from ..models.classification import Classification
from ..models.verdicts import name_of
from .maps import COLOURS, OTHER_COLOUR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_OTHER = "other"


def plot_timeline(found: Classification, classes: int = len(COLOURS)) -> Figure:
    """The most probable class of each structure in their order, filled where the answer is sure; below it the mutual
    information.

    Parameters
    ----------
    found : Classification
        The answers of `arise_zoo.classify` for the frames of a trajectory.
    classes : int, default 8
        How many classes, the most frequent ones, have a row of their own; the others share one.

    Raises
    ------
    AriseZooError
        If no structure has an answer.
    """
    import matplotlib.pyplot as plt

    labels = [answer.label for answer in found]
    frequent = [label for label, _ in Counter(filter(None, labels)).most_common(classes)]
    if not frequent:
        raise AriseZooError("there is nothing to show: no structure has an answer.")
    rows = [*frequent, *([_OTHER] if set(filter(None, labels)) - set(frequent) else [])]
    size, heights = (7.0, 2.6 + 0.3 * len(rows)), [max(len(rows), 2), 3]
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=size, height_ratios=heights, layout="constrained")
    for place, row in enumerate(rows):
        colour = OTHER_COLOUR if row == _OTHER else COLOURS[place % len(COLOURS)]
        for is_sure, face in ((True, colour), (False, "none")):
            frames = [
                i
                for i, answer in enumerate(found)
                if answer.label is not None
                and (answer.label if answer.label in frequent else _OTHER) == row
                and (answer.certainty in (None, "sure")) == is_sure
            ]
            above.scatter(frames, np.full(len(frames), place), s=16, marker="s", facecolors=face, edgecolors=colour)
    above.set_yticks(range(len(rows)), [name_of(row) for row in rows])
    above.set_ylim(len(rows) - 0.5, -0.5)
    if any(answer.certainty for answer in found):
        above.set_title("filled: sure", loc="right", fontsize="small")
    below.plot(
        [np.nan if answer.mutual_information is None else answer.mutual_information for answer in found],
        color=COLOURS[0],
        linewidth=1,
        marker=".",
        markersize=3,
    )
    below.set_ylim(bottom=0)
    below.set_ylabel("mutual\ninformation (bit)")
    below.set_xlabel("structure" if len(found) == 1 else "frame")
    return figure
