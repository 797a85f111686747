"""Checking a built data set: hashes, schema, counts, every row's identity, and a sample of rows that are rebuilt.

Nothing here writes; what is found is returned as a `Report`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .._version import DATA_VERSION
from ..common.manifest import CARD, MANIFEST
from ..common.progress import Progress
from ..common.seeds import rng_for
from ..hub.client import NAMESPACE
from .cards import card_metadata
from .catalogue import DATASETS, get_configs
from .config import Config, Row
from .manifest import File, Manifest, ManifestError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

DESCRIPTOR_TOLERANCE = 1e-6
SAMPLE = 20
_PROBLEMS_PER_FILE = 10
_NOT_OURS = {".gitattributes", ".gitignore", ".git", ".cache", ".huggingface"}  # what a download from the Hub adds


@dataclass(frozen=True)
class Problem:
    """Something wrong: in which file, at which row (from 0; None for the whole file), and what."""

    file: str
    row: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}{'' if self.row is None else f', row {self.row}'}: {self.message}"


@dataclass
class Report:
    """What `verify` found: problems, rows counted and rebuilt, and what of the data set is there.

    `limit` and `missing_configs` say in what respect a build is partial; a partial build is not a problem as long as
    its manifest says so.
    """

    dataset: str
    folder: str
    data_version: str
    limit: int | None
    configs: list[str]
    missing_configs: list[str]
    rows: int = 0
    rebuilt: int = 0
    largest_descriptor_difference: float = 0.0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def complete(self) -> bool:
        """Whether the whole data set is there."""
        return self.limit is None and not self.missing_configs


def find_datasets(folder: str | Path) -> list[Path]:
    """Folders of data sets: `folder` itself, or those in it or in its subfolder `arise`.

    Raises `ManifestError` if there is none.
    """
    folder = Path(folder)
    for candidates in ([folder], [folder / name for name in DATASETS], [folder / NAMESPACE / n for n in DATASETS]):
        if found := [path for path in candidates if (path / MANIFEST).is_file()]:
            return found
    raise ManifestError(f"{folder} holds no data set: there is no {MANIFEST} in it or below it.")


def verify(folder: str | Path, *, sample: int = SAMPLE, seed: int = 0, progress: bool = False) -> Report:
    """Check the data set in a folder.

    Parameters
    ----------
    folder : Path
        Folder of the data set.
    sample : int
        Rows of each configuration that are rebuilt from their identity and compared, geometry bit by bit and
        descriptors to 1e-6.
    seed : int
        Draws the sample.
    progress : bool, default False
        Show progress on standard error.

    Raises
    ------
    ManifestError
        If there is no manifest to check against.
    """
    folder = Path(folder)
    manifest = Manifest.read(folder)
    known = [config.name for config in get_configs(manifest.dataset)]
    report = Report(
        manifest.dataset,
        str(folder),
        manifest.data_version,
        manifest.limit,
        manifest.configs,
        [name for name in known if name not in manifest.configs],
    )
    if manifest.data_version != DATA_VERSION:
        message = f"data version {manifest.data_version} needs a package of that version; this one has {DATA_VERSION}"
        report.problems.append(Problem(MANIFEST, None, message))
        return report
    report.problems += _files(folder, manifest)
    if unknown := [name for name in manifest.configs if name not in known]:
        report.problems.append(Problem(MANIFEST, None, f"unknown configuration {unknown[0]!r}"))
        return report
    report.problems += _card(folder, manifest)
    configs = get_configs(manifest.dataset, manifest.configs) if manifest.configs else ()
    with Progress(len(configs), "checking", show=progress, warm_up=1) as bar:
        for config in configs:
            bar.note(f"checking {config.name}")
            _check_config(config, folder, manifest, report, sample, seed)
            bar.advance()
    return report


def _files(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Files that are missing, changed, or not in the manifest."""
    for file in manifest.files:
        if fault := file.fault(folder):
            yield Problem(file.path, None, fault)
    listed = {MANIFEST, *(file.path for file in manifest.files)}
    if CARD not in listed:
        yield Problem(CARD, None, "is not in the manifest")
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and relative.as_posix() not in listed and relative.parts[0] not in _NOT_OURS:
            yield Problem(relative.as_posix(), None, "is not in the manifest")


