"""What the page shows of molecular dynamics lattice by lattice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...benchmark.record import Record
from ..formatting import percent
from ..lattices import LATTICES, TEMPERATURES, RunShare, lattice_shares

if TYPE_CHECKING:
    import pyarrow as pa

    Json = Mapping[str, "Json"] | Sequence["Json"] | str | float | None


def by_lattice(records: Sequence[Record], counts: Mapping[str, pa.Table]) -> Json:
    """Names of the lattices, temperatures, and for each method the places of its shares in a list of texts.

    Each share, with its interval and number of labels, is there once, since many are 100 %. None without Table M.
    """
    entries: dict[tuple[str, str, str, int], int] = {}

    def place(share: RunShare | None) -> int | None:
        if share is None:
            return None
        return entries.setdefault((*map(percent, share[:3]), share.n), len(entries))  # type: ignore[arg-type]

    methods: dict[str, Json] = {}
    for record in records:
        found = lattice_shares(record, counts[record["method"]]) if record["method"] in counts else {}
        if any(found.values()):
            methods[record["method"]] = [
                [place(shares.get(c)) for c in TEMPERATURES] if shares else None for shares in found.values()
            ]
    if not methods:
        return None
    return {
        "names": list(LATTICES),
        "conditions": list(TEMPERATURES),
        "methods": methods,
        "shares": [list(entry) for entry in entries],
    }
