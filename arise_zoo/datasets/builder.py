"""Building a data set: shards made by workers, merged into Parquet, then card and manifest. Any part can be resumed.

What the rows are is in `prototypes.py` and `defects.py`; how shards are kept in `shards.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._version import DATA_VERSION, __version__
from ..common.manifest import MANIFEST, describe_files
from ..common.parallel import WorkerError, effective_n_jobs, workers
from ..common.progress import Progress
from ..common.storage import check_room, locked, replacing
from ..errors import AriseZooError
from ..hub.client import NAMESPACE
from .cards import write_card, write_tasks
from .catalogue import DATASETS, get_configs
from .config import Config
from .manifest import File, Manifest, released_manifest
from .shards import Shard, ShardStore, make_shard, shards_of

if TYPE_CHECKING:
    import pyarrow as pa

WORK_FOLDER = ".build"
_ROWS_PER_GROUP = 1000


class BuildError(AriseZooError):
    """A folder into which this data set cannot be built."""


def build(
    dataset: str,
    out: str | Path = ".",
    *,
    n_jobs: int = 1,
    scheduler: str | None = None,
    only: Iterable[str] | None = None,
    limit: int | None = None,
    progress: bool = False,
) -> Path:
    """Build a data set below `out` and return its folder, `out/arise/<dataset>`.

    Complete configurations, and shards of incomplete ones, are checked against their hashes and kept. Several processes
    may build different configurations into one folder at the same time.

    Parameters
    ----------
    dataset : {"prototypes", "defects", "dynamics"}
        Which data set.
    out : str or Path
        Output folder.
    n_jobs : int, default 1
        Processes on this machine (-1: one per core).
    scheduler : str, optional
        Address of a Dask scheduler, whose workers are used instead.
    only : iterable of str, optional
        Configurations (conditions) to build.
    limit : int, optional
        Number of structures of each configuration, for a trial.
    progress : bool, default False
        Show progress on standard error.

    Raises
    ------
    BuildError
        If the folder holds the data set in another version or extent.
    StorageError
        If the folder cannot be written, or has no room for what takes long to make; before anything is made.
    WorkerError
        If a worker process ends before its work is done.
    """
    configs = get_configs(dataset, only)
    if limit is not None and limit < 1:
        raise BuildError(f"the limit must be at least 1 structure, not {limit}.")
    folder = Path(out) / NAMESPACE / dataset
    work = Path(out) / NAMESPACE / WORK_FOLDER / dataset
    manifest = _existing(folder, dataset, limit)
    todo = [config for config in configs if not _is_built(config, manifest, folder)]
    with ExitStack() as alone:
        for config in todo:
            taken = f"another build is making {config.name} in {folder}; wait for it or choose another --out."
            alone.enter_context(locked(work / f"{config.name}.lock", taken=taken, remedy="choose another folder"))
        shards = {config.name: shards_of(config, limit) for config in todo}
        stores = {config.name: ShardStore(work / config.name) for config in todo}
        missing = {config.name: _missing(stores[config.name], shards[config.name]) for config in todo}
        waiting = [shard for config in todo for shard in missing[config.name]]
        for config in todo:
            _check_room(config, folder, work, len(missing[config.name]) / len(shards[config.name]), limit)
        with (
            _named(dataset) as at,
            workers(n_jobs, scheduler) as run,
            Progress(len(waiting), f"{NAMESPACE}/{dataset}", show=progress, warm_up=effective_n_jobs(n_jobs)) as bar,
        ):
            made = _run(run, waiting)
            for config in todo:
                store = stores[config.name]
                bar.note(f"{NAMESPACE}/{dataset} {config.name}")
                for shard in missing[config.name]:
                    at[:] = [shard]
                    store.write(shard, next(made))
                    bar.advance()
                _finish(config, store, shards[config.name], folder, limit)
                store.remove()
    if any(file.fault(folder) for file in _existing(folder, dataset, limit).of(None)):
        _list_files(dataset, [], folder, work, limit)
    _tidy(work)
    return folder


@contextmanager
def _named(dataset: str) -> Iterator[list[Shard]]:
    """Say in the error of a worker that ended which shard was waited for: what is put into the list."""
    at: list[Shard] = []
    try:
        yield at
    except WorkerError as error:
        if not at:
            raise
        where = f"{NAMESPACE}/{dataset} {at[0].config.name}, at {at[0].name} or one made beside it"
        raise WorkerError(f"{where}: {error}") from error


def _check_room(config: Config, folder: Path, work: Path, missing: float, limit: int | None) -> None:
    """Raise `StorageError` if a configuration's files cannot be written; `missing`: share of its shards not yet made.

    Room is asked for only where hours may be lost, and where a release tells how much it takes.
    """
    released = released_manifest(f"{NAMESPACE}/{config.dataset}", f"v{DATA_VERSION}")
    files = [] if config.is_repeatable or released is None else released["files"]
    own = [file for file in files if file.get("config") == config.name]
    share = 1.0 if limit is None else min(1.0, limit / len(config.all_keys()))
    needed = share * sum(file["size"] + missing * file["size_in_memory"] for file in own)
    check_room(work / config.name, round(needed))
    for split in config.splits:
        check_room((folder / config.path(split)).parent)
    check_room(folder)


def _tidy(work: Path) -> None:
    """Remove the work folder unless another build is at work there."""
    with suppress(OSError):
        if [path.name for path in work.iterdir()] == ["lock"]:
            (work / "lock").unlink()
        work.rmdir()
        work.parent.rmdir()


def _existing(folder: Path, dataset: str, limit: int | None) -> Manifest:
    """The manifest of what is there already, or a new one."""
    if not (folder / MANIFEST).exists():
        return Manifest(dataset, limit=limit)
    manifest = Manifest.read(folder)
    found = (manifest.data_version, manifest.package_version, manifest.limit)
    if found != (DATA_VERSION, __version__, limit):
        extent = "whole" if manifest.limit is None else f"the first {manifest.limit} structures"
        raise BuildError(
            f"{folder} holds data version {manifest.data_version} ({extent}) made by arise-zoo "
            f"{manifest.package_version}; build into another folder, or remove this one first."
        )
    return manifest


def _is_built(config: Config, manifest: Manifest, folder: Path) -> bool:
    files = manifest.of(config.name)
    return bool(files) and not any(file.fault(folder) for file in files)


def _missing(store: ShardStore, shards: list[Shard]) -> list[Shard]:
    for shard in shards:
        if store.was_changed(shard):
            path = store.folder / f"{shard.name}.arrow"
            print(f"{path} is not what its hash says; it is built again.", file=sys.stderr)
    return [shard for shard in shards if not store.holds(shard)]


def _run(run: Any, shards: list[Shard]) -> Iterator[bytes]:
    from joblib import delayed

    return iter(run(delayed(make_shard)(s.config.dataset, s.config.name, s.ids) for s in shards))


def _finish(config: Config, store: ShardStore, shards: list[Shard], folder: Path, limit: int | None) -> None:
    """Write a configuration's Parquet files, then card and manifest."""
    table, files = store.read(shards), []
    for split, rows in config.split(table["label"].to_numpy()).items():
        files.append(_write_parquet(table.take(rows), store, folder, config, split))
    _list_files(config.dataset, files, folder, store.folder.parent, limit)