def _card(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """A card whose YAML, which decides how the files are read, does not follow from schemas and manifest."""
    from huggingface_hub import DatasetCard

    if not manifest.configs:
        yield Problem(MANIFEST, None, "lists no configuration")
        return
    try:
        found = DatasetCard.load(folder / CARD, ignore_metadata_errors=False).data.to_dict()
    except Exception as error:  # a broken file, or YAML errors of several kinds
        yield Problem(CARD, None, f"cannot be read ({type(error).__name__})")
        return
    for key, wanted in card_metadata(manifest).items():
        if found.get(key) != wanted:
            yield Problem(CARD, None, f"its {key!r} is not what schema and manifest give")


def _check_config(config: Config, folder: Path, manifest: Manifest, report: Report, sample: int, seed: int) -> None:
    keys = config.all_keys()[: manifest.limit]
    expected = [(key, index, row) for key in keys for index, row in enumerate(config.identity(key))]
    splits = config.split(np.array([row["label"] for *_, row in expected]))
    files = {file.split: file for file in manifest.of(config.name)}
    if set(files) != set(splits) or any(files[split].path != config.path(split) for split in splits):
        message = f"{config.name!r} should have one file for each of {', '.join(splits)}"
        report.problems.append(Problem(MANIFEST, None, message))
        return
    total = len(expected)
    sample = sample if config.is_repeatable else 0
    chosen = rng_for("verify", seed, config.dataset, config.name).permutation(total)[:sample]
    for split, numbers in splits.items():
        rows = [expected[i] for i in numbers]
        wanted = np.flatnonzero(np.isin(numbers, chosen))
        found = _FileCheck(config, files[split], folder, rows)
        report.problems += found.problems(wanted)
        report.rows += found.rows
        report.rebuilt += found.rebuilt
        report.largest_descriptor_difference = max(report.largest_descriptor_difference, found.largest)


class _FileCheck:
    """One Parquet file against the rows that it should hold: (key, index among the key's rows, identity) each."""

    def __init__(self, config: Config, file: File, folder: Path, expected: list[tuple[Any, int, Row]]):
        self.config, self.file, self.path, self.expected = config, file, folder / file.path, expected
        self.rows = self.rebuilt = 0
        self.largest = 0.0

    def problems(self, wanted: np.ndarray) -> list[Problem]:
        """What is wrong with the file; the rows `wanted` are rebuilt."""
        import pyarrow.parquet as pq

        if not self.path.is_file():
            return []  # said already
        try:
            with pq.ParquetFile(self.path) as opened:
                return list(self._contents(opened, wanted))
        except Exception as error:  # Arrow raises anything on damaged pages
            return [self._problem(None, f"cannot be read ({type(error).__name__}: {str(error).splitlines()[0]})")]

    def _contents(self, opened: pq.ParquetFile, wanted: np.ndarray) -> Iterator[Problem]:
        schema = self.config.features().arrow_schema
        if not opened.schema_arrow.equals(schema):
            yield self._problem(None, "its columns are not those of the schema")
            return
        if (opened.schema_arrow.metadata or {}).get(b"huggingface") != schema.metadata[b"huggingface"]:
            yield self._problem(None, "its class names or column types for the Hub are not those of the schema")
        self.rows = opened.metadata.num_rows
        for count, source in ((self.file.rows, "the manifest says"), (len(self.expected), "there should be")):
            if count != self.rows:
                yield self._problem(None, f"has {self.rows:,} rows, where {source} {count:,}")
        yield from self._identities(opened)
        yield from self._values(opened)
        yield from self._rebuilt(opened, wanted[wanted < self.rows])

    def _identities(self, opened: pq.ParquetFile) -> Iterator[Problem]:
        """Rows that are not the one that belongs there."""
        names = list(self.expected[0][2])
        found = opened.read(columns=names).to_pylist() if names else []
        count = 0
        for number, (row, (_, _, wanted)) in enumerate(zip(found, self.expected, strict=False)):
            wrong = [name for name in names if not _same(row[name], wanted[name])]
            if wrong:
                count += 1
                if count > _PROBLEMS_PER_FILE:
                    yield self._problem(None, "further rows are wrong; the first of them were listed")
                    return
                yield self._problem(number, f"{wrong[0]} is {row[wrong[0]]!r} instead of {wanted[wrong[0]]!r}")

    def _values(self, opened: pq.ParquetFile) -> Iterator[Problem]:
        """Descriptors that are not numbers."""
        if "descriptor" not in opened.schema_arrow.names:
            return
        column = opened.read(columns=["descriptor"])["descriptor"].combine_chunks()
        values = column.flatten().to_numpy().reshape(len(column), -1)
        for number in np.flatnonzero(~np.isfinite(values).all(axis=1))[:_PROBLEMS_PER_FILE]:
            yield self._problem(int(number), "descriptor has components that are not finite")

    def _rebuilt(self, opened: pq.ParquetFile, wanted: np.ndarray) -> Iterator[Problem]:
        """Rows of the sample that differ from the rebuilt ones."""
        starts = np.cumsum([0] + [opened.metadata.row_group(i).num_rows for i in range(opened.num_row_groups)])
        groups = np.searchsorted(starts, wanted, side="right") - 1
        for group in np.unique(groups):
            table = opened.read_row_group(int(group))
            for number in wanted[groups == group]:
                key, index, identity = self.expected[number]
                self.rebuilt += 1
                found = table.slice(int(number - starts[group]), 1).to_pylist()[0]
                for name, value in self.config.rebuild(key, index).items():
                    if name in identity:
                        continue
                    if message := self._difference(name, found[name], value):
                        yield self._problem(int(number), f"{message} in {identity.get('id', key.id)}")

    def _difference(self, name: str, found: Any, wanted: np.ndarray) -> str | None:
        found = np.asarray(found, dtype=wanted.dtype)
        if found.shape != wanted.shape:
            return f"{name} has shape {found.shape} instead of {wanted.shape}"
        if name == "descriptor":
            difference = float(np.abs(found.astype(float) - wanted.astype(float)).max())
            self.largest = max(self.largest, difference)
            return f"descriptor is off by {difference:.1e}" if not difference <= DESCRIPTOR_TOLERANCE else None
        if found.tobytes() != wanted.tobytes():
            difference = float(np.abs(found.astype(float) - wanted.astype(float)).max())
            return f"{name} is off by {difference:.1e}"
        return None

    def _problem(self, row: int | None, message: str) -> Problem:
        return Problem(self.file.path, row, message)


def _same(found: Any, wanted: Any) -> bool:
    return bool(found == (wanted.tolist() if isinstance(wanted, np.ndarray) else wanted))
