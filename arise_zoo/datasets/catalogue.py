"""Which data sets and configurations there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .._version import DATA_VERSION
from ..errors import UnknownNameError
from ..hub.client import NAMESPACE
from ..structures.spec import DEFECTIVE_CONDITIONS
from .config import Config
from .defects import Defects
from .dynamics import Disordered, Interfaces, Solids, Systems
from .prototypes import Channels, Pristine, Prototypes, Structures

DATASETS: dict[str, tuple[Config, ...]] = {
    "prototypes": (Pristine(), Structures(), Prototypes(), Channels()),
    "defects": tuple(Defects(condition) for condition in DEFECTIVE_CONDITIONS),
    "dynamics": (Solids(), Disordered(), Interfaces(), Systems()),
}
"""The configurations of each data set; the first one is the default."""


@dataclass(frozen=True)
class DatasetEntry:
    """A data set: its `name`, for `load_dataset`; its `configs`, the default first; the `version` of the data."""

    name: str
    configs: tuple[str, ...]
    version: str


def list_datasets() -> list[DatasetEntry]:
    """The data sets that there are, whether they are built here or on the Hub."""
    return [DatasetEntry(name, tuple(c.name for c in configs), DATA_VERSION) for name, configs in DATASETS.items()]


def get_configs(dataset: str, only: Iterable[str] | None = None) -> list[Config]:
    """All configurations of a data set, or those named; raises `UnknownNameError`."""
    if dataset not in DATASETS:
        raise UnknownNameError("data set", dataset, DATASETS)
    if not only:
        return list(DATASETS[dataset])
    wanted = {get_config(dataset, name).name for name in only}
    return [config for config in DATASETS[dataset] if config.name in wanted]


def get_config(dataset: str, name: str | None = None) -> Config:
    """One configuration of a data set, by default its first; raises `UnknownNameError`."""
    configs = {config.name: config for config in get_configs(dataset)}
    if name is None:
        return next(iter(configs.values()))
    if name not in configs:
        raise UnknownNameError(f"configuration of {NAMESPACE}/{dataset}", name, configs)
    return configs[name]
