"""Labelled structures: as `ase.Atoms`, and as extended XYZ files for OVITO and others."""

from __future__ import annotations

from pathlib import Path

from ase import Atoms

from ..common.storage import replacing
from .result import PatternMatchingResult


def label_atoms(result: PatternMatchingResult, atoms: Atoms, how: str = "nearest") -> Atoms:
    """A copy of the structure with arrays `label`, `class_number`, `probability`, `mutual_information` and `certainty`,
    the last one if the model gives verdicts.

    Parameters
    ----------
    result : PatternMatchingResult
        The result.
    atoms : ase.Atoms
        The structure that it was made from.
    how : {"nearest", "average"}
        Whether each atom gets the answer of the box whose centre is nearest to it, or the mean of all boxes that hold
        it.

    Returns
    -------
    ase.Atoms
        An atom that no answered box holds has the label "none", the certainty "unanswered" and NaN; `class_number` is
        the place of the class among `result.labels`, from 1, and 0 for none.

    Raises
    ------
    StructureError
        If the result is of another structure.
    """
    return result.label_atoms(atoms, how)


def write_labelled(result: PatternMatchingResult, atoms: Atoms, path: str | Path, how: str = "nearest") -> Path:
    """Write an extended XYZ file of the structure with the arrays of `label_atoms` besides all that it has, and return
    its path."""
    import ase.io

    labelled = label_atoms(result, atoms, how)
    with replacing(Path(path)) as temporary:
        others = [name for name in labelled.arrays if name not in ("numbers", "positions")]
        writable = [n for n in others if labelled.arrays[n].ndim < 3 and labelled.arrays[n].dtype.kind in "bifSU"]
        ase.io.write(temporary, labelled, format="extxyz", columns=["symbols", "positions", *writable])
    return Path(path)
