"""Space-group methods: spglib and moyo at the paper's two settings, and MatID's symmetry-based clustering.

These methods treat a structure as a whole; those that label atoms are in `local_structure`.
"""

from __future__ import annotations

import math
import os
import warnings
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import ClassVar

import numpy as np
from ase import Atoms

from ..errors import MissingPackageError, StructureError
from ..prototypes import load_prototypes
from ..reading import check_atoms
from .protocol import UNKNOWN
from .resolved import Level, Truth


@lru_cache(maxsize=1)
def periodic_classes() -> tuple[str, ...]:
    """Ids of the 96 classes that have a periodic form, and therefore a space group."""
    return tuple(p.id for p in load_prototypes() if p.is_periodic)


@lru_cache(maxsize=1)
def aflow_classes() -> tuple[str, ...]:
    """Ids of the 38 elemental and binary classes, on which the paper scores spglib in its Table 2."""
    return tuple(p.id for p in load_prototypes() if p.group in ("elemental", "binary"))


class _SymmetryMethod:
    """The common base of methods that name the space group of a periodic structure."""

    level: ClassVar[Level] = "structure"
    truth: ClassVar[Truth] = "space_group"
    finite: ClassVar[bool] = False
    trained_on_defects: ClassVar[bool] = False

    @property
    def recognises(self) -> tuple[str, ...]:
        """The 96 periodic classes."""
        return periodic_classes()

    @property
    def scored_on(self) -> tuple[str, ...]:
        """The 38 AFLOW prototypes (elemental and binary)."""
        return aflow_classes()


@dataclass(frozen=True)
class SpglibMethod(_SymmetryMethod):
    """The space group that spglib finds in a periodic structure.

    `symprec` (angstrom) bounds the distance by which an atom may miss its symmetric image, `angle_tolerance`
    (degrees) the change of the angles between lattice vectors. Monolayers are treated with their vacuum, as
    crystals periodic in three directions (Leitherer et al. 2021, Supplementary Methods).
    """

    name: str
    symprec: float
    angle_tolerance: float
    packages: ClassVar[tuple[str, ...]] = ("spglib",)
    citation: ClassVar[str] = "A. Togo, K. Shinohara, I. Tanaka, Sci. Technol. Adv. Mater. Methods 4, 2384822 (2024)"

    def predict(self, atoms: Atoms) -> str:
        """Space-group number as text, such as `"225"`, or `UNKNOWN` where spglib finds none.

        Raises `StructureError` unless the structure is periodic in three directions.
        """
        _check_periodic(self.name, atoms)
        return _space_group(atoms, self.symprec, self.angle_tolerance)


@dataclass(frozen=True)
class MoyoMethod(_SymmetryMethod):
    """The space group that moyo finds in a periodic structure, with the tolerances of `SpglibMethod`.

    moyo is an implementation of its own in Rust, whose tolerances mean the same; where its search fails it tries
    smaller ones by itself. Where it gives up there is no label.
    """

    name: str
    symprec: float
    angle_tolerance: float
    packages: ClassVar[tuple[str, ...]] = ("moyopy",)
    citation: ClassVar[str] = (
        "K. Shinohara, moyo, https://github.com/spglib/moyo; algorithm of " + SpglibMethod.citation
    )

    def predict(self, atoms: Atoms) -> str:
        """Space-group number as text, or `UNKNOWN` where moyo finds none.

        Raises `StructureError` unless the structure is periodic in three directions, `MissingPackageError` without
        moyo.
        """
        _check_periodic(self.name, atoms)
        try:
            from moyopy import Cell, MoyoDataset
        except ImportError:
            raise MissingPackageError("moyopy", self.name, "peers") from None
        cell = Cell(atoms.cell.array.tolist(), atoms.get_scaled_positions().tolist(), atoms.numbers.tolist())
        try:
            found = MoyoDataset(cell, symprec=self.symprec, angle_tolerance=math.radians(self.angle_tolerance))
        except (ValueError, RuntimeError):  # its own errors, of a structure without a symmetry that it could find
            return UNKNOWN
        return str(found.number)


