"""Where methods that classify descriptors find those of the benchmark's structures.

A built data set holds them, under the same ids (`StoredVectors`); others are computed once and kept in a folder for the
next method with the same parameters (`cached_vectors`). Without either, each method describes structures itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from .._version import BASE_SEED, DATA_VERSION
from ..common.storage import StorageError, replacing, sha256, write_text
from ..descriptors.parameters import KIND
from ..descriptors.settings import CENTRAL
from ..errors import AriseZooError
from ..methods import ResolvedMethod
from ..methods.descriptor_based import descriptor_of
from ..simulation.frames import index_sha256
from ..structures import StructureSpec, condition


class StoredVectors:
    """Descriptors in an output folder of `arise-zoo build`, at the data sets' central setting.

    Files are checked against the manifest when they are read. Raises `DatasetError` (of the data sets) if the folder
    holds neither data set in this package's data version, or if a file is not what the manifest says.
    """

    def __init__(self, folder: str | Path):
        from ..common.manifest import MANIFEST
        from ..datasets.load import DatasetError
        from ..datasets.manifest import Manifest

        self._manifests: dict[Path, Manifest] = {}
        self._last: tuple[tuple[Path, str], dict[str, int], np.ndarray] | None = None
        for name in ("prototypes", "defects"):
            path = Path(folder) / "arise" / name
            if (path / MANIFEST).is_file():
                manifest = Manifest.read(path)
                if manifest.data_version == DATA_VERSION:
                    self._manifests[path] = manifest
        if not self._manifests:
            raise DatasetError(
                f"{folder} holds no data set of version {DATA_VERSION}; build one with "
                f"`arise-zoo build defects --out {folder}`, or leave it out."
            )

    def of(self, condition_name: str, specs: Sequence[StructureSpec]) -> np.ndarray | None:
        """Descriptors of structures of one condition, shape (n, n_features), None unless all of them are there."""
        if any(spec.seed != BASE_SEED for spec in specs):
            return None
        config = condition_name if condition(condition_name).is_random else "pristine"
        for path, manifest in self._manifests.items():
            if manifest.of(config):
                if self._last is None or self._last[0] != (path, config):  # chunks of one condition come in a row
                    ids, vectors = self._read(path, config)
                    self._last = (path, config), {structure: i for i, structure in enumerate(ids)}, vectors
                _, place, vectors = self._last
                if all(spec.id in place for spec in specs):
                    return vectors[[place[spec.id] for spec in specs]]
        return None

    def _read(self, path: Path, config: str) -> tuple[list[str], np.ndarray]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        from ..datasets.load import DatasetError
        from ..datasets.vectors import descriptors_of, is_central

        is_pristine = config == "pristine"
        name = "structure_id" if is_pristine else "id"
        columns = [name, "descriptor", *(("r_cut", "sigma", "extrinsic_scale") if is_pristine else ())]
        tables = []
        for file in self._manifests[path].of(config):
            if fault := file.fault(path):
                raise DatasetError(f"{path / file.path} {fault}; remove it, then build it again.")
            tables.append(pq.read_table(path / file.path, columns=columns))
        table = pa.concat_tables(tables)
        if is_pristine:
            table = table.filter(is_central(table))
        return table[name].to_pylist(), descriptors_of(table)


def stored_vectors_for(method: ResolvedMethod, folder: str | Path | None) -> StoredVectors | None:
    """The descriptors of a folder if this method takes them as they are, otherwise None, as for one of another kind.

    Raises `AriseZooError` if a folder is given to a method that works on descriptors of other parameters.
    """
    if folder is None or method.predict_vectors is None or KIND in method.descriptor:
        return None
    if not is_stored(method.descriptor):
        wanted, stored = dict(method.descriptor), dict(CENTRAL)
        raise AriseZooError(f"method {method.facts.name!r} needs descriptors of {wanted}, but data sets hold {stored}.")
    return StoredVectors(folder)


def is_stored(parameters: Mapping[str, Any]) -> bool:
    """Whether data sets hold descriptors of these parameters, of which defaults may be left out."""
    defaults = {**CENTRAL, "thermal_displacement": 0.0}  # the central setting is that of `AveragedSOAP()`
    return {**defaults, **parameters} == defaults


def cached_vectors(
    folder: str | Path,
    specs: Sequence[StructureSpec],
    parameters: Mapping[str, Any],
    structures: Sequence[Atoms] | None = None,
) -> np.ndarray:
    """Descriptors of structures of one condition, shape (n, n_features), float32; NaN where a structure has none.

    A file belongs to these structures and these parameters; whoever finds it missing writes it. `structures`: those of
    `specs`, if they need not be made.
    """
    what = {"data": DATA_VERSION, "parameters": dict(parameters), "seed": specs[0].seed, "ids": [s.id for s in specs]}
    if condition(specs[0].condition).is_stored:
        what["frames"] = index_sha256()
    name = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:24]
    path = Path(folder) / specs[0].condition / f"{name}.npy"
    if path.is_file():
        try:
            known: np.ndarray = np.load(path, allow_pickle=False)
            whole = (
                known.shape[0] == len(specs) and sha256(path) == _hash_file(path).read_text(encoding="ascii").strip()
            )
        except (OSError, ValueError, EOFError, IndexError) as error:
            raise StorageError(f"{path} is damaged ({error}); remove it, and it is made again.") from error
        if not whole:
            raise StorageError(f"{path} is not what its hash says; remove it, and it is made again.")
        return known
    vectors = _described([s.build() for s in specs] if structures is None else structures, parameters)
    with replacing(path) as temporary:
        with open(temporary, "wb") as file:
            np.save(file, vectors)
        write_text(_hash_file(path), sha256(temporary) + "\n")
    return vectors


def _hash_file(path: Path) -> Path:
    """The file beside one of descriptors that holds its SHA-256."""
    return path.with_suffix(".sha256")


def _described(structures: Sequence[Atoms], parameters: Mapping[str, Any]) -> np.ndarray:
    vectors = [descriptor_of(atoms, parameters) for atoms in structures]
    width = next((len(vector) for vector in vectors if vector is not None), 1)
    return np.array([np.full(width, np.nan) if v is None else v for v in vectors], dtype=np.float32)
