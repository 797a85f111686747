"""`pull`: a whole release of a data set or model, in the Hub's cache. Single files are fetched in `arise_zoo.hub`."""

from __future__ import annotations

from pathlib import Path

from .._version import DATA_VERSION, __version__
from ..errors import UnknownNameError
from ..hub import fetch
from ..hub.client import NAMESPACE
from .release import carried_files


def pull(name: str, revision: str | None = None, *, index: bool = False) -> Path:
    """Download a whole release and return its folder.

    Parameters
    ----------
    name : str
        A data set ("prototypes"), a model ("arise-mlp"), or OWNER/NAME on the Hub.
    revision : str, optional
        Tag or commit (default: the one that belongs to this package's version).
    index : bool, default False
        OWNER/NAME is an index of structures.

    Raises
    ------
    UnknownNameError, HubError
        If there is no such release, or if it is not what this package knows by that tag.
    """
    repository, repo_type, own = (name, "dataset", f"v{__version__}") if index else locate(name)
    revision = revision or own
    return fetch(repository, repo_type, revision, expected=carried_files(repository, repo_type, revision))


def locate(name: str) -> tuple[str, str, str]:
    """Repository, its type, and the revision that belongs to this package, of a data set or model."""
    from ..datasets.catalogue import DATASETS
    from ..models.model import shipped_models

    owner, _, last = name.rpartition("/")
    if last in DATASETS:
        return f"{owner or NAMESPACE}/{last}", "dataset", f"v{DATA_VERSION}"
    if not owner and last not in shipped_models():
        raise UnknownNameError("data set or model", name, (*DATASETS, *shipped_models()))
    return f"{owner or NAMESPACE}/{last}", "model", f"v{__version__}"