def _list_files(dataset: str, files: list[File], folder: Path, work: Path, limit: int | None) -> None:
    """Put files into the manifest, and write the card and the tasks that follow from it."""
    with locked(work / "lock", remedy="choose another folder"):
        for left_behind in folder.glob(".*.part"):  # by a build that was killed; who holds the lock writes here alone
            left_behind.unlink(missing_ok=True)
        manifest = _existing(folder, dataset, limit)
        manifest.replace(files, [config.name for config in DATASETS[dataset]])
        written = [write_card(folder, manifest), *write_tasks(folder, manifest)]
        manifest.replace([File(**file) for file in describe_files(folder, [path.name for path in written])], [])
        manifest.write(folder)


def _write_parquet(table: pa.Table, store: ShardStore, folder: Path, config: Config, split: str) -> File:
    """Write a split among the shards, which are removed at the end, and move it to its place."""
    import pyarrow.parquet as pq

    scratch, path = store.folder / f"{split}.parquet", folder / config.path(split)
    with replacing(scratch) as temporary:
        pq.write_table(
            table,
            temporary,
            row_group_size=_ROWS_PER_GROUP,
            compression="zstd",
            use_byte_stream_split=list(config.split_bytes),
            use_dictionary=False,  # coordinates have few equal values where atoms are displaced; zstd finds the rest
            write_page_index=True,  # with content-defined chunks, what lets the Hub read and store parts of a file
            use_content_defined_chunking=True,
        )
    with replacing(path) as temporary:
        os.replace(scratch, temporary)
    (described,) = describe_files(folder, [config.path(split)])
    return File(**described, config=config.name, split=split, rows=table.num_rows, size_in_memory=table.nbytes)
