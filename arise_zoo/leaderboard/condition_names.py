"""Names of conditions in words, and their order on an axis."""

from __future__ import annotations

KINDS = ("pristine", "displacement", "missing", "both")
"""Kinds of the paper's conditions."""


def kind(condition: str) -> str:
    """Of `both-0.2-0.04`, `both`; of `md-0.8`, `dynamics`; `depth` for all others beyond the paper."""
    first = condition.partition("-")[0]
    if first == "md":
        return "dynamics"
    return first if first in KINDS else "depth"


def amount(condition: str) -> float | None:
    """What orders the conditions of a kind: the share missing, the displacement or the temperature; None in `depth`."""
    if kind(condition) == "depth":
        return None
    return float(condition.split("-")[1]) if "-" in condition else 0.0


def condition_name(condition: str) -> str:
    """`both-0.2-0.04` as "missing 20 %, displacement 4 %"; those beyond the paper without hyphens."""
    numbers = [f"{100 * float(part):g} %" for part in condition.split("-")[1:]] if kind(condition) in KINDS else []
    if kind(condition) == "both":
        return f"missing {numbers[0]}, displacement {numbers[1]}"
    return " ".join([kind(condition), *numbers]) if numbers else condition.replace("-", " ")
