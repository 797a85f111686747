"""What strided pattern matching finds, and the one file that holds it. How it is found is in `pattern_matching`.

The file is Parquet, which pandas and many other tools open: one row per position, with a column for each number and
each class, and the settings as JSON in its metadata, under the key `arise_zoo`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..common.storage import replacing
from ..errors import AriseZooError, StructureError, UnknownNameError
from ..models import NetworkPrediction
from ..models.verdicts import Thresholds
from .grid import Grid
from .identity import structure_sha256
from .labelling import WAYS, labelled_atoms

if TYPE_CHECKING:
    from ase import Atoms

RESULT = "result.parquet"
"""Name of the file in the folder of a map."""

SCALARS = ("mutual_information", "predictive_entropy", "variation_ratio")
_KEY = b"arise_zoo"
_FORMAT = 1


class ResultError(AriseZooError, ValueError):
    """A file that holds no result of strided pattern matching."""


@dataclass(frozen=True, eq=False)
class PatternMatchingResult:
    """Class probabilities and uncertainties at every position of a grid.

    Boxes with too few atoms have NaN in all floating-point arrays.

    Attributes
    ----------
    grid : Grid
        Positions of the n boxes.
    labels : tuple of str
        Class id of each column of `probabilities`.
    n_atoms : array of shape (n,)
        Atoms in each box.
    probabilities : array of shape (n, n_classes), float32
        Class probabilities.
    mutual_information, predictive_entropy, variation_ratio : array of shape (n,), float32
        As in `arise_zoo.models.NetworkPrediction` (bits).
    hidden : dict of int to array of shape (n, n_units), float32
        Activations of the requested hidden layers, numbered from 0.
    descriptors : array of shape (n, n_features), float32, or None
        Descriptors of the boxes, if requested.
    settings : dict
        Model, stride, padding, number of passes, and everything else that the result depends on.
    """

    grid: Grid
    labels: tuple[str, ...]
    n_atoms: np.ndarray
    probabilities: np.ndarray
    mutual_information: np.ndarray
    predictive_entropy: np.ndarray
    variation_ratio: np.ndarray
    hidden: dict[int, np.ndarray] = field(default_factory=dict)
    descriptors: np.ndarray | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.grid)

    def __repr__(self) -> str:
        shape = " x ".join(map(str, self.grid.shape))
        return f"<PatternMatchingResult of {shape} positions, {int(self.valid.sum())} with an answer>"

    @property
    def centres(self) -> np.ndarray:
        """Centres of the boxes, shape (n, 3), angstrom."""
        return self.grid.centres()

    @property
    def valid(self) -> np.ndarray:
        """Where there is an answer, shape (n,), bool."""
        answered: np.ndarray = ~np.isnan(self.mutual_information)
        return answered

    @property
    def most_probable(self) -> np.ndarray:
        """Most probable class id of each box, shape (n,); the empty string where there is no answer."""
        ids = np.array([*self.labels, ""], dtype=str)
        return ids[np.where(self.valid, np.nan_to_num(self.probabilities, nan=-1.0).argmax(axis=1), -1)]

    @property
    def certainty(self) -> np.ndarray | None:
        """What the verdict on each box comes down to, shape (n,): "sure", "unsure" or "none" of the known classes, the
        empty string where there is no answer; None if the model has no thresholds for verdicts."""
        boxes = self.valid
        said = self._certainties(
            NetworkPrediction(self.probabilities[boxes], *(getattr(self, name)[boxes] for name in SCALARS))
        )
        if said is None:
            return None
        found = np.full(len(self), "", dtype=said.dtype)
        found[boxes] = said
        return found

    def _certainties(self, said: NetworkPrediction) -> np.ndarray | None:
        thresholds = self.settings.get("thresholds")
        if thresholds is None:
            return None
        return Thresholds.from_json(thresholds).certainties(said, self.labels, self.settings["n_samples"])

    def probability(self, label: str) -> np.ndarray:
        """Probability of a class, shape (n,); raises `UnknownNameError` for another class."""
        if label not in self.labels:
            raise UnknownNameError("class", label, self.labels)
        return self.probabilities[:, self.labels.index(label)]

    def on_grid(self, values: np.ndarray) -> np.ndarray:
        """Values of all positions, shape (n, ...), in the shape of the grid, (n_x, n_y, n_z, ...)."""
        return np.asarray(values).reshape(*self.grid.shape, *np.shape(values)[1:])

    def counts(self) -> dict[str, int]:
        """Number of boxes of each most probable class, the most frequent first."""
        found, counts = np.unique(self.most_probable[self.valid], return_counts=True)
        order = np.argsort(-counts, kind="stable")
        return {str(found[i]): int(counts[i]) for i in order}

    def label_atoms(self, atoms: Atoms, how: str = "nearest") -> Atoms:
        """A copy of the structure with a label for each atom: see `arise_zoo.analysis.label_atoms`."""
        if how not in WAYS:
            raise UnknownNameError("way of labelling atoms", how, WAYS)
        if self.settings.get("input_sha256", structure_sha256(atoms)) != structure_sha256(atoms):
            raise StructureError("the result was made from another structure; give the one that was mapped.")
        shape = self.settings.get("shape", "box")
        said = NetworkPrediction(self.probabilities, *(getattr(self, name) for name in SCALARS))
        return labelled_atoms(atoms, self.grid, self.labels, said, self._certainties, shape=shape, how=how)

    def save(self, path: str | Path) -> Path:
        """Write one Parquet file and return its path; `load_result` reads it."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = Path(path)
        centres = self.centres
        columns: dict[str, Any] = {name: centres[:, axis] for axis, name in enumerate("xyz")}
        columns.update(n_atoms=np.asarray(self.n_atoms, np.int32), most_probable=pa.array(self.most_probable.tolist()))
        columns.update({name: getattr(self, name) for name in SCALARS})
        if (certainty := self.certainty) is not None:
            columns["certainty"] = pa.array(certainty.tolist())
        columns.update({f"p_{label}": self.probabilities[:, i] for i, label in enumerate(self.labels)})
        columns.update({f"hidden_{i}": _vectors(values) for i, values in self.hidden.items()})
        if self.descriptors is not None:
            columns["descriptor"] = _vectors(self.descriptors)
        facts = {
            "format": _FORMAT,
            "grid": {
                "origin": self.grid.origin.tolist(),
                "steps": self.grid.steps.tolist(),
                "shape": list(self.grid.shape),
                "box": self.grid.box,
            },
            "labels": list(self.labels),
            "hidden": list(self.hidden),
            "settings": self.settings,
        }
        table = pa.table(columns).replace_schema_metadata({_KEY: json.dumps(facts).encode()})
        with replacing(path) as temporary:
            pq.write_table(table, temporary, compression="zstd")
        return path


