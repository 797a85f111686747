"""The answers of a method as Parquet: one row per structure, with its labels as a list.

While a run is under way, each complete unit of work (the structures of one condition and one set of classes) is a
separate file, and so is each part of a unit that is not complete; when the run ends they are joined to one file. What
is run is decided in `runner`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from ..common.storage import StorageError, replacing
from ..structures import StructureSpec
from .plan import Unit

SCHEMA = pa.schema(
    [
        ("structure", pa.string()),
        ("class", pa.string()),
        ("supercell", pa.int32()),
        ("periodic", pa.bool_()),
        ("condition", pa.string()),
        ("iteration", pa.int32()),
        ("labels", pa.list_(pa.string())),
        ("confidence", pa.list_(pa.float32())),
    ]
)
"""`labels` holds one label a structure, or one an atom in the structure's order; `confidence` as many, or null."""

SCORES = tuple(pa.field(name, pa.float32()) for name in ("probability_of_truth", "sum_of_squares", "uncertainty"))
"""Further columns of methods with probabilities; the uncertainty is null if a method has none."""

PREDICTIONS = "predictions.parquet"
"""Name of the file in the folder of a run."""

_UNITS = b"arise_zoo.units"


class ProbabilityScores(NamedTuple):
    """What is kept of the probabilities of one structure, and the method's own uncertainty if it has one."""

    probability_of_truth: float
    sum_of_squares: float
    uncertainty: float | None


class CheckedAnswer(NamedTuple):
    """A method's labels for one structure, checked, with their confidences and scores if it has any."""

    labels: Sequence[str]
    confidence: Sequence[float] | None
    scores: ProbabilityScores | None = None


def table_of(specs: Sequence[StructureSpec], answers: Sequence[CheckedAnswer]) -> pa.Table:
    """Rows of the predictions file, shape (n_structures,)."""
    table = pa.table(
        [
            [spec.id for spec in specs],
            [spec.class_id for spec in specs],
            [spec.k for spec in specs],
            [spec.periodic for spec in specs],
            [spec.condition for spec in specs],
            [spec.iteration for spec in specs],
            [answer.labels for answer in answers],
            [answer.confidence for answer in answers],
        ],
        schema=SCHEMA,
    )
    if answers and answers[0].scores is not None:
        for place, field in enumerate(SCORES):
            values = [answer.scores[place] for answer in answers if answer.scores is not None]
            table = table.append_column(field, pa.array(values, field.type))
    return table


