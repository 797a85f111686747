"""What is written of each frame: extended XYZ with all that the structure had, and tables of one row an atom."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from ...models.atoms import AtomClassification

_BEFORE = "_before"
"""Added to the name of an array of the input that has that of an answer."""


def labelled(atoms: Atoms, found: AtomClassification) -> Atoms:
    """A copy of the structure, with all its arrays, and arrays `label`, `class_number`, `probability`,
    `mutual_information` and, where the model has verdicts, `certainty`.

    `class_number` is the place of the label among those of the model, from 1. An array of the structure that has such
    a name is then `label_before` and so on.
    """
    result: Atoms = atoms.copy()
    result.calc = atoms.calc  # whose forces and energy belong to the structure
    columns = found.columns()
    answers = {"label": columns.pop("label"), "class_number": found.numbers.astype(int) + 1, **columns}
    for name, values in answers.items():
        if name in result.arrays:
            result.arrays[f"{name}{_BEFORE}"] = result.arrays.pop(name)
        result.set_array(name, values)
    return result


@contextmanager
def xyz_file(path: Path) -> Iterator[Callable[[Atoms], None]]:
    """A function that adds a frame to an extended XYZ file."""
    from ase.io.extxyz import write_xyz

    with open(path, "w", encoding="utf-8") as file:

        def add(atoms: Atoms) -> None:
            for name, values in list(atoms.arrays.items()):
                atoms.arrays[name] = _as_columns(values)
            write_xyz(file, atoms)

        yield add


def _as_columns(values: np.ndarray) -> np.ndarray:
    """An array as XYZ can hold it: one or two dimensions, words without spaces."""
    if values.ndim > 2:
        values = values.reshape(len(values), -1)
    if values.dtype.kind in "OSU":
        words = [re.sub(r"\s+", "_", str(word).strip()) or "_" for word in values.ravel()]
        values = np.array(words).reshape(values.shape)
    return values


@contextmanager
def table_file(parquet: Path, csv: Path) -> Iterator[Callable[[int, Atoms, AtomClassification], None]]:
    """A function that adds the atoms of a frame to both tables; Parquet has a row group a frame."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    with open(csv, "w", encoding="utf-8") as file:

        def add(number: int, atoms: Atoms, found: AtomClassification) -> None:
            nonlocal writer
            table = _table(number, atoms, found)
            table.to_csv(file, index=False, header=writer is None, float_format="%.8g", lineterminator="\n")
            rows = pa.Table.from_pandas(table, preserve_index=False)
            if writer is None:
                writer = pq.ParquetWriter(parquet, rows.schema)
            writer.write_table(rows)

        try:
            yield add
        finally:
            if writer is not None:
                writer.close()


def _table(number: int, atoms: Atoms, found: AtomClassification) -> Any:
    import pandas as pd

    places = {"frame": np.full(len(atoms), number, np.int32), "atom": np.arange(len(atoms), dtype=np.int32)}
    positions = dict(zip("xyz", atoms.positions.T, strict=True))
    return pd.DataFrame({**places, "species": atoms.get_chemical_symbols(), **positions, **found.columns()})
