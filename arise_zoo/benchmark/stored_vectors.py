"""Descriptors of the benchmark's structures as a built data set holds them, for methods that classify descriptors.

The same structures have the same ids there; without a data set each method describes structures itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .._version import BASE_SEED, DATA_VERSION
from ..descriptors.settings import CENTRAL, CENTRE
from ..errors import AriseZooError
from ..methods import ResolvedMethod
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
            settings = [table[column].to_numpy() for column in columns[2:]]
            table = table.filter(np.all([v == c for v, c in zip(settings, CENTRE, strict=True)], axis=0))
        vectors = table["descriptor"].combine_chunks().flatten().to_numpy().reshape(len(table), -1)
        return table[name].to_pylist(), vectors


def stored_vectors_for(method: ResolvedMethod, folder: str | Path | None) -> StoredVectors | None:
    """The descriptors of a folder if this method takes them as they are, otherwise None.

    Raises `AriseZooError` if a folder is given to a method that works on descriptors of other parameters.
    """
    if folder is None or method.predict_vectors is None:
        return None
    wanted, stored = dict(method.descriptor), dict(CENTRAL)
    if wanted != stored:
        raise AriseZooError(f"method {method.facts.name!r} needs descriptors of {wanted}, but data sets hold {stored}.")
    return StoredVectors(folder)
