"""The table of docs/datasets.md: the released data sets, with the numbers of rows that their manifests have."""

from __future__ import annotations

from .._version import DATA_VERSION
from ..errors import AriseZooError
from ..hub.client import NAMESPACE
from .catalogue import DATASETS
from .manifest import released_manifest

WHAT = {
    "pristine": "a descriptor of a pristine structure at one of 99 settings; splits train and validation",
    "structures": "a pristine structure",
    "prototypes": "a class with its cell",
    "channels": "the descriptor of a pristine structure in channels, at one of three scales",
    "defects": "a structure with displaced or missing atoms, with its descriptor; split test",
    "solids": "a frame of a crystal at one of seven temperatures, and what was proved of it; split test",
    "disordered": "a frame of a melt, a quench or a gas",
    "interfaces": "a frame of a large cell of crystal and melt, with a label for each atom",
    "systems": "a crystal and its potential, with melting point and sources",
}
"""What a row is: of each configuration, and of all those of `arise/defects`, which are alike."""


def release_table() -> str:
    """Markdown: a row a configuration, or one for all of a data set whose configurations are alike."""
    lines = ["| data set | configuration | rows | what a row is |", "| --- | --- | --- | --- |"]
    for dataset, configs in DATASETS.items():
        rows = _rows(dataset)
        first = f"`{NAMESPACE}/{dataset}`"
        if dataset in WHAT and configs[0].name not in WHAT:
            numbers = " or ".join(f"{n:,}" for n in sorted({rows[config.name] for config in configs}))
            lines.append(f"| {first} | one for each of {len(configs)} conditions | {numbers} | {WHAT[dataset]} |")
            continue
        for place, config in enumerate(configs):
            name = f"`{config.name}`" + ("" if place else " (default)")
            lines.append(f"| {'' if place else first} | {name} | {rows[config.name]:,} | {WHAT[config.name]} |")
    return "\n".join(lines).replace("|  |", "| |")


def _rows(dataset: str) -> dict[str, int]:
    """Configuration -> rows of all its splits."""
    manifest = released_manifest(f"{NAMESPACE}/{dataset}", f"v{DATA_VERSION}")
    if manifest is None:
        raise AriseZooError(f"the package has no manifest of {NAMESPACE}/{dataset} in version {DATA_VERSION}.")
    rows: dict[str, int] = {}
    for file in manifest["files"]:
        if "config" in file:
            rows[file["config"]] = rows.get(file["config"], 0) + file["rows"]
    return rows
