"""What a release consists of: a folder, verified, with its files, the version in it, and the line that loads it.

Nothing here talks to the Hub.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from ..common.storage import sha256, write_json
from ..datasets.catalogue import NAMESPACE
from ..hub.client import HubError
from .model_card import with_results

_MANIFEST = "manifest.json"
_TAG = re.compile(r"v(\d+\.\d+\.\d+)([.-][0-9A-Za-z.-]+)?")


@dataclass(frozen=True)
class Release:
    """A verified folder: `name`; `type`, "dataset" or "model"; `folder`; `files`, paths below it; `version` of the
    data or of the package that wrote the model; `partial`, why it is not the whole thing (None if it is)."""

    name: str
    type: str
    folder: Path
    files: list[str]
    version: str
    partial: str | None = None

    def check_tag(self, tag: str, repository: str) -> None:
        """Refuse a tag that does not say what is in the release.

        `v1.0.0` names the version. A suffix (`v1.0.0-rc1`) marks a trial, which alone may be partial.
        """
        match = _TAG.fullmatch(tag)
        if match is None or match[1] != self.version:
            raise HubError(
                f"tag {tag!r} does not fit {self.name} {self.version}; use v{self.version}, or for a trial "
                f"v{self.version}-rc1."
            )
        if self.partial and not match[2]:
            raise HubError(
                f"{self.folder} {self.partial}; publish a whole build as {tag}, or this one, for a trial, as {tag}-rc1."
            )
        carried = carried_manifest(repository, self.type, tag)
        if carried is not None and _hashes(carried) != _hashes(read_manifest(self.folder)):
            raise HubError(
                f"{self.folder} is not what this package carries the hashes of as {self.name} {tag}; put its "
                f"{_MANIFEST} into the package first, or give another version."
            )

    def line(self, repository: str, tag: str) -> str:
        """What a user types to load the release."""
        verb = "load_dataset" if self.type == "dataset" else "load_model"
        return f'arise_zoo.{verb}("{repository}", revision="{tag}")'


def dataset_release(dataset: str, folder: str | Path | None) -> Release:
    """A built data set, verified; `folder` as for `arise_zoo.load_dataset`. Raises `HubError` if anything is wrong."""
    from ..datasets.load import FOLDER_VARIABLE
    from ..datasets.manifest import Manifest
    from ..datasets.verification import find_datasets, verify

    root = Path(folder or os.environ.get(FOLDER_VARIABLE) or ".")
    found = [path for path in find_datasets(root) if Manifest.read(path).dataset == dataset]
    if not found:
        raise HubError(f"{root} holds no data set {dataset!r}; build it with `arise-zoo build {dataset}`.")
    report = verify(found[0])
    if not report.ok:
        more = f" (and {len(report.problems) - 1} more)" if len(report.problems) > 1 else ""
        raise HubError(f"{found[0]} is not published, because {report.problems[0]}{more}; build it again.")
    partial = None
    if not report.complete:
        partial = "holds a part of the data set only"
    manifest = Manifest.read(found[0])
    files = sorted([_MANIFEST, *(file.path for file in manifest.files)])
    return Release(dataset, "dataset", found[0], files, manifest.data_version, partial)


def model_release(name_or_folder: str, records: str | Path | None, work: Path) -> Release:
    """A checkpoint, verified and copied to `work`, with the results of its benchmark records in the card.

    `records`: folder of records, of which those count that were made with exactly these weights.
    """
    from ..models.checkpoint import read_checkpoint
    from ..models.model import load_model

    model = load_model(name_or_folder)
    folder = work / model.name
    folder.mkdir(parents=True)
    for name in [file["path"] for file in read_manifest(model.folder)["files"]]:
        shutil.copyfile(model.folder / name, folder / name)
    weights = sha256(folder / "model.weights.h5")
    card = folder / "README.md"
    card.write_text(with_results(card.read_text(encoding="utf-8"), model.name, weights, records), encoding="utf-8")
    names = sorted(path.name for path in folder.iterdir())
    described = [{"path": n, "sha256": sha256(folder / n), "size": (folder / n).stat().st_size} for n in names]
    write_json(folder / _MANIFEST, {"files": described})
    facts, _ = read_checkpoint(folder)
    return Release(model.name, "model", folder, sorted([*names, _MANIFEST]), facts.package_version)


def carried_manifest(repository: str, repo_type: str, revision: str) -> dict[str, Any] | None:
    """The manifest that this package carries for a release, None if it knows nothing of it (as of other owners')."""
    owner, _, name = repository.rpartition("/")
    if owner != NAMESPACE:
        return None
    if repo_type == "dataset":
        path = resources.files("arise_zoo.datasets") / "releases" / f"{name}-{revision}.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    from .. import models
    from ..models.model import shipped_models

    if name not in shipped_models():
        return None
    folder = Path(models.__file__).parent / "checkpoints" / name
    written = json.loads((folder / "checkpoint.json").read_text(encoding="utf-8"))["package_version"]
    return read_manifest(folder) if revision == f"v{written}" else None


def disagreement(manifest: dict[str, Any], repository: str, repo_type: str, revision: str) -> str | None:
    """The first file whose hash is not the one that this package carries for the release, if there is any."""
    carried = carried_manifest(repository, repo_type, revision)
    if carried is None:
        return None
    ours, theirs = _hashes(carried), _hashes(manifest)
    return next((path for path in sorted(ours.keys() | theirs.keys()) if ours.get(path) != theirs.get(path)), None)


def _hashes(manifest: dict[str, Any]) -> dict[str, str]:
    """SHA-256 by path, without the card, which says more with every benchmark record."""
    return {file["path"]: file["sha256"] for file in manifest["files"] if file["path"] != "README.md"}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest in a folder, of a data set or of a model; raises `HubError` if it cannot be used."""
    path = Path(folder) / _MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not all(isinstance(file["path"], str) and isinstance(file["sha256"], str) for file in content["files"]):
            raise ValueError("no hashes")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise HubError(f"{path} is not a manifest ({error}); it was not made by this package.") from error
    return content
