"""What tells the Hub of a data set: its card, and `eval.yaml`, which makes it a benchmark.

The card is YAML from schemas and manifest, and prose from a template with numbers filled in. `eval.yaml` has a task for
each condition, in which models report their results (https://huggingface.co/docs/hub/eval-results); those of this
package's models are written by `releases.model_card`. The templates lie in `dataset_cards/` at the root of the source
tree, and in `cards/` here once installed.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

from .._version import DATA_VERSION
from ..common.manifest import CARD, TASKS
from ..common.storage import write_text
from ..structures import CONDITIONS
from .card_facts import facts
from .catalogue import get_config
from .manifest import Manifest

if TYPE_CHECKING:
    from .config import Config

FRAMEWORK = "arise-bench"
"""Name of the benchmark's program, by which the Hub tells evaluation frameworks apart."""

_PRETTY_NAMES = {
    "prototypes": "ARISE prototypes: crystal classes and their pristine descriptors",
    "defects": "ARISE defects: crystal structures with displaced and missing atoms",
    "dynamics": "ARISE dynamics: crystals, melts and glasses by molecular dynamics",
}
_BENCHMARKS = {"prototypes": "ARISE: pristine crystal structures", "defects": "ARISE: defective crystal structures"}
_TAGS = ["chemistry", "physics", "materials-science", "crystallography", "crystal-structure", "soap"]
_SIZE_LIMITS = {1_000: "1K", 10_000: "10K", 100_000: "100K", 1_000_000: "1M", 10_000_000: "10M"}


def write_card(folder: Path, manifest: Manifest) -> Path:
    """Write the card of what the manifest lists into the data set's folder and return its path."""
    path = Path(folder) / CARD
    write_text(path, card_text(manifest))
    return path


def card_text(manifest: Manifest) -> str:
    """The card: YAML between two lines of dashes, then the template with its placeholders filled."""
    from huggingface_hub import DatasetCardData

    header = DatasetCardData(**card_metadata(manifest)).to_yaml()
    template = Template(_template(manifest.dataset))
    return f"---\n{header}\n---\n\n{template.substitute(facts(manifest))}"


def card_metadata(manifest: Manifest) -> dict[str, Any]:
    """The YAML block as a dictionary: configurations with version and files, their schema, licence and tags."""
    configs = [get_config(manifest.dataset, name) for name in manifest.configs]
    return {
        "license": "cc-by-4.0",
        "pretty_name": _PRETTY_NAMES[manifest.dataset],
        "size_categories": [_size_category(sum(file.rows or 0 for file in manifest.files))],
        "task_categories": ["tabular-classification"],
        "tags": _TAGS,
        "configs": [
            {
                "config_name": config.name,
                "version": DATA_VERSION,
                **({"default": True} if i == 0 else {}),
                "data_files": [{"split": f.split, "path": f.path} for f in manifest.of(config.name)],
            }
            for i, config in enumerate(configs)
        ],
        "dataset_info": [_dataset_info(config, manifest) for config in configs],
    }


class Task(NamedTuple):
    """Where the structures of a condition are: data set, its configuration, split."""

    dataset: str
    config: str
    split: str


def task_of(condition: str) -> Task:
    """The task of one of the conditions of `arise/prototypes` and `arise/defects`; its id is the condition."""
    return Task("prototypes", "structures", "train") if condition == "pristine" else Task("defects", condition, "test")


def write_tasks(folder: Path, manifest: Manifest) -> list[Path]:
    """Write `eval.yaml` of the conditions that the manifest lists; nothing where they are no tasks."""
    from huggingface_hub.utils import yaml_dump  # type: ignore[attr-defined]  # loaded lazily

    tasks = {c: task_of(c) for c in CONDITIONS}
    there = {c: t for c, t in tasks.items() if t.dataset == manifest.dataset and t.config in manifest.configs}
    if not there:
        return []
    content = {
        "name": _BENCHMARKS[manifest.dataset],
        "description": "Which of 108 classes is a crystal structure of? Right labels in percent, a task a condition, "
        "as `arise-bench` scores them.",
        "evaluation_framework": FRAMEWORK,
        "tasks": [{"id": c, "config": task.config, "split": task.split} for c, task in there.items()],
    }
    write_text(folder / TASKS, yaml_dump(content))
    return [folder / TASKS]


def _dataset_info(config: Config, manifest: Manifest) -> dict[str, Any]:
    files_ = manifest.of(config.name)
    return {
        "config_name": config.name,
        "features": config.features()._to_yaml_list(),
        "splits": [{"name": f.split, "num_bytes": f.size_in_memory, "num_examples": f.rows} for f in files_],
        "download_size": sum(f.size for f in files_),
        "dataset_size": sum(f.size_in_memory for f in files_),
    }


def _size_category(rows: int) -> str:
    """The Hub's name for a number of rows, such as 10K<n<100K."""
    lower = "n"
    for limit, name in _SIZE_LIMITS.items():
        if rows < limit:
            return f"n<{name}" if lower == "n" else f"{lower}<n<{name}"
        lower = name
    return f"n>{lower}"


def _template(dataset: str) -> str:
    installed = files(__package__) / "cards" / f"{dataset}.md"
    if installed.is_file():
        return installed.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "dataset_cards" / f"{dataset}.md").read_text(encoding="utf-8")
