"""What a configuration of a data set is: its name, columns, splits, and how its rows are made.

The configurations are in `prototypes.py` and `defects.py`, their list in `catalogue.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ase import Atoms
    from datasets import Features

Row = dict[str, Any]


class Config(ABC):
    """One configuration. Its rows follow from its keys (structures or classes), in their order, and nothing else.

    Attributes
    ----------
    dataset, name : str
        Names of the data set and of the configuration.
    splits : tuple of str
        Names of its splits.
    is_repeatable : bool
        Whether its rows can be made again bit by bit; trajectories of many atoms cannot, not on every machine.
    split_bytes : tuple of str
        Parquet columns whose bytes are stored one place after the other, which suits numbers of few digits.
    """

    dataset: str
    name: str
    splits: tuple[str, ...] = ("train",)
    is_repeatable: bool = True
    split_bytes: tuple[str, ...] = ()

    @abstractmethod
    def features(self) -> Features:
        """The columns."""

    @abstractmethod
    def all_keys(self) -> list[Any]:
        """What the rows are made from, each with an `id`, in the order of the rows."""

    @abstractmethod
    def key(self, key_id: str) -> Any:
        """The key of this id."""

    @abstractmethod
    def identity(self, key: Any) -> list[Row]:
        """The rows of a key without what costs time: the columns that follow from the key alone."""

    @abstractmethod
    def rows(self, key: Any) -> list[Row]:
        """The rows of a key, all columns."""

    def rebuild(self, key: Any, index: int) -> Row:
        """One row of a key alone."""
        return self.rows(key)[index]

    def shard(self, key: Any) -> str:
        """Name of the shard in which the rows of a key are built."""
        return "all"

    def split(self, labels: np.ndarray) -> dict[str, np.ndarray]:
        """Numbers of the rows in each split, ascending."""
        return {self.splits[0]: np.arange(len(labels))}

    def path(self, split: str) -> str:
        """Path of a split's Parquet file below the data set's folder."""
        return f"{self.name}/{split}-00000-of-00001.parquet"


def geometry_columns(atoms: Atoms) -> Row:
    """A structure as the columns of `schema.geometry`."""
    return {
        "numbers": atoms.numbers.astype(np.int32),
        "positions": atoms.positions,
        "cell": np.ascontiguousarray(atoms.cell.array),
        "pbc": np.asarray(atoms.pbc),
    }
