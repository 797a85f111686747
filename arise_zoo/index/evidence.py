"""What a crystallographer wants to see besides a distance: the space group, and pymatgen's verdict where asked for."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass

import numpy as np
from ase import Atoms

from ..errors import MissingPackageError
from ..reading.species import symbol

SYMPREC = 0.01  # angstrom
_MOST_ATOMS = 300  # spglib takes long for large cells without symmetry


def space_group(atoms: Atoms, symprec: float = SYMPREC) -> int | None:
    """Number of the space group that spglib finds; None if it finds none, for more than 300 atoms, and for what is not
    periodic in all three directions."""
    if not atoms.pbc.all() or len(atoms) > _MOST_ATOMS:
        return None
    os.environ.setdefault("SPGLIB_WARNING", "OFF")
    import spglib

    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = spglib.get_symmetry_dataset(cell, symprec=symprec)
    return int(found.number) if found else None


@dataclass(frozen=True)
class Match:
    """What pymatgen's `StructureMatcher` says of two structures.

    Attributes
    ----------
    matches : bool
        Whether they match with its default tolerances, primitive cells scaled to the same volume, species exchanged as
        fits best.
    rms : float or None
        Root mean square displacement, in units of the cubic root of the volume of an atom; None without a match.
    species : tuple of (str, str)
        Which species of the first is which of the second; empty without a match.
    """

    matches: bool
    rms: float | None = None
    species: tuple[tuple[str, str], ...] = ()


def match(atoms: Atoms, other: Atoms) -> Match | None:
    """pymatgen's verdict; None unless both are periodic in three directions. Raises `MissingPackageError` without
    pymatgen (extra `peers`)."""
    try:
        from pymatgen.analysis.structure_matcher import StructureMatcher
        from pymatgen.core.structure import Structure
    except ImportError:
        raise MissingPackageError("pymatgen", "the verdict of StructureMatcher", "peers") from None
    if not (atoms.pbc.all() and other.pbc.all()):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of rounded coordinates
        ours, theirs = (
            Structure(a.cell.array, a.get_chemical_symbols(), a.get_scaled_positions()).get_primitive_structure()
            for a in (atoms, other)
        )
        matcher = StructureMatcher(primitive_cell=False)
        rms, mapping = matcher.get_rms_anonymous(ours, theirs)
    if rms is None:
        return Match(False)
    return Match(True, float(rms), tuple(sorted((str(a), str(b)) for a, b in mapping.items())))


def formula(atoms: Atoms) -> str:
    """The reduced formula, in the order of Hill: carbon and then hydrogen first, where there is carbon."""
    numbers, counts = np.unique(atoms.numbers, return_counts=True)
    reduced = dict(zip(map(symbol, numbers), (counts // np.gcd.reduce(counts)).tolist(), strict=True))
    first = [name for name in ("C", "H") if "C" in reduced and name in reduced]
    order = first + sorted(reduced.keys() - set(first))
    return "".join(name if reduced[name] == 1 else f"{name}{reduced[name]}" for name in order)