class PredictionStore:
    """The predictions of one run in a folder: `predictions.parquet`, and while the run is under way `units/`, with the
    parts of incomplete ones in `units/parts/`.

    `seconds` holds the wall time of each unit that is not yet joined.
    """

    def __init__(self, folder: Path):
        self.path = Path(folder) / PREDICTIONS
        self._units_folder = Path(folder) / "units"
        self._parts_folder = self._units_folder / "parts"
        self._joined = list(_units(self.path)) if self.path.exists() else []
        self.seconds: dict[Unit, float] = {}
        for path in sorted(self._units_folder.glob("[!.]*.parquet")):
            self.seconds.update({unit: seconds or 0.0 for unit, seconds in _units(path).items()})

    def __contains__(self, unit: Unit) -> bool:
        return unit in self._joined or unit in self.seconds

    @property
    def joined(self) -> tuple[Unit, ...]:
        """The units of the joined file."""
        return tuple(self._joined)

    @property
    def n_groups(self) -> int:
        """Number of row groups of the joined file, one a unit."""
        with _open(self.path) as file:
            groups: int = file.num_row_groups
            return groups

    @property
    def n_rows(self) -> int:
        """Number of rows of the joined file."""
        with _open(self.path) as file:
            rows: int = file.metadata.num_rows
            return rows

    def part(self, unit: Unit) -> tuple[pa.Table, float]:
        """The rows that are kept of an incomplete unit, which are its first ones, and the seconds that they took."""
        tables, seconds = [SCHEMA.empty_table()], 0.0
        for path in sorted(self._parts_folder.glob(f"{_file_name(unit)}.[0-9]*.parquet")):
            table = _guard(path, partial(pq.read_table, path))
            if path != self._part_path(unit, sum(map(len, tables))):
                raise StorageError(f"{path} has a gap before it; remove {self._parts_folder} or choose another --out.")
            tables = [*(t for t in tables if len(t)), table]
            seconds += _units(path)[unit] or 0.0
        return pa.concat_tables(tables), seconds

    def add_part(self, unit: Unit, begin: int, table: pa.Table, seconds: float) -> None:
        """Keep rows of an incomplete unit, of which the first is row number `begin`."""
        with replacing(self._part_path(unit, begin)) as temporary:
            _write(temporary, [table], {unit: round(seconds, 3)})

    def add(self, unit: Unit, table: pa.Table, seconds: float) -> None:
        """Keep a complete unit."""
        with replacing(self._unit_path(unit)) as temporary:
            _write(temporary, [table.combine_chunks()], {unit: round(seconds, 3)})
        self.seconds[unit] = seconds
        for path in self._parts_folder.glob(f"{_file_name(unit)}.[0-9]*.parquet"):
            path.unlink()

    def read(self, unit: Unit) -> pa.Table:
        """The rows of a complete unit."""
        if unit in self._joined:
            with _open(self.path) as file:
                return _guard(self.path, lambda: file.read_row_group(self._joined.index(unit)))
        return _guard(self._unit_path(unit), lambda: pq.read_table(self._unit_path(unit)))

    def join(self, order: Sequence[Unit]) -> None:
        """Join all units, in this order, to `predictions.parquet`: one row group a unit."""
        if set(self.seconds) - set(self._joined):
            units = [unit for unit in order if unit in self]
            with replacing(self.path) as temporary:
                _write(temporary, (self.read(unit) for unit in units), dict.fromkeys(units))
            self._joined = units

    def remove_units(self) -> None:
        """Remove the files of complete units, once they are joined and recorded."""
        self.seconds = {}
        for path in self._units_folder.glob("[!.]*.parquet"):
            path.unlink()
        for folder in (self._parts_folder, self._units_folder):
            with suppress(OSError):  # it is not there, or holds parts of what another call began
                folder.rmdir()

    def _unit_path(self, unit: Unit) -> Path:
        return self._units_folder / f"{_file_name(unit)}.parquet"

    def _part_path(self, unit: Unit, begin: int) -> Path:
        return self._parts_folder / f"{_file_name(unit)}.{begin:07d}.parquet"


def _file_name(unit: Unit) -> str:
    return f"{unit.condition}.{unit.classes}"


def read_predictions(path: Path) -> Iterator[pa.Table]:
    """The units of a joined file of predictions, one after the other."""
    with _open(path) as file:
        for group in range(file.num_row_groups):
            yield _guard(path, partial(file.read_row_group, group))


def _write(path: Path, tables: Iterable[pa.Table], units: dict[Unit, float | None]) -> None:
    entries = [[*unit, seconds] for unit, seconds in units.items()]
    tables = iter(tables)
    first = next(tables)
    schema = first.schema.with_metadata({_UNITS: json.dumps(entries).encode()})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in chain([first], tables):
            writer.write_table(table.replace_schema_metadata(schema.metadata), row_group_size=max(1, len(table)))


def _guard(path: Path, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (OSError, pa.ArrowException) as error:
        raise StorageError(f"{path} is damaged ({error}); remove its folder or choose another --out.") from error


def _open(path: Path) -> pq.ParquetFile:
    return _guard(path, lambda: pq.ParquetFile(path))


def _units(path: Path) -> dict[Unit, float | None]:
    """The units in a file of predictions, in its order, with the seconds they took if it says so."""
    with _open(path) as file:
        metadata = file.schema_arrow.metadata or {}
    try:
        return {Unit(condition, classes): s for condition, classes, s in json.loads(metadata[_UNITS])}
    except (KeyError, ValueError) as error:
        raise StorageError(f"{path} is no file of predictions; remove its folder or choose another --out.") from error