def load_result(path: str | Path) -> PatternMatchingResult:
    """Read a result from its file, or from the folder of `arise-zoo map`; raises `ResultError` if it holds none."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(path)
    if path.is_dir():
        path /= RESULT
    if not path.is_file():
        raise ResultError(f"there is no file {path}.")
    try:
        table = pq.read_table(path)
        facts = json.loads(table.schema.metadata[_KEY])
    except (pa.ArrowInvalid, KeyError, TypeError, ValueError) as error:
        raise ResultError(f"{path} holds no result of strided pattern matching; `arise-zoo map` makes one.") from error
    if facts["format"] != _FORMAT:
        raise ResultError(f"{path} has format {facts['format']}, but this version reads {_FORMAT}; map it anew.")

    def matrix(name: str) -> np.ndarray:
        column = table[name].combine_chunks()
        values: np.ndarray = column.flatten().to_numpy().reshape(len(table), -1)
        return values

    return PatternMatchingResult(
        grid=Grid(**facts["grid"]),
        labels=tuple(facts["labels"]),
        n_atoms=table["n_atoms"].to_numpy(),
        probabilities=np.stack([table[f"p_{label}"].to_numpy() for label in facts["labels"]], axis=1),
        **{name: table[name].to_numpy() for name in SCALARS},
        hidden={i: matrix(f"hidden_{i}") for i in facts["hidden"]},
        descriptors=matrix("descriptor") if "descriptor" in table.column_names else None,
        settings=facts["settings"],
    )


def _vectors(values: np.ndarray) -> Any:
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(np.asarray(values, np.float32).ravel()), values.shape[1])
