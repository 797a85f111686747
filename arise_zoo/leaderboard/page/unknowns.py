"""What the page shows of unknown structures: what is told from the classes by doubt, and what is called unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...benchmark.record import Estimate, Record

if TYPE_CHECKING:
    Json = Mapping[str, "Json"] | Sequence["Json"] | str | float | None


class EstimatePool:
    """Numbers with their intervals as texts, each once: many methods have no doubt at all of many structures."""

    def __init__(self) -> None:
        self.entries: list[list[str]] = []
        self._place: dict[tuple[str, ...], int] = {}

    def __call__(self, estimate: Estimate) -> int:
        texts = tuple(f"{number:.3f}" for number in (estimate["value"], *estimate["ci95"]))
        if texts not in self._place:
            self._place[texts] = len(self.entries)
            self.entries.append(list(texts))
        return self._place[texts]


def detections(record: Record, conditions: Sequence[str], pool: EstimatePool) -> list[Json]:
    """For each unknown condition and score, AUROC and false alarms against each of these conditions, if known."""
    return [
        {
            "unknown": entry["unknown"],
            "distance": entry["distance"],
            "score": entry["score"],
            "n": entry["n"],
            "against": [
                [pool(found["auroc"]), pool(found["false_alarms"])] if (found := entry["against"].get(c)) else None
                for c in conditions
            ],
        }
        for entry in record.get("detection", [])
    ]


def decisions(record: Record, pool: EstimatePool) -> dict[str, Json]:
    """Condition -> share called unknown, and number of structures."""
    return {
        entry["condition"]: {"share": pool(entry["called_unknown"]), "n": entry["n"]}
        for entry in record.get("decisions", [])
    }