@dataclass(frozen=True)
class MatIDMethod(_SymmetryMethod):
    """The space group of the prototype cell of the largest cluster that MatID's symmetry-based clustering finds.

    `min_coverage` is the share of the structure's atoms that this cluster must hold; below it there is no label.
    All other settings are MatID's defaults, its symmetry tolerance of 0.4 angstrom included.
    """

    name: str = "matid-sbc"
    min_coverage: float = 0.5
    packages: ClassVar[tuple[str, ...]] = ("matid", "spglib")
    citation: ClassVar[str] = "L. Himanen, P. Rinke, A. S. Foster, npj Comput. Mater. 4, 52 (2018)"

    def predict(self, atoms: Atoms) -> str:
        """Space-group number as text, or `UNKNOWN` where no cluster is large enough, its cell has no group, or MatID
        fails.

        Raises `StructureError` unless the structure is periodic in three directions, `MissingPackageError` without
        MatID.
        """
        _check_periodic(self.name, atoms)
        try:
            from matid.clustering import SBC
        except ImportError:
            raise MissingPackageError("matid", self.name, "peers") from None
        try:
            clusters = SBC().get_clusters(atoms)
        except np.exceptions.AxisError:  # MatID 2.2 stumbles where it finds no neighbour that repeats
            return UNKNOWN
        largest = max(clusters, key=len, default=None)
        if largest is None or len(largest) < self.min_coverage * len(atoms):
            return UNKNOWN
        return _matid_group(largest.get_cell())


def spglib_loose() -> SpglibMethod:
    """spglib with symprec 0.1 angstrom and angle_tolerance 5 degrees, the paper's loose setting."""
    return SpglibMethod("spglib-loose", symprec=0.1, angle_tolerance=5.0)


def spglib_tight() -> SpglibMethod:
    """spglib with symprec 1e-4 angstrom and angle_tolerance 1 degree, the paper's tight setting."""
    return SpglibMethod("spglib-tight", symprec=1e-4, angle_tolerance=1.0)


def moyo_loose() -> MoyoMethod:
    """moyo with the tolerances of `spglib_loose` (extra `peers`); raises `MissingPackageError` without it."""
    return _moyo("moyo-loose", 0.1, 5.0)


def moyo_tight() -> MoyoMethod:
    """moyo with the tolerances of `spglib_tight` (extra `peers`); raises `MissingPackageError` without it."""
    return _moyo("moyo-tight", 1e-4, 1.0)


def matid_sbc() -> MatIDMethod:
    """MatID's symmetry-based clustering with its defaults (extra `peers`); raises `MissingPackageError` without it."""
    if find_spec("matid") is None:
        raise MissingPackageError("matid", "matid-sbc", "peers")
    return MatIDMethod()


def _moyo(name: str, symprec: float, angle_tolerance: float) -> MoyoMethod:
    if find_spec("moyopy") is None:
        raise MissingPackageError("moyopy", name, "peers")
    return MoyoMethod(name, symprec, angle_tolerance)


def _check_periodic(name: str, atoms: Atoms) -> None:
    if not atoms.pbc.all():
        raise StructureError(f"{name} needs a structure periodic in three directions, but atoms.pbc is {atoms.pbc}.")
    check_atoms(atoms, "the structure")  # NaN ends the interpreter in spglib


def _space_group(atoms: Atoms, symprec: float, angle_tolerance: float) -> str:
    os.environ.setdefault("SPGLIB_WARNING", "OFF")  # it tells standard error of every structure it finds difficult
    import spglib

    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    with warnings.catch_warnings():
        # From 2.7 on, spglib announces at every call that a later version will raise errors instead of giving None.
        warnings.simplefilter("ignore", DeprecationWarning)
        found = spglib.get_symmetry_dataset(cell, symprec=symprec, angle_tolerance=angle_tolerance)
    return UNKNOWN if found is None else str(found.number)


def _matid_group(cell: Atoms | None) -> str:
    from matid import SymmetryAnalyzer
    from matid.utils.exceptions import CellNormalizationError

    if cell is None or cell.pbc.sum() < 2:  # MatID knows the space group of crystals and layers only
        return UNKNOWN
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return str(SymmetryAnalyzer(cell).get_space_group_number())
        except CellNormalizationError:  # spglib found nothing in the cell
            return UNKNOWN
