"""How many atoms each class has along a trajectory: a table and a picture."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms

from ...common.storage import replacing
from ...models.atoms import AtomClassification
from .picture import OTHER, colours

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_TIMES = ("time", "Time", "timestep", "Timestep", "step", "Step")
"""Names of `atoms.info` that say when a frame was, as programs write them."""

_FEW = 50  # frames, which are marked each


class Fractions:
    """Counts of labels, frame by frame.

    Attributes
    ----------
    n_atoms : int
        Number of atoms in all frames.
    """

    def __init__(self) -> None:
        self.n_atoms = 0
        self._rows: list[dict[str, Any]] = []
        self._total: Counter[str] = Counter()
        self._counts: list[dict[str, int]] = []

    def add(self, number: int, atoms: Atoms, found: AtomClassification) -> None:
        """Count the labels of a frame."""
        times = {name: atoms.info[name] for name in _TIMES if isinstance(atoms.info.get(name), (int, float, np.number))}
        self._rows.append({"frame": number, **dict(list(times.items())[:1]), "n_atoms": len(found)})
        self._counts.append(found.counts())
        self._total.update(self._counts[-1])
        self.n_atoms += len(found)

    def classes(self) -> dict[str, float]:
        """The share of all atoms that each label has, the most frequent first."""
        return {label: count / self.n_atoms for label, count in self._total.most_common()}

    def to_dataframe(self) -> pd.DataFrame:
        """One row a frame: its number, when it was if it says so, its atoms, and the fraction of each label."""
        import pandas as pd

        table = pd.DataFrame(self._rows)
        table = table[[name for name in table if table[name].notna().all()]]
        fractions = [
            {label: counts.get(label, 0) / row["n_atoms"] for label in self.classes()}
            for row, counts in zip(self._rows, self._counts, strict=True)
        ]
        return pd.concat([table, pd.DataFrame(fractions)], axis=1)

    def write(self, path: Path) -> None:
        """Write the table as CSV."""
        with replacing(path) as temporary:
            self.to_dataframe().to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")

    def draw(self) -> Figure:
        """The fractions of the most frequent labels against time, or the number of the frame; of the others the sum."""
        import matplotlib.pyplot as plt

        table, shown = self.to_dataframe(), colours(list(self.classes()))
        along = next((name for name in _TIMES if name in table), "frame")
        figure, ax = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
        curves = {label: table[label] for label in shown if label != OTHER}
        if OTHER in shown:
            curves[OTHER] = table[[label for label in self.classes() if label not in shown]].sum(axis=1)
        for label, values in curves.items():
            marker = "o" if len(table) <= _FEW else None
            ax.plot(table[along], values, color=shown[label], label=label, marker=marker, markersize=3)
        ax.set_xlabel(along.lower())
        ax.set_ylabel("fraction of atoms")
        ax.set_ylim(-0.02, 1.02)
        figure.legend(loc="outside right upper", frameon=False)
        return figure
