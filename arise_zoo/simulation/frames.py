"""The frames of `arise/dynamics` as structures, and which of them count in the benchmark.

Trajectories of many atoms are not repeated bit by bit on every machine, so that frames are read from the data set and
not made. Which of them count is an index, made from the same files; that of the released data set is part of the
package, so that tables can be planned, and results checked, without the data set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from ase import Atoms

from ..common.storage import sha256
from ..errors import StructureError
from .interface import SYSTEMS as INTERFACES
from .protocol import LIQUIDS, SOLIDS
from .systems import load_systems

if TYPE_CHECKING:
    import pyarrow as pa

CONFIG_OF = (
    {f"md-{share:g}": "solids" for share in SOLIDS}
    | {f"liquid-{share:g}": "disordered" for share in sorted(LIQUIDS)}
    | {"quenched": "disordered", "gas": "disordered", "interface": "interfaces"}
)
"""The conditions of Table M, each with the configuration of the data set that holds it."""

UNKNOWN, UNSCORED = "unknown", ""
"""Right answers other than a class: of what is disordered, and of what counts for nothing."""

Index = Mapping[str, Mapping[str, tuple[int, ...]]]
"""Condition -> name of the system -> numbers of its frames that count."""


class _Source(NamedTuple):
    folder: Path
    is_released: bool


_source: _Source | None = None


def use(folder: Path, is_released: bool) -> None:
    """Read frames from this folder from now on, in this process; the index is its own unless it is the released one."""
    global _source
    _source = _Source(Path(folder), is_released)


def in_use() -> bool:
    """Whether frames can be read."""
    return _source is not None


def index() -> Index:
    """Which frames count: of the data set in use, or of the released one if none is."""
    return released_index() if _source is None or _source.is_released else index_of(_source.folder)


def index_sha256() -> str:
    """SHA-256 of which frames count and, for another data set than the released one, of its files."""
    digest = hashlib.sha256(json.dumps(index(), sort_keys=True).encode())
    if _source is not None and not _source.is_released:
        digest.update(_files_sha256(_source.folder).encode())
    return digest.hexdigest()


@lru_cache(maxsize=4)
def _files_sha256(folder: Path) -> str:
    paths = [folder / path_of(config) for config in dict.fromkeys(CONFIG_OF.values())]
    return "".join(sha256(path) for path in paths if path.is_file())


@lru_cache(maxsize=4)
def index_of(folder: Path) -> Index:
    """Which frames of a build count."""
    found: dict[str, dict[str, list[int]]] = {}
    for config in dict.fromkeys(CONFIG_OF.values()):
        if (folder / path_of(config)).is_file():
            for row in _read(folder, config, ["condition", "system", "iteration", "truth"]).to_pylist():
                if row["truth"] != UNSCORED:
                    found.setdefault(row["condition"], {}).setdefault(row["system"], []).append(row["iteration"])
    return {c: {system: tuple(sorted(numbers)) for system, numbers in of.items()} for c, of in found.items()}


def path_of(config: str) -> str:
    """Path of a configuration's file below the folder of the data set."""
    return f"{config}/test-00000-of-00001.parquet"


def frame(structure_id: str, condition: str, periodic: bool) -> Atoms:
    """The frame stored under this id, periodic or cut out of its box.

    Raises `StructureError` if the data set is not in use or lacks it.
    """
    row = _row(structure_id, condition)
    positions = row["positions"].astype(float).reshape(-1, 3)
    if not periodic:
        return Atoms(row["numbers"], positions=positions)
    return Atoms(row["numbers"], positions=positions, cell=row["cell"].reshape(3, 3), pbc=True)


def atom_labels(structure_id: str) -> np.ndarray:
    """Labels of the atoms of an interface, shape (n_atoms,): see `interface`."""
    return _row(structure_id, "interface")["atom_labels"]


def interface_atoms() -> dict[str, int]:
    """Number of atoms of the interface of each system."""
    from .interface import n_atoms

    return {system.name: n_atoms(system) for system in load_systems() if system.name in INTERFACES}


def _row(structure_id: str, condition: str) -> dict[str, np.ndarray]:
    if _source is None:
        raise StructureError(
            f"{structure_id} is a frame of molecular dynamics, which the data set arise/dynamics holds; "
            "call arise_zoo.datasets.use_dynamics() first."
        )
    table, places = _table(_source.folder, CONFIG_OF[condition])
    if structure_id not in places:
        raise StructureError(f"{_source.folder} does not hold {structure_id}.")
    return {name: _flat(table[name][places[structure_id]]) for name in table.column_names if name != "id"}


def _flat(value: pa.ListScalar) -> np.ndarray:
    values = value.values
    while hasattr(values, "flatten") and hasattr(values.type, "value_type"):
        values = values.flatten()
    flat: np.ndarray = values.to_numpy(zero_copy_only=False)
    return flat


@lru_cache(maxsize=3)
def _table(folder: Path, config: str) -> tuple[pa.Table, dict[str, int]]:
    labels = ["atom_labels"] if config == "interfaces" else []
    table = _read(folder, config, ["id", "numbers", "positions", "cell", *labels])
    return table, {structure: place for place, structure in enumerate(table["id"].to_pylist())}


def _read(folder: Path, config: str, columns: list[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / path_of(config)
    try:
        return pq.read_table(path, columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise StructureError(f"{path} cannot be read ({str(error).splitlines()[0]}).") from None


@cache
def released_index() -> Index:
    """Which frames of the released data set count."""
    path = files(__package__) / "data" / "frames.json"
    if not path.is_file():
        return {}
    content = json.loads(path.read_text(encoding="utf-8"))
    return {c: {system: tuple(numbers) for system, numbers in of.items()} for c, of in content.items()}
