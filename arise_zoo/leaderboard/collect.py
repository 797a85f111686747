"""Results small enough to be committed: a method's record, and its right labels structure by structure.

`collect` takes both from a folder of results, `read_counts` reads the labels again. The predictions themselves stay
where they are; the record keeps their SHA-256. Collected results are shown by `markdown` and `page`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..benchmark.predictions import read_predictions
from ..benchmark.record import RECORD, Record, read_record, write_record
from ..benchmark.scoring import count_right
from ..benchmark.submission import DECLARATION
from ..common.storage import replacing, sha256, write_json
from ..errors import AriseZooError
from ..methods import UNKNOWN

if TYPE_CHECKING:
    import pyarrow as pa

DECLARATIONS = "declarations"
"""Folder beside the records for what submitters declared."""

COLUMNS = ("condition", "class", "supercell", "periodic", "iteration", "right", "right_symmetry", "total", "label")


class CollectError(AriseZooError):
    """A folder of results that cannot be collected."""


def collect(results: Path, records: Path) -> list[str]:
    """Copy the record of each method in `results` to `records/NAME.json`, with `records/NAME.parquet` beside it.

    What came with a submission as its declaration becomes `records/declarations/NAME.json`.

    The Parquet file has one row per structure: its identity, how many of its labels are right by class and by space
    group, how many there are, and the label where there is one a structure. Returns the names. Raises `CollectError` if
    there is nothing to collect or if predictions are not those of their record.
    """
    found = sorted(path.parent for path in Path(results).glob(f"*/{RECORD}"))
    if not found:
        raise CollectError(f"there are no results in {results}; name the folder that was given to --out.")
    for folder in found:
        record = read_record(folder / RECORD)
        predictions = folder / record["predictions"]["file"]
        if not predictions.is_file() or sha256(predictions) != record["predictions"]["sha256"]:
            raise CollectError(f"{predictions} is not the file that its record was made from; run the method again.")
        _write(predictions, record, Path(records) / f"{record['method']}.parquet")
        write_record(Path(records) / f"{record['method']}.json", record)
        if (folder / DECLARATION).is_file():
            declared = json.loads((folder / DECLARATION).read_text(encoding="utf-8"))
            write_json(Path(records) / DECLARATIONS / f"{record['method']}.json", declared)
    return [folder.name for folder in found]


def read_counts(path: Path, record: Record) -> pa.Table:
    """What `collect` wrote beside a record, with the columns `COLUMNS`, shape (n_structures,).

    Raises `CollectError` if it is damaged or of other results than the record.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, columns=list(COLUMNS))
    except (OSError, pa.ArrowException) as error:
        raise CollectError(f"{path} is damaged ({error}); collect the results again.") from error
    sums = table.group_by(["condition", "class"], use_threads=False).aggregate([("right", "sum"), ("total", "sum")])
    rows = sums.to_pylist()
    found = {(row["condition"], row["class"]): [row["right_sum"], row["total_sum"]] for row in rows}
    wanted = {(c, k): counted for c, classes in record["per_class"].items() for k, counted in classes.items()}
    if found != wanted:
        raise CollectError(f"{path} is not of the results of its record; collect both again.")
    return table


def declaration_of(record: Record, folder: Path) -> dict[str, str]:
    """What the method's submitter declared, as `collect` stored it in a folder of records; empty if nothing."""
    path = Path(folder) / DECLARATIONS / f"{record['method']}.json"
    declared: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return declared


def counts_of(records: Sequence[Record], folder: Path) -> dict[str, pa.Table]:
    """Method -> what `collect` stored in a folder beside its record, of the methods of which it did."""
    paths = {record["method"]: Path(folder) / f"{record['method']}.parquet" for record in records}
    return {r["method"]: read_counts(paths[r["method"]], r) for r in records if paths[r["method"]].is_file()}


def _write(predictions: Path, record: Record, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    tables = []
    for table in read_predictions(predictions):
        counts = count_right(record["truth"], table)
        one_each = record["level"] == "structure"
        label = table["labels"].combine_chunks().flatten() if one_each else pa.nulls(len(table), pa.string())
        values = np.array([counts[structure] for structure in table["structure"].to_pylist()], dtype=np.int32)
        label = pc.if_else(pc.equal(label, UNKNOWN), None, label)
        columns = [table["condition"], table["class"], table["supercell"].cast(pa.int8()), table["periodic"]]
        columns += [table["iteration"].cast(pa.int8()), *(pa.array(column) for column in values.T), label]
        tables.append(pa.table(columns, names=COLUMNS))
    with replacing(path) as temporary:
        pq.write_table(pa.concat_tables(tables), temporary, compression="zstd", compression_level=19)
