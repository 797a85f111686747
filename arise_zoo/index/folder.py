"""The folder of an index: entries with their vectors as Parquet, the graph of neighbours, facts, and a manifest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from ase import Atoms

from .._version import __version__
from ..common.manifest import CARD, MANIFEST, describe_files, read_entries
from ..common.storage import check_room, replacing, sha256, write_json, write_text
from ..errors import AriseZooError
from . import neighbours
from .answers import ASPECTS
from .metric import Metric
from .sources import Item

if TYPE_CHECKING:
    import pyarrow as pa

ENTRIES, FACTS, GRAPH = "entries.parquet", "index.json", "neighbours.usearch"
_CARD = """# {name}

An index of {entries} structures, made by arise_zoo {version}. `arise_zoo.StructureIndex.load` reads it,
`arise-zoo similar --index` searches it.
"""
_FORMAT = 1
_ROW_GROUP = 10_000


class IndexFolderError(AriseZooError, ValueError):
    """A folder that holds no index, or one that is damaged or does not fit this version of the package."""


class Kept(NamedTuple):
    """What a folder holds: the table of entries, vectors by aspect, shape (n, n_views, d), and the graph, or None."""

    entries: pa.Table
    vectors: dict[str, np.ndarray]
    graph: Any


def holds_index(folder: Path) -> bool:
    """Whether a folder was written as an index."""
    return (folder / FACTS).is_file() and (folder / ENTRIES).is_file()


def table_of(items: Iterable[tuple[Item, Mapping[str, Any]]]) -> pa.Table:
    """Entries as a table, from items and the facts of each."""
    import pyarrow as pa

    rows = [
        {
            "id": item.id,
            "prototype": item.prototype,
            "geometry": item.geometry or item.prototype,
            "source": item.source,
            **facts,
            "numbers": item.atoms.numbers.tolist(),
            "positions": item.atoms.positions.tolist(),
            "cell": item.atoms.cell.array.tolist(),
            "pbc": item.atoms.pbc.tolist(),
        }
        for item, facts in items
    ]
    return pa.Table.from_pylist(rows, schema=_schema())


def atoms_of(entries: pa.Table, row: int) -> Atoms:
    """The structure of an entry."""
    numbers, positions, cell, pbc = (entries[name][row].as_py() for name in ("numbers", "positions", "cell", "pbc"))
    return Atoms(numbers, positions=positions, cell=cell, pbc=pbc)


def _schema() -> pa.Schema:
    """Columns of entries: facts, and the structure to the last bit."""
    import pyarrow as pa

    text, vector = pa.string(), pa.list_(pa.float64(), 3)
    return pa.schema(
        [
            pa.field("id", text),
            pa.field("prototype", text),
            pa.field("geometry", text),
            pa.field("source", text),
            pa.field("formula", text),
            pa.field("n_atoms", pa.int32()),
            pa.field("space_group", pa.int16()),
            pa.field("length", pa.float64()),  # of the first peak of the pair distribution, angstrom
            pa.field("numbers", pa.list_(pa.int32())),
            pa.field("positions", pa.list_(vector)),
            pa.field("cell", pa.list_(vector, 3)),
            pa.field("pbc", pa.list_(pa.bool_(), 3)),
        ]
    )


def write_folder(folder: Path, name: str, metric: Metric, kept: Kept) -> None:
    """Write an index; the manifest last, so that a folder with one is whole.

    A graph is made where there are too many vectors to compare all, if usearch is installed.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_room(folder)
    (folder / MANIFEST).unlink(missing_ok=True)
    table, files = kept.entries, [CARD, ENTRIES, FACTS]
    for aspect, vectors in kept.vectors.items():
        flat = pa.array(np.ascontiguousarray(vectors, dtype=np.float32).ravel())
        table = table.append_column(f"{aspect}_vector", pa.FixedSizeListArray.from_arrays(flat, vectors[0].size))
    with replacing(folder / ENTRIES) as temporary:
        pq.write_table(table, temporary, row_group_size=_ROW_GROUP, compression="zstd")
    (folder / GRAPH).unlink(missing_ok=True)
    first = neighbours.first_vectors(next(iter(kept.vectors.values())), metric.n_cold)
    if len(first) > neighbours.EXACT_BELOW and neighbours.has_library():
        neighbours.write_graph(folder / GRAPH, first)
        files.append(GRAPH)
    facts = {
        "format": _FORMAT,
        "name": name,
        "package_version": __version__,
        "metric": metric.name,
        "n_entries": len(table),
    }
    write_json(folder / FACTS, facts)
    write_text(folder / CARD, _CARD.format(name=name, entries=len(table), version=__version__))
    write_json(folder / MANIFEST, {"files": describe_files(folder, files)})


def read_folder(folder: Path, metric: Metric) -> tuple[str, Kept]:
    """Name and content of an index; `metric`: with which it must have been made.

    Raises `IndexFolderError` unless it is whole and of this metric.
    """
    import pyarrow.parquet as pq

    if not (folder / MANIFEST).is_file():
        raise IndexFolderError(
            f"{folder} holds no index; make one with `arise-zoo index build LIBRARY --out {folder}`."
        )
    try:
        listed = read_entries(folder)
        damaged = next((f["path"] for f in listed if sha256(folder / Path(f["path"]).name) != f["sha256"]), None)
        if damaged:
            raise IndexFolderError(f"{folder / damaged} does not match its SHA-256; make or fetch the index again.")
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if facts["format"] != _FORMAT or facts["metric"] != metric.name:
            raise IndexFolderError(
                f"{folder} was made with the metric {facts['metric']} of version {facts['package_version']}, not with "
                f"this package's {metric.name}; make it again."
            )
        table = pq.read_table(folder / ENTRIES)
        vectors = {}
        for aspect in ASPECTS:
            column = table[f"{aspect}_vector"].combine_chunks()
            vectors[aspect] = column.flatten().to_numpy().reshape(len(table), metric.n_views, -1)
        graph = None
        if (folder / GRAPH).is_file() and neighbours.has_library():
            graph = neighbours.read_graph(folder / GRAPH, vectors[next(iter(vectors))].shape[2])
        return facts["name"], Kept(table.drop_columns([f"{aspect}_vector" for aspect in ASPECTS]), vectors, graph)
    except (OSError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, IndexFolderError):
            raise
        raise IndexFolderError(f"{folder} holds no index that can be read ({error}); make it again.") from error
