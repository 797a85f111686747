"""`fetch`: files of a release at a pinned revision, from the cache or the Hub, each compared with its hash.

The client trusts what lies in its cache; here a file that does not match is fetched once more, then refused. The
hashes that this package knows of a release are passed in by data sets and models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ..common.manifest import MANIFEST, Entry, FileHash, first_difference, read_entries
from ..common.storage import sha256
from .bounds import UNSAID, bar_of, patience, within
from .client import HubError, retried, translated


def fetch(
    repository: str,
    repo_type: str,
    revision: str,
    wanted: Callable[[Entry], bool] = lambda file: True,
    expected: Sequence[FileHash] | None = None,
) -> Path:
    """Folder in the cache with files of a release; works without a network once the files are there.

    Parameters
    ----------
    repository : str
        OWNER/NAME.
    repo_type : str
        "dataset" or "model".
    revision : str
        Tag or commit.
    wanted : callable
        Whether a file, given its entry in the manifest, is needed (default: all are).
    expected : sequence of FileHash, optional
        The files of the release as the caller knows it; the manifest must agree with them, but for the card.

    Raises
    ------
    HubError
        If the files cannot be had, or if one of them, or the manifest, is not what it should be.
    """
    path, files = _listed(repository, repo_type, revision, expected)
    files = [file for file in files if wanted(file)]
    for file in files:
        if not (path / file["path"]).is_file():
            _get(repository, repo_type, path.name, file["path"], size=_size(file))
        if _is_good(path, file):
            continue
        _again(repository, repo_type, path.name, file["path"], size=_size(file))
        if not _is_good(path, file):
            raise HubError(
                f"{file['path']} of {repository} ({revision}) does not match its SHA-256, in the cache or on the Hub; "
                "it is not used: tell the owner of the repository."
            )
    return path


def read_manifest(folder: Path) -> list[Entry]:
    """The files that the manifest of a data set or model lists; raises `HubError` if it cannot be used."""
    try:
        return read_entries(folder)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise HubError(f"{folder / MANIFEST} is not a manifest ({error}); it was not made by this package.") from error


def _listed(
    repository: str, repo_type: str, revision: str, expected: Sequence[FileHash] | None
) -> tuple[Path, list[Entry]]:
    """Folder of the snapshot and the files that its manifest lists, compared with those that the caller knows."""
    path = _get(repository, repo_type, revision, MANIFEST)
    wrong = _wrong(path.parent, expected)
    if wrong:
        path = _again(repository, repo_type, revision, MANIFEST)
        wrong = _wrong(path.parent, expected)
    if wrong:
        raise HubError(
            f"{repository} at {revision} is not the release that this package knows by that tag ({wrong} differs); it "
            "is not used: give another revision, or a package of another version."
        )
    return path.parent, read_manifest(path.parent)


def _wrong(folder: Path, expected: Sequence[FileHash] | None) -> str | None:
    try:
        found = read_manifest(folder)
    except HubError:
        return MANIFEST
    return None if expected is None else first_difference(expected, found)


def _is_good(path: Path, file: Entry) -> bool:
    found = path / file["path"]
    return found.is_file() and sha256(_inside(found, path.name)) == file["sha256"]


def _size(file: Entry) -> int:
    """Bytes that a file may have."""
    said = file.get("size")
    return said if isinstance(said, int) and said >= 0 else UNSAID


def _again(repository: str, repo_type: str, revision: str, name: str, size: int = UNSAID) -> Path:
    """Fetch a file whose copy in the cache is damaged."""
    try:
        return _get(repository, repo_type, revision, name, size=size, force=True)
    except (HubError, ValueError) as error:  # the client's own complaint where it is told to stay off the network
        raise HubError(
            f"{name} of {repository} in the cache is damaged, and the Hub cannot be reached for another copy; try "
            "again with a network."
        ) from error


def _get(repository: str, repo_type: str, revision: str, name: str, *, size: int = UNSAID, force: bool = False) -> Path:
    from huggingface_hub import hf_hub_download

    def get() -> str:
        return hf_hub_download(
            repository,
            name,
            repo_type=repo_type,
            revision=revision,
            force_download=force,
            tqdm_class=bar_of(what, size),
        )

    def get_in_time() -> str:
        return within(patience(size), what, get)

    what = f"{name} of {repository}"
    return _inside(Path(translated(lambda: retried(get_in_time), repository, repo_type, revision)), repository)


def _inside(path: Path, repository: str) -> Path:
    """The path, if the file is in the Hub's cache; a server could name another place."""
    from huggingface_hub.constants import HF_HUB_CACHE

    if not path.resolve().is_relative_to(Path(HF_HUB_CACHE).resolve()):
        raise HubError(f"{path.name} of {repository} came to lie outside of the cache ({path.resolve()}); remove it.")
    return path
