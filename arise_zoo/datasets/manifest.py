"""The manifest of a built data set: which files there are, with rows, hash, size and the versions that made them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from .._version import DATA_VERSION, __version__
from ..common.manifest import MANIFEST
from ..common.storage import sha256, write_json
from ..errors import AriseZooError
from ..hub.client import NAMESPACE


class ManifestError(AriseZooError, ValueError):
    """A folder without a manifest, or with one that cannot be used."""


@dataclass(frozen=True)
class File:
    """A file: `path` below the data set's folder, `config` and `split` it holds, `rows`, `sha256`, and `size` on disk
    and `size_in_memory` (bytes). The card and `eval.yaml` have neither configuration nor split nor rows."""

    path: str
    sha256: str
    size: int
    config: str | None = None
    split: str | None = None
    rows: int | None = None
    size_in_memory: int | None = None

    def fault(self, folder: Path) -> str | None:
        """What is wrong with the file in this folder, None if it is unchanged."""
        path = folder / self.path
        if not path.is_file():
            return "is missing"
        if path.stat().st_size != self.size:
            return f"has {path.stat().st_size:,} bytes instead of {self.size:,}"
        if sha256(path) != self.sha256:
            return "does not match its SHA-256"
        return None


@dataclass
class Manifest:
    """What a data set's folder holds. `limit` is the number of structures per configuration of a partial build."""

    dataset: str
    data_version: str = DATA_VERSION
    package_version: str = __version__
    limit: int | None = None
    files: list[File] = field(default_factory=list)

    @property
    def configs(self) -> list[str]:
        """The configurations present, in order."""
        return list(dict.fromkeys(file.config for file in self.files if file.config is not None))

    def of(self, config: str | None) -> list[File]:
        """The files of a configuration, one a split; card and tasks for None."""
        return [file for file in self.files if file.config == config]

    def replace(self, files: list[File], order: list[str]) -> None:
        """Replace the files with the same paths by these; configurations are sorted into the given order."""
        paths = {file.path for file in files}
        kept = [file for file in self.files if file.path not in paths]
        place = {name: i for i, name in enumerate(order)}
        self.files = sorted([*kept, *files], key=lambda file: place.get(file.config or "", -1))

    def write(self, folder: Path) -> None:
        """Write it into the data set's folder."""
        content = asdict(self)
        content["files"] = [{k: v for k, v in file.items() if v is not None} for file in content["files"]]
        write_json(folder / MANIFEST, content)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read it from the data set's folder; raises `ManifestError` if it is not there or not one."""
        path = Path(folder) / MANIFEST
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            manifest = cls(**{**content, "files": [File(**file) for file in content["files"]]})
            if not all(_is_below(file.path) for file in manifest.files):
                raise ValueError("a path leads out of the folder")
        except FileNotFoundError:
            raise ManifestError(f"{folder} holds no data set: there is no {MANIFEST}.") from None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ManifestError(f"{path} is not the manifest of a data set ({error}); build it again.") from error
        return manifest


def released_manifest(repository: str, revision: str) -> dict[str, Any] | None:
    """The manifest that the package carries of a release, None if it has none, as for other owners' copies."""
    owner, _, name = repository.rpartition("/")
    path = resources.files("arise_zoo.datasets") / "releases" / f"{name}-{revision}.json"
    if owner != NAMESPACE or not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _is_below(path: str) -> bool:
    parts = Path(path).parts
    return bool(parts) and not Path(path).is_absolute() and ".." not in parts
