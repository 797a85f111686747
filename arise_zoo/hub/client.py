"""One repository on the Hub: its content at a revision, and changing it. Each fault becomes one sentence.

What a release is, and which files belong to it, is in `arise_zoo.releases`.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ..common.storage import sha256
from ..errors import AriseZooError

if TYPE_CHECKING:
    from huggingface_hub import CommitInfo, HfApi

NAMESPACE = "arise"
"""Owner of the data sets and models on the Hub, and the folder that holds data sets below an output folder."""

_T = TypeVar("_T")
_TRIES = 5
_LONGEST_WAIT = 60.0  # seconds; a server that wants more than this is given up
_TEMPORARY = {429, 500, 502, 503, 504}
_OTHER = {"dataset": "model", "model": "dataset"}


class HubError(AriseZooError):
    """A request that the Hub refuses or that cannot be sent; the message says why and what to do."""


@dataclass(frozen=True)
class Remote:
    """A repository, such as `Remote("arise/prototypes", "dataset")`; type "dataset" or "model"."""

    repository: str
    type: str

    def user(self, optional: bool = False) -> str | None:
        """The name that the token belongs to, None without one if it is `optional`; raises `HubError` without one, or
        with one that is not valid."""
        from huggingface_hub import get_token

        if self._ask(lambda api: get_token()) is None:
            if optional:
                return None
            raise HubError("there is no token for the Hub; log in with `hf auth login`, or set HF_TOKEN.")
        name: str = self._ask(lambda api: api.whoami()["name"])
        return name

    def exists(self) -> bool:
        """Whether the repository is there; raises `HubError` if there is only one of the other type by its name."""
        if self._ask(lambda api: api.repo_exists(self.repository, repo_type=self.type)):
            return True
        other = _OTHER[self.type]
        if self._ask(lambda api: api.repo_exists(self.repository, repo_type=other)):
            raise HubError(f"{self.repository} is a {other} repository, not one for a {self.type}; give another name.")
        return False

    def create(self, private: bool) -> None:
        """Create the repository if it is not there."""
        self._ask(
            lambda api: api.create_repo(self.repository, repo_type=self.type, private=private or None, exist_ok=True)
        )

    def tags(self) -> dict[str, str]:
        """The commit of each tag."""
        refs = self._ask(lambda api: api.list_repo_refs(self.repository, repo_type=self.type))
        return {tag.name: tag.target_commit for tag in refs.tags}

    def head(self) -> str:
        """The newest commit of the main branch."""
        commit: str = self._ask(lambda api: api.repo_info(self.repository, repo_type=self.type)).sha
        return commit

    def files(self, revision: str) -> dict[str, tuple[int, str]]:
        """Size and hash of each file at a revision: SHA-256 of large ones, Git's blob id of the others."""
        from huggingface_hub.hf_api import RepoFile

        tree = self._ask(
            lambda api: list(
                api.list_repo_tree(self.repository, repo_type=self.type, revision=revision, recursive=True)
            )
        )
        return {
            file.path: (file.size, file.lfs.sha256 if file.lfs else file.blob_id)
            for file in tree
            if isinstance(file, RepoFile) and file.path != ".gitattributes"
        }

    def commit(
        self, folder: Path, add: list[str], delete: list[str], message: str, parent: str, pull_request: bool
    ) -> Any:
        """Upload some files of a folder and delete others in one commit on top of `parent`; the Hub's `CommitInfo`.

        Large files that an upload which broke off has left on the Hub are not sent again.
        """
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        def send(api: HfApi) -> CommitInfo:
            # New ones for each attempt: an operation remembers what it has uploaded.
            operations: list[CommitOperationAdd | CommitOperationDelete] = [
                *(CommitOperationAdd(name, folder / name) for name in add),
                *(CommitOperationDelete(name) for name in delete),
            ]
            return api.create_commit(
                self.repository,
                operations,
                repo_type=self.type,
                commit_message=message,
                parent_commit=parent,
                create_pr=pull_request,
            )

        return self._ask(send)

    def tag(self, name: str, commit: str) -> None:
        """Tag a commit."""
        self._ask(
            lambda api: api.create_tag(self.repository, repo_type=self.type, tag=name, revision=commit, exist_ok=False)
        )

    def _ask(self, call: Callable[[Any], _T]) -> _T:
        from huggingface_hub import HfApi

        return translated(lambda: retried(lambda: call(HfApi())), self.repository, self.type)


