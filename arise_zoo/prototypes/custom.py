"""Classes of one's own: a `Prototype` from a structure file, to be used like the 108."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import numpy as np
from ase import Atoms

from ..errors import StructureError
from ..reading import check_atoms, read_structure
from .table import Prototype, Source, SpaceGroup


def prototype_from_file(
    path: str | PathLike[str],
    class_id: str | None = None,
    *,
    name: str | None = None,
    symprec: float = 1e-3,
) -> Prototype:
    """Make a class from a file of one structure, such as a CIF.

    The structure's cell is taken unchanged. A structure that is periodic in two directions is replicated in these two
    (a monolayer); one that is not periodic is used as one finite structure.

    Parameters
    ----------
    path : str or Path
        The file.
    class_id : str, optional
        Id of the class (default: the file's name without suffix).
    name : str, optional
        Name of the class (default: the id).
    symprec : float, default 1e-3
        Tolerance (angstrom) with which spglib finds the space group of a periodic structure.

    Raises
    ------
    StructureError
        If the file is missing, unreadable, or holds no atoms.
    """
    atoms = read_structure(path)
    return prototype_from_atoms(atoms, class_id or Path(path).stem, name=name, source=str(path), symprec=symprec)


def prototype_from_atoms(
    atoms: Atoms, class_id: str, *, name: str | None = None, source: str = "", symprec: float = 1e-3
) -> Prototype:
    """As `prototype_from_file`, of a structure at hand; `source` says where it is from."""
    where = source or f"the structure of class {class_id!r}"
    check_atoms(atoms, where)
    group = {0: "nanotube", 2: "monolayer"}.get(int(atoms.pbc.sum()), "user")
    if group == "monolayer" and not np.array_equal(atoms.pbc, [True, True, False]):
        raise StructureError(f"{where} is periodic in two directions; turn its cell so that the third is not.")
    return Prototype(
        number=0,
        id=class_id,
        name=name or class_id,
        group=group,
        formula=atoms.get_chemical_formula(),
        source=Source(name=source, reference="", licence=""),
        space_group=_space_group(atoms, symprec) if atoms.pbc.all() else None,
        recipe={"atoms": atoms},
    )


def _space_group(atoms: Atoms, symprec: float) -> SpaceGroup | None:
    import spglib

    found = spglib.get_symmetry_dataset(
        (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers), symprec=symprec
    )
    return SpaceGroup(found.number, found.international, found.number) if found else None
