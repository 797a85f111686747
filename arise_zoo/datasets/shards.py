"""Shards: pieces of a configuration that are kept on disk while it is built, each with a sidecar that holds its hash.

A shard that does not match its sidecar (torn, tampered with, or made by another version) counts as not built.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._version import BASE_SEED, DATA_VERSION, __version__
from ..common.storage import replacing, sha256, write_json
from .catalogue import get_config
from .config import Config
from .schema import to_table

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Shard:
    """A piece of a configuration: its name, and the ids of the keys whose rows it holds, in order."""

    config: Config
    name: str
    ids: tuple[str, ...]

    @property
    def recipe(self) -> str:
        """What the content depends on, as a hash."""
        parts = [DATA_VERSION, __version__, str(BASE_SEED), self.config.dataset, self.config.name, self.name, *self.ids]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def shards_of(config: Config, limit: int | None = None) -> list[Shard]:
    """The shards of a configuration, or of its first `limit` keys, in the order of the rows."""
    ids: dict[str, list[str]] = {}
    for key in config.all_keys()[:limit]:
        ids.setdefault(config.shard(key), []).append(key.id)
    return [Shard(config, name, tuple(members)) for name, members in ids.items()]


def make_shard(dataset: str, config_name: str, ids: tuple[str, ...]) -> bytes:
    """The rows of these keys as an Arrow file in memory. This is what workers run; it reads and writes nothing."""
    import pyarrow as pa

    config = get_config(dataset, config_name)
    rows = [row for key_id in ids for row in config.rows(config.key(key_id))]
    table = to_table(rows, config.features())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


class ShardStore:
    """The shards of one configuration below a work folder."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)

    def holds(self, shard: Shard) -> bool:
        """Whether the shard is there, whole and as this version would make it."""
        sidecar = self._sidecar(shard)
        return sidecar.get("recipe") == shard.recipe and sidecar.get("sha256") == self._hash(shard)

    def was_changed(self, shard: Shard) -> bool:
        """Whether the shard is there but is not what its sidecar says."""
        sidecar, found = self._sidecar(shard), self._hash(shard)
        return found is not None and sidecar.get("sha256") not in (None, found)

    def write(self, shard: Shard, data: bytes) -> None:
        """Keep a shard; its sidecar comes last, so that a shard without one is not whole."""
        with replacing(self._path(shard)) as temporary:
            temporary.write_bytes(data)
        content = {"recipe": shard.recipe, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        write_json(self._path(shard).with_suffix(".json"), content)

    def read(self, shards: Iterable[Shard]) -> pa.Table:
        """The rows of all these shards, in their order."""
        import pyarrow as pa

        tables = [pa.ipc.open_file(pa.memory_map(str(self._path(shard)))).read_all() for shard in shards]
        return pa.concat_tables(tables)

    def remove(self) -> None:
        """Remove all shards."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, shard: Shard) -> Path:
        return self.folder / f"{shard.name}.arrow"

    def _hash(self, shard: Shard) -> str | None:
        path = self._path(shard)
        return sha256(path) if path.is_file() else None

    def _sidecar(self, shard: Shard) -> dict[str, Any]:
        try:
            content = json.loads(self._path(shard).with_suffix(".json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}