def differing(folder: Path, names: list[str], remote: dict[str, tuple[int, str]]) -> list[str]:
    """The files among `names` that are not on the Hub as they are in the folder."""
    return [name for name in names if name not in remote or not _is_same(folder / name, *remote[name])]


def _is_same(path: Path, size: int, digest: str) -> bool:
    if path.stat().st_size != size:
        return False
    return digest == (sha256(path) if len(digest) == 64 else _blob_id(path))


def _blob_id(path: Path) -> str:
    """What Git, and therefore the Hub, calls a file's content."""
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def retried(call: Callable[[], _T]) -> _T:
    """The result of a call, made again a few times where the server is busy or the connection broke."""
    from huggingface_hub.errors import HfHubHTTPError, HTTPError  # type: ignore[attr-defined]

    for number in range(_TRIES):
        try:
            return call()
        except HTTPError as error:
            response = error.response if isinstance(error, HfHubHTTPError) else None
            if isinstance(error, HfHubHTTPError) and getattr(response, "status_code", None) not in _TEMPORARY:
                raise
            wait = _wait(response, number)
            if number == _TRIES - 1 or wait > _LONGEST_WAIT:
                raise
            time.sleep(wait)
    raise AssertionError("unreachable")


def _wait(response: Any, number: int) -> float:
    """Seconds to wait: as the server demands, else 0.5, 1, 2 ..."""
    said = response.headers.get("Retry-After", "") if response is not None else ""
    return float(said) if said.isdigit() else 0.5 * 2**number


def translated(call: Callable[[], _T], repository: str, repo_type: str, revision: str | None = None) -> _T:
    """The result of a call to the Hub's client, whose errors become a `HubError` with one sentence."""
    from huggingface_hub.constants import HF_TOKEN_PATH
    from huggingface_hub.errors import (  # type: ignore[attr-defined]
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        HTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RemoteEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    where = f"the {repo_type} repository {repository}"
    try:
        return call()
    except HFValidationError as error:
        raise HubError(f"{repository!r} is not the name of a repository; give one as OWNER/NAME.") from error
    except GatedRepoError as error:
        raise HubError(f"{where} is gated; ask its owner for access on its page.") from error
    except RevisionNotFoundError as error:
        raise HubError(f"{where} has no revision {revision!r}; see the tags on its page.") from error
    except RemoteEntryNotFoundError as error:
        raise HubError(
            f"{where} lacks a file of the release ({_path(error)}); it was not made by this package."
        ) from error
    except RepositoryNotFoundError as error:
        raise HubError(f"{where} does not exist, or is private and your token has no right to it.") from error
    except HfHubHTTPError as error:
        raise HubError(_refusal(where, error)) from error
    except (IsADirectoryError, NotADirectoryError, PermissionError, UnicodeDecodeError) as error:
        if getattr(error, "filename", None) not in (None, HF_TOKEN_PATH):
            raise
        raise HubError(
            f"your token for the Hub cannot be read from {HF_TOKEN_PATH} ({error}); log in again with `hf auth login`."
        ) from error
    except (OfflineModeIsEnabled, LocalEntryNotFoundError, HTTPError, ConnectionError) as error:
        raise HubError(
            f"the Hub cannot be reached for {where} ({type(error).__name__}), and what is needed is not in the cache; "
            "check the network, HF_ENDPOINT and HF_HUB_OFFLINE."
        ) from error


def _refusal(where: str, error: Any) -> str:
    status = getattr(error.response, "status_code", None)
    if status == 401:
        return f"the Hub does not know your token ({where}); log in again with `hf auth login`."
    if status == 403:
        return f"your token has no right to write to {where}; use one with write access, or another repository."
    if status == 409:
        return f"{where} already has that name or tag; choose another."
    if status == 412:
        return f"{where} was changed by somebody else meanwhile; give the command again."
    if status == 429:
        return f"the Hub answers too many requests ({where}); give the command again later."
    message = getattr(error, "server_message", None) or f"status {status}"
    return f"the Hub refuses a request to {where} ({message}); give the command again later."


def _path(error: Any) -> str:
    return str(getattr(error.response, "url", "")).rsplit("/resolve/", 1)[-1].partition("/")[2] or "unknown"
