"""What a search answers: the nearest entries, what their distance means, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from .evidence import Match

if TYPE_CHECKING:
    import pandas as pd

IDENTICAL, SAME, SIMILAR, NONE = "identical", "same prototype", "similar", "none"
WHOLE, GEOMETRY = "whole", "geometry"
ASPECTS = (WHOLE, GEOMETRY)
"""What of a structure is compared: geometry with decoration, or geometry alone, whatever the species."""

MEANINGS = (IDENTICAL, SAME, SIMILAR, NONE)
"""What a distance can mean: no difference within the tolerance; the same prototype, disturbed; no more than like it;
nothing in common that tells."""


@dataclass(frozen=True)
class Hit:
    """An entry that is near.

    Attributes
    ----------
    id, prototype, geometry, formula, source : str
        Of the entry; its geometry is what it is whatever the species, the prototype where no more is known.
    n_atoms : int
        Atoms of the entry.
    space_group : int or None
        Of the entry, where it has one.
    distance : float
        In the metric of the index; 1 is what a prototype that is not in an index rarely comes below.
    meaning : str
        One of `MEANINGS`.
    match : Match or None
        pymatgen's verdict, where it was asked for and applies.
    """

    id: str
    prototype: str
    geometry: str
    formula: str
    n_atoms: int
    space_group: int | None
    distance: float
    meaning: str
    source: str = ""
    match: Match | None = None

    def __str__(self) -> str:
        group = f", space group {self.space_group}" if self.space_group else ""
        name = self.id if self.id == self.prototype else f"{self.id} ({self.prototype})"
        said = f"{self.distance:8.4f}  {self.meaning:14s}  {name}, {self.formula}{group}"
        if self.match is None:
            return said
        if not self.match.matches:
            return f"{said}; StructureMatcher: no match"
        species = ", ".join(f"{a} as {b}" for a, b in self.match.species)
        return f"{said}; StructureMatcher: RMS {self.match.rms:.4f}, {species}"


@dataclass(frozen=True)
class Similar(Sequence[Hit]):
    """The answer for one structure: its nearest entries, nearest first.

    Attributes
    ----------
    structure : str
        What was asked about.
    aspect : {"whole", "geometry"}
        What was compared.
    hits : tuple of Hit
        The nearest entries.
    probability : float
        That the structure is of the prototype of the nearest entry.
    space_group : int or None
        Of the structure, where spglib finds one.
    problem : str or None
        One sentence if there is no answer; there are then no hits.
    """

    structure: str
    aspect: str
    hits: tuple[Hit, ...] = ()
    probability: float = 0.0
    space_group: int | None = None
    problem: str | None = None

    def __getitem__(self, index: Any) -> Any:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)

    @property
    def meaning(self) -> str:
        """That of the nearest entry."""
        return self.hits[0].meaning if self.hits else NONE

    @property
    def prototype(self) -> str | None:
        """Prototype (geometry, where that was asked for) of the nearest entry if the structure is of it, else None."""
        if self.meaning not in (IDENTICAL, SAME):
            return None
        nearest = self.hits[0]
        return nearest.geometry if self.aspect == GEOMETRY else nearest.prototype

    def __str__(self) -> str:
        if self.problem:
            return f"{self.structure}: no answer; {self.problem}"
        group = f", space group {self.space_group}" if self.space_group else ""
        head = f"{self.structure}: {self.prototype or self.meaning}, {100 * self.probability:.1f} %{group}"
        return "\n".join([head, *(f"  {hit}" for hit in self.hits)])

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain values."""
        return {
            **asdict(self),
            "meaning": self.meaning,
            "prototype": self.prototype,
            "hits": [asdict(hit) for hit in self.hits],
        }

    def to_dataframe(self) -> pd.DataFrame:
        """One row a hit."""
        import pandas as pd

        return pd.DataFrame([{"structure": self.structure, **asdict(hit)} for hit in self.hits])


def table_of(answers: Sequence[Similar]) -> pd.DataFrame:
    """One row a structure: what it is, and its nearest entry with everything that is known of it."""
    import pandas as pd

    nearest = ({**asdict(a.hits[0]), "nearest": a.hits[0].id} if a.hits else {} for a in answers)
    columns = ["nearest", "geometry", "formula", "n_atoms", "space_group", "distance", "source"]
    rows = [
        {
            "structure": a.structure,
            "prototype": a.prototype,
            "meaning": a.meaning,
            "probability": a.probability if a.hits else None,
            "own_space_group": a.space_group,
            **{column: hit.get(column) for column in columns},
            "problem": a.problem,
        }
        for a, hit in zip(answers, nearest, strict=True)
    ]
    return pd.DataFrame(rows).astype({"n_atoms": "Int64", "space_group": "Int64", "own_space_group": "Int64"})
