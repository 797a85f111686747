"""Names of conditions in words, and their order on an axis."""

from __future__ import annotations

KINDS = ("pristine", "displacement", "missing", "both")
"""Kinds of the paper's conditions; all others are of the depth suite or of Table V."""


def kind(condition: str) -> str:
    """Of `both-0.2-0.04`, `both`; `depth` for conditions beyond the paper."""
    first = condition.partition("-")[0]
    return first if first in KINDS else "depth"


def amount(condition: str) -> float | None:
    """What orders the conditions of a kind: the share missing, or the displacement; None beyond the paper."""
    if kind(condition) == "depth":
        return None
    return float(condition.split("-")[1]) if "-" in condition else 0.0


def condition_name(condition: str) -> str:
    """`both-0.2-0.04` as "missing 20 %, displacement 4 %"; those beyond the paper without hyphens."""
    numbers = [f"{100 * float(part):g} %" for part in condition.split("-")[1:]] if kind(condition) != "depth" else []
    if kind(condition) == "both":
        return f"missing {numbers[0]}, displacement {numbers[1]}"
    return " ".join([kind(condition), *numbers]) if numbers else condition.replace("-", " ")
