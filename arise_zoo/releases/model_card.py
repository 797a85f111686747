"""The results in a model's repository: taken from benchmark records, never typed.

The Hub reads them in two places: `model-index` in the YAML of the card, and `.eval_results/`, files from which it makes
the leaderboards of the data sets whose `eval.yaml` names the tasks (`datasets.cards`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..datasets.cards import task_of
from ..hub.client import NAMESPACE
from ..models.checkpoint import weights_label
from ..structures import CONDITIONS


def with_results(card: str, name: str, weights: str, records: str | Path | None) -> str:
    """The card with the results of all records below a folder that were made by this model with these weights.

    `weights`: SHA-256 of the weights file. Without such a record the card has no results.
    """
    from huggingface_hub import EvalResult, ModelCard

    cells = [cell for record in _records(records, name, weights) for cell in _cells(record)]
    parsed = ModelCard(card, ignore_metadata_errors=False)
    results = {"model_name": name if cells else None, "eval_results": [EvalResult(**cell) for cell in cells] or None}
    for key, value in (results | ({"metrics": ["accuracy"]} if cells else {})).items():
        setattr(parsed.data, key, value)
    return str(parsed)


def eval_results(name: str, weights: str, records: str | Path | None) -> str:
    """The same results as `.eval_results/arise-bench.yaml` lists them; empty without a record."""
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml
    from huggingface_hub.utils import yaml_dump  # type: ignore[attr-defined]  # loaded lazily

    entries = [
        EvalResultEntry(
            dataset_id=f"{NAMESPACE}/{task_of(condition).dataset}",
            task_id=condition,
            value=cell["accuracy"],
            date=record["finished"],
            notes=f"percent, {_interval(cell)}; data v{record['data_version']}, protocol {record['protocol_version']}",
        )
        for record in _records(records, name, weights)
        for condition, cell in _of_conditions(record).items()
    ]
    return yaml_dump(eval_result_entries_to_yaml(entries)) if entries else ""


def _records(folder: str | Path | None, name: str, weights: str) -> list[dict[str, Any]]:
    if folder is None:
        return []
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).rglob("*.json"))]
    return [r for r in found if isinstance(r, dict) and r.get("method") == name and _is_by(r, weights)]


def _is_by(record: dict[str, Any], weights: str) -> bool:
    """Whether a record was made with these weights, which its `engine` begins with."""
    return str(record.get("engine")).startswith(f"{weights_label(weights)},")


def _cells(record: dict[str, Any]) -> list[dict[str, Any]]:
    """One result a condition."""
    return [
        {
            "task_type": "tabular-classification",
            "task_name": "crystal-structure recognition",
            "dataset_type": f"{NAMESPACE}/{task_of(condition).dataset}",
            "dataset_name": f"ARISE, {condition}",
            "dataset_config": task_of(condition).config,
            "dataset_split": task_of(condition).split,
            "dataset_revision": f"v{record['data_version']}",
            "metric_type": "accuracy",
            "metric_name": f"accuracy, percent ({_interval(cell)})",
            "metric_value": cell["accuracy"],
        }
        for condition, cell in _of_conditions(record).items()
    ]


def _of_conditions(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Condition of the data sets -> cell; tables that share a condition share the result."""
    supported = [cell for cell in record["cells"] if cell["scored_on"] == "supported"]
    return {cell["condition"]: cell for cell in supported if cell["condition"] in CONDITIONS}


def _interval(cell: dict[str, Any]) -> str:
    return f"95 % interval {cell['ci95'][0]} - {cell['ci95'][1]}, n = {cell['n']}"
