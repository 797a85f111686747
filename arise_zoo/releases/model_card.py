"""The results in a model's card, `model-index` in its YAML: taken from benchmark records, never typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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


def _records(folder: str | Path | None, name: str, weights: str) -> list[dict[str, Any]]:
    if folder is None:
        return []
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).rglob("*.json"))]
    return [r for r in found if isinstance(r, dict) and r.get("method") == name and _is_by(r, weights)]


def _is_by(record: dict[str, Any], weights: str) -> bool:
    """Whether a record was made with these weights, which its `engine` begins with."""
    return str(record.get("engine")).startswith(f"{weights_label(weights)},")


def _cells(record: dict[str, Any]) -> list[dict[str, Any]]:
    """One result a condition of the data sets; tables that share a condition share the result."""
    supported = [cell for cell in record["cells"] if cell["scored_on"] == "supported"]
    of_condition = {cell["condition"]: cell for cell in supported if cell["condition"] in CONDITIONS}
    return [
        {
            "task_type": "tabular-classification",
            "task_name": "crystal-structure recognition",
            "dataset_type": "arise/prototypes" if condition == "pristine" else "arise/defects",
            "dataset_name": f"ARISE, {condition}",
            "dataset_config": "structures" if condition == "pristine" else condition,
            "dataset_split": "train" if condition == "pristine" else "test",
            "dataset_revision": f"v{record['data_version']}",
            "metric_type": "accuracy",
            "metric_name": f"accuracy, percent (95 % interval {cell['ci95'][0]} - {cell['ci95'][1]}, n = {cell['n']})",
            "metric_value": cell["accuracy"],
        }
        for condition, cell in of_condition.items()
    ]
