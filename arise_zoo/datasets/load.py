"""Loading a data set: from a local build, else from the Hub at a pinned revision; hashes are checked in both cases.

The library `datasets` reads the files. Its own look-up by name is avoided, because it lets a folder or a cache of
another revision answer without a word.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .._version import DATA_VERSION
from ..common.manifest import MANIFEST
from ..errors import AriseZooError
from ..hub import HubError, fetch
from ..hub.client import NAMESPACE
from ..simulation import frames
from .catalogue import get_config
from .manifest import Manifest, released_manifest

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict, IterableDataset, IterableDatasetDict

    Loaded: TypeAlias = Dataset | DatasetDict | IterableDataset | IterableDatasetDict

FOLDER_VARIABLE = "ARISE_ZOO_DATA"


class DatasetError(AriseZooError):
    """A data set that cannot be found, or that is damaged."""


def load_dataset(
    name: str,
    config: str | None = None,
    *,
    split: str | None = None,
    revision: str | None = None,
    folder: str | Path | None = None,
    streaming: bool = False,
) -> Loaded:
    """Load one configuration of a data set, such as `load_dataset("defects", "missing-0.05", split="test")`.

    A local build is used if its version is the requested one, then what the package carries; otherwise the files come
    from the Hub.

    Parameters
    ----------
    name : str
        "prototypes", "defects" or "dynamics", after OWNER/ for somebody's copy on the Hub.
    config : str, optional
        Configuration (default: the first).
    split : str, optional
        Split (default: a dictionary of all).
    revision : str, optional
        Tag or commit on the Hub (default: the tag of this package's data version).
    folder : str or Path, optional
        Output folder of `arise-zoo build` (default: the environment variable ARISE_ZOO_DATA, else the working folder).
    streaming : bool, default False
        As in `datasets.load_dataset`.

    Raises
    ------
    DatasetError
        If there are no files, or if one does not match the manifest.
    UnknownNameError
        If there is no such data set or configuration.
    """
    owner, _, dataset = name.rpartition("/")
    wanted = get_config(dataset, config).name
    revision = revision or f"v{DATA_VERSION}"
    repository = f"{owner or NAMESPACE}/{dataset}"
    here = _local(dataset, wanted, revision, folder) if owner in ("", NAMESPACE) else None
    path = here or _shipped(repository, revision) or _download(repository, dataset, wanted, revision)
    manifest = Manifest.read(path)
    _check(path, manifest, wanted)
    return _read(path, manifest, wanted, split, streaming)


def use_dynamics(folder: str | Path | None = None) -> None:
    """Have frames of molecular dynamics read from `arise/dynamics`: from a local build, else the released ones.

    Of another build than the released one its own frames count; results then have another identity.

    Parameters
    ----------
    folder : str or Path, optional
        Output folder of `arise-zoo build` (default: the environment variable ARISE_ZOO_DATA, else the working folder).

    Raises
    ------
    DatasetError
        If there are no files, or if one does not match the manifest.
    """
    dataset, revision = "dynamics", f"v{DATA_VERSION}"
    try:
        path = _local(dataset, "solids", revision, folder)
    except DatasetError:  # a folder that was given for other data sets
        path = _local(dataset, "solids", revision, None)
    repository = f"{NAMESPACE}/{dataset}"
    path = path or _shipped(repository, revision) or _download(repository, dataset, None, revision)
    manifest = Manifest.read(path)
    for config in manifest.configs:
        _check(path, manifest, config)
    known = released_manifest(repository, revision) or {"files": []}
    released = {file["path"]: file["sha256"] for file in known["files"] if file.get("config")}
    frames.use(path, {file.path: file.sha256 for file in manifest.files if file.config} == released)


def _local(dataset: str, config: str, revision: str, folder: str | Path | None) -> Path | None:
    """Folder of a local build of this version that holds the configuration."""
    root = Path(folder or os.environ.get(FOLDER_VARIABLE) or ".")
    path = next((p for p in (root / NAMESPACE / dataset, root / dataset, root) if (p / MANIFEST).is_file()), None)
    manifest = Manifest.read(path) if path else None
    if manifest and manifest.dataset == dataset and f"v{manifest.data_version}" == revision and manifest.of(config):
        if manifest.limit is not None:
            warnings.warn(f"{path} is a partial build: {manifest.limit} structures of {config}.", stacklevel=3)
        return path
    if folder is not None:
        raise DatasetError(
            f"{folder} holds no {NAMESPACE}/{dataset} ({config}) of revision {revision}; "
            f"build it with `arise-zoo build {dataset} --out {folder}`."
        )
    return None


def _shipped(repository: str, revision: str) -> Path | None:
    """Folder of a data set that is part of the package, in this version: the simulated one, which is not made again
    bit by bit everywhere."""
    owner, _, dataset = repository.rpartition("/")
    path = Path(__file__).parent / "releases" / dataset
    is_it = owner == NAMESPACE and revision == f"v{DATA_VERSION}" and (path / MANIFEST).is_file()
    return path if is_it else None


def _download(repository: str, dataset: str, config: str | None, revision: str) -> Path:
    """Folder of the files as the Hub has them at this revision, those of one configuration or all."""
    known = released_manifest(repository, revision)
    try:
        return fetch(
            repository,
            "dataset",
            revision,
            lambda file: config is None or file.get("config") in (None, config),
            expected=known["files"] if known else None,
        )
    except HubError as error:
        raise DatasetError(
            f"{repository} ({config or 'all of it'}) of revision {revision} is not here, and {str(error).rstrip('.')}; "
            f"or make it with `arise-zoo build {dataset}`, or name a folder that has it in {FOLDER_VARIABLE}."
        ) from error


def _check(path: Path, manifest: Manifest, config: str) -> None:
    """Compare the files that matter for a configuration with the manifest."""
    if not manifest.of(config):
        raise DatasetError(f"{path} does not hold the configuration {config!r}; build it, or ask for another.")
    for file in manifest.files:
        if file.config in (None, config) and (fault := file.fault(path)):
            raise DatasetError(f"{path / file.path} {fault}; remove it, then build or download it again.")


def _read(path: Path, manifest: Manifest, config: str, split: str | None, streaming: bool) -> Loaded:
    import datasets

    # `datasets` identifies its cache by names and versions; a rebuilt file must not be answered with old rows.
    digest = "-".join(file.sha256[:16] for file in manifest.of(config))
    cache = Path(datasets.config.HF_DATASETS_CACHE) / "arise_zoo" / digest
    # By file rather than by folder, for which `datasets` would want the files of other configurations too.
    files = {file.split: str(path / file.path) for file in manifest.of(config)}
    return datasets.load_dataset("parquet", data_files=files, split=split, streaming=streaming, cache_dir=str(cache))
