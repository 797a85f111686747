"""Species as people write them: `Fe`, `FE`, `Fe2+`, `Fe1`, `26`, `D`; and types that are no elements.

The descriptor asks only which sites are alike, so that a type needs no element. It gets one that the structure does not
hold, since `ase.Atoms` knows nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ase.data import atomic_numbers, chemical_symbols

from ..errors import StructureError

_HYDROGEN = {"D": 1, "T": 1}
_LABEL = re.compile(r"([A-Za-z]+)(?:[^A-Za-z].*)?")
_HEAVIEST = 118

SpeciesMap = Mapping[str, str]
"""Label in a file -> symbol of an element."""


def parse_species(text: str | Sequence[str] | SpeciesMap | None) -> dict[str, str]:
    """The map that an option says: `Cu,Zr` for the types 1 and 2, or `A=Cu,B=Zr`; raises `StructureError`."""
    if text is None:
        return {}
    if isinstance(text, Mapping):
        found = dict(text)
    else:
        parts = [part.strip() for part in text.split(",")] if isinstance(text, str) else list(text)
        pairs = (part.split("=", 1) if "=" in part else (str(i), part) for i, part in enumerate(parts, 1))
        found = {label.strip(): symbol.strip() for label, symbol in pairs}
    for label, name in found.items():
        number = element_of(name)
        if not number:
            raise StructureError(f"{name!r} is no element; name the species as in Cu,Zr or A=Cu,B=Zr.")
        found[label] = symbol(number)
    return found


def element_of(label: str) -> int | None:
    """Atomic number of the element that a label means, 0 for the placeholder X, None if it means none."""
    label = label.strip().strip("'\"")
    if re.fullmatch(r"[0-9]{1,3}", label):
        return int(label) if int(label) <= _HEAVIEST else None
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    letters = match[1]
    if letters.upper() in _HYDROGEN:
        return _HYDROGEN[letters.upper()]
    return atomic_numbers.get(letters.capitalize()) if len(letters) <= 2 else None


def numbers_of(labels: Sequence[str], species: SpeciesMap | None = None) -> tuple[dict[str, int], list[str]]:
    """Atomic number of each of these labels, and a sentence if some are no elements.

    `species` says what labels mean; a label that it does not hold is read as `element_of` does.
    """
    species = species or {}
    distinct = list(dict.fromkeys(labels))
    found = {label: element_of(species.get(label, label)) for label in distinct}
    free = iter(number for number in range(_HEAVIEST, 0, -1) if number not in found.values())
    others = [label for label, number in found.items() if number is None]
    numbers = {label: next(free, 0) if number is None else number for label, number in found.items()}
    if not others:
        return numbers, []
    verb = (
        "is no element and counts as a species of its own"
        if len(others) == 1
        else ("are no elements and count as species of their own")
    )
    return numbers, [f"{', '.join(map(repr, others))} {verb}"]


def symbol(number: int) -> str:
    """Symbol of an element."""
    return str(chemical_symbols[number])
