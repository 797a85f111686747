"""`fetch`: files of a release at a pinned revision, from the cache or the Hub, each compared with its hash.

The client trusts what lies in its cache; here a file that does not match is fetched once more, then refused.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .._version import DATA_VERSION, __version__
from ..common.storage import sha256
from ..errors import UnknownNameError
from ..releases.release import disagreement, read_manifest
from .client import HubError, retried, translated

_MANIFEST = "manifest.json"


def fetch(
    repository: str,
    repo_type: str,
    revision: str,
    wanted: Callable[[dict[str, Any]], bool] = lambda file: True,
) -> Path:
    """Folder in the cache with those files of a release that are `wanted`, an entry of the manifest each.

    Works without a network once the files are there. Raises `HubError` if they cannot be had, or if one of them, or
    the manifest, is not what this package or the manifest says.
    """
    path, manifest = _manifest(repository, repo_type, revision)
    files = [file for file in manifest["files"] if wanted(file)]
    if any(not (path / file["path"]).is_file() for file in files):
        translated(
            lambda: retried(lambda: _snapshot(repository, repo_type, path.name, [file["path"] for file in files])),
            repository,
            repo_type,
            revision,
        )
    for file in files:
        if _is_good(path, file):
            continue
        _again(repository, repo_type, path.name, file["path"])
        if not _is_good(path, file):
            raise HubError(
                f"{file['path']} of {repository} ({revision}) does not match its SHA-256, in the cache or on the Hub; "
                "it is not used: tell the owner of the repository."
            )
    return path


def pull(name: str, revision: str | None = None) -> Path:
    """Download a whole release and return its folder.

    `name`: a data set ("prototypes"), a model ("arise-mlp"), or OWNER/NAME on the Hub; `revision` defaults to this
    package's own version of it. Raises `UnknownNameError` and `HubError`.
    """
    repository, repo_type, own = locate(name)
    return fetch(repository, repo_type, revision or own)


def locate(name: str) -> tuple[str, str, str]:
    """Repository, its type, and the revision that belongs to this package, of a data set or model."""
    from ..datasets.catalogue import DATASETS, NAMESPACE
    from ..models.model import shipped_models

    owner, _, last = name.rpartition("/")
    if last in DATASETS:
        return f"{owner or NAMESPACE}/{last}", "dataset", f"v{DATA_VERSION}"
    if not owner and last not in shipped_models():
        raise UnknownNameError("data set or model", name, (*DATASETS, *shipped_models()))
    return f"{owner or NAMESPACE}/{last}", "model", f"v{__version__}"


def _manifest(repository: str, repo_type: str, revision: str) -> tuple[Path, dict[str, Any]]:
    """Folder of the snapshot and its manifest, compared with the one that this package carries."""
    path = _get(repository, repo_type, revision, _MANIFEST)
    wrong = _wrong(path, repository, repo_type, revision)
    if wrong:
        path = _again(repository, repo_type, revision, _MANIFEST)
        wrong = _wrong(path, repository, repo_type, revision)
    if wrong:
        raise HubError(
            f"{repository} at {revision} is not the release that this package knows by that tag ({wrong} differs); it "
            "is not used: give another revision, or a package of another version."
        )
    return path.parent, read_manifest(path.parent)


def _wrong(path: Path, repository: str, repo_type: str, revision: str) -> str | None:
    try:
        return disagreement(read_manifest(path.parent), repository, repo_type, revision)
    except HubError:
        return _MANIFEST


def _is_good(path: Path, file: dict[str, Any]) -> bool:
    return (path / file["path"]).is_file() and sha256(path / file["path"]) == file["sha256"]


def _again(repository: str, repo_type: str, revision: str, name: str) -> Path:
    """Fetch a file whose copy in the cache is damaged."""
    try:
        return _get(repository, repo_type, revision, name, force=True)
    except (HubError, ValueError) as error:  # the client's own complaint where it is told to stay off the network
        raise HubError(
            f"{name} of {repository} in the cache is damaged, and the Hub cannot be reached for another copy; try "
            "again with a network."
        ) from error


def _get(repository: str, repo_type: str, revision: str, name: str, force: bool = False) -> Path:
    from huggingface_hub import hf_hub_download

    def get():
        return hf_hub_download(repository, name, repo_type=repo_type, revision=revision, force_download=force)

    return Path(translated(lambda: retried(get), repository, repo_type, revision))


def _snapshot(repository: str, repo_type: str, revision: str, names: list[str]) -> Path:
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(repository, repo_type=repo_type, revision=revision, allow_patterns=names))
