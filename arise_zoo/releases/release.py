"""What a release consists of: a folder, verified, with its files, the version in it, and the line that loads it.

Nothing here talks to the Hub.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..common.manifest import CARD, MANIFEST, RESULTS, FileHash, describe_files, first_difference
from ..common.storage import write_json
from ..datasets.cards import FRAMEWORK
from ..datasets.manifest import Manifest, released_manifest
from ..hub.client import HubError
from ..hub.fetching import read_manifest
from ..index.folder import FACTS
from .model_card import eval_results, with_results

_TAG = re.compile(r"v(\d+\.\d+\.\d+)([.-][0-9A-Za-z.-]+)?")


@dataclass(frozen=True)
class Release:
    """A verified folder: `name`; `type`, "dataset" or "model"; `folder`; `files`, paths below it; `version` of the
    data or of the package that wrote the model or index; `partial`, why it is not the whole thing (None if it is);
    `loader`, the function of `arise_zoo` that reads it."""

    name: str
    type: str
    folder: Path
    files: list[str]
    version: str
    partial: str | None = None
    loader: str = "load_dataset"

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
        carried = carried_files(repository, self.type, tag)
        if carried is not None and first_difference(carried, read_manifest(self.folder)):
            raise HubError(
                f"{self.folder} is not what this package carries the hashes of as {self.name} {tag}; put its "
                f"{MANIFEST} into the package first, or give another version."
            )

    def line(self, repository: str, tag: str) -> str:
        """What a user types to load the release."""
        return f'arise_zoo.{self.loader}("{repository}", revision="{tag}")'


def dataset_release(dataset: str, folder: str | Path | None) -> Release:
    """A built data set, verified; `folder` as for `arise_zoo.load_dataset`. Raises `HubError` if anything is wrong."""
    from ..datasets.load import FOLDER_VARIABLE
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
    files = sorted([MANIFEST, *(file.path for file in manifest.files)])
    return Release(dataset, "dataset", found[0], files, manifest.data_version, partial)


def model_release(name_or_folder: str, records: str | Path | None, work: Path) -> Release:
    """A checkpoint, verified and copied to `work`, with the results of its benchmark records in the card and
    in `.eval_results/`.

    `records`: folder of records, of which those count that were made with exactly these weights.
    """
    from ..models.checkpoint import read_checkpoint
    from ..models.model import load_model

    model = load_model(name_or_folder)
    folder = work / model.name
    folder.mkdir(parents=True)
    for file in read_manifest(model.folder):
        if not file["path"].startswith(f"{RESULTS}/"):  # of a release that was pulled
            shutil.copyfile(model.folder / file["path"], folder / file["path"])
    card = folder / CARD
    text = with_results(card.read_text(encoding="utf-8"), model.name, model.weights_sha256, records)
    card.write_text(text, encoding="utf-8")
    if results := eval_results(model.name, model.weights_sha256, records):
        (folder / RESULTS).mkdir()
        (folder / RESULTS / f"{FRAMEWORK}.yaml").write_text(results, encoding="utf-8")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    write_json(folder / MANIFEST, {"files": describe_files(folder, names)})
    facts, _ = read_checkpoint(folder)
    files = sorted([*names, MANIFEST])
    return Release(model.name, "model", folder, files, facts.package_version, loader="load_model")


def index_release(folder: Path) -> Release:
    """An index of structures, verified; raises `IndexFolderError` if anything is wrong with it."""
    from ..index import StructureIndex

    name = StructureIndex.load(folder).name
    files = sorted([MANIFEST, *(file["path"] for file in read_manifest(folder))])
    version = json.loads((folder / FACTS).read_text(encoding="utf-8"))["package_version"]
    return Release(name, "dataset", folder, files, version, loader="StructureIndex.load")


def carried_files(repository: str, repo_type: str, revision: str) -> Sequence[FileHash] | None:
    """The files of a release as this package knows them, None if it knows nothing of it (such as other owners')."""
    if repo_type == "dataset":
        known = released_manifest(repository, revision)
        return None if known is None else known["files"]
    from ..models.model import released_files

    return released_files(repository, revision)
