"""The conditions under which structures are made, by the names used in tables, files and on the command line."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UnknownNameError


@dataclass(frozen=True)
class Condition:
    """A named condition: the fraction of atoms removed, then the displacement in units of d_NN."""

    missing: float = 0.0
    displacement: float = 0.0

    @property
    def name(self) -> str:
        """`pristine`, `displacement-0.04`, `missing-0.05` or `both-0.2-0.04` (missing, displacement)."""
        if self.missing and self.displacement:
            return f"both-{self.missing:g}-{self.displacement:g}"
        if self.missing:
            return f"missing-{self.missing:g}"
        if self.displacement:
            return f"displacement-{self.displacement:g}"
        return "pristine"

    @property
    def is_random(self) -> bool:
        """Whether structures of this condition involve random draws (all but `pristine`)."""
        return bool(self.missing or self.displacement)


DISPLACEMENTS = (0.001, 0.002, 0.006, 0.01, 0.02, 0.04, 0.07, 0.10)
MISSING = (0.01, 0.02, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30)

CONDITIONS: dict[str, Condition] = {
    c.name: c
    for c in (
        Condition(),
        *(Condition(displacement=d) for d in DISPLACEMENTS),
        *(Condition(missing=m) for m in MISSING),
        *(Condition(m, d) for m, d in zip(MISSING, DISPLACEMENTS, strict=True)),
    )
}
"""The paper's conditions by name: `pristine` and the 24 defective ones, in the order of the paper."""


def condition(name: str) -> Condition:
    """The condition of this name; raises `UnknownNameError` with the nearest name otherwise."""
    try:
        return CONDITIONS[name]
    except KeyError:
        raise UnknownNameError("condition", name, CONDITIONS) from None
