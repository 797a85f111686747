"""pymatgen's `StructureMatcher` against the pristine structures of all periodic classes."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from ase import Atoms

from ...errors import MissingPackageError, StructureError
from ...prototypes import load_prototypes
from ...reading import check_atoms
from ..protocol import UNKNOWN
from ..resolved import Level, Truth

if TYPE_CHECKING:
    from pymatgen.analysis.structure_matcher import StructureMatcher
    from pymatgen.core.structure import Structure


@dataclass(frozen=True)
class StructureMatcherMethod:
    """The periodic class whose primitive cell matches that of the structure with the smallest RMS displacement.

    pymatgen's defaults: `ltol=0.2`, `stol=0.3`, `angle_tol=5`, cells reduced to primitive ones and scaled to the same
    volume, no supercells. Matching is anonymous, that is up to an exchange of species, since the classes are types of
    structure. A structure that no class matches is unknown; so is every structure that has vacancies or whose cell
    pymatgen cannot reduce.

    Of classes that fit equally well the first is given. These are classes that differ in species only, and cells of one
    or two atoms that differ in the lattice only, since the RMS does not count its strain: body-centred tetragonal In
    passes for fcc, L1_0 for CsCl.

    On one core, pristine and hardly displaced structures take 0.1 s, those displaced by 4 % up to half a minute.

    Only classes with as many atoms in the primitive cell and the same proportions of species are compared, because no
    other can match.
    """

    name: str = "structure-matcher"
    level: ClassVar[Level] = "structure"
    truth: ClassVar[Truth] = "class"
    finite: ClassVar[bool] = False
    trained_on_defects: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ("pymatgen",)
    citation: ClassVar[str] = (
        "S. P. Ong et al., Comput. Mater. Sci. 68, 314 (2013), doi:10.1016/j.commatsci.2012.10.028"
    )

    @property
    def recognises(self) -> tuple[str, ...]:
        """The 96 periodic classes."""
        return tuple(p.id for p in load_prototypes() if p.is_periodic)

    def predict(self, atoms: Atoms) -> str:
        """Class id, or `UNKNOWN` where no class matches.

        Raises `StructureError` unless the structure is periodic in three directions, `MissingPackageError` without
        pymatgen.
        """
        if not atoms.pbc.all():
            raise StructureError(
                f"{self.name} needs a structure periodic in three directions, but atoms.pbc is {atoms.pbc}."
            )
        check_atoms(atoms, "the structure")
        try:
            primitive, kind = _primitive(atoms)
        except ImportError:
            raise MissingPackageError("pymatgen", self.name, "peers") from None
        found, smallest = UNKNOWN, float("inf")
        for class_id, candidate in _classes_by_kind().get(kind, []):
            match = _matcher().get_rms_anonymous(primitive, candidate)[0]
            if match is not None and match < smallest - 1e-6:  # below it, differences are rounding
                found, smallest = class_id, match
        return found


def structure_matcher() -> StructureMatcherMethod:
    """Matching by pymatgen (extra `peers`); raises `MissingPackageError` without pymatgen."""
    if find_spec("pymatgen") is None:
        raise MissingPackageError("pymatgen", "structure-matcher", "peers")
    return StructureMatcherMethod()


_Kind = tuple[int, ...]
"""The numbers of atoms of each species in a primitive cell, ascending."""


def _primitive(atoms: Atoms) -> tuple[Structure, _Kind]:
    """The primitive cell as pymatgen finds it with its defaults, and what it must have in common with a match."""
    from pymatgen.io.ase import AseAtomsAdaptor

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of rounded coordinates
        primitive = AseAtomsAdaptor.get_structure(Atoms(atoms)).get_primitive_structure()
    return primitive, tuple(sorted(int(n) for n in primitive.composition.values()))


@lru_cache(maxsize=1)
def _matcher() -> StructureMatcher:
    from pymatgen.analysis.structure_matcher import StructureMatcher

    return StructureMatcher()


@lru_cache(maxsize=1)
def _classes_by_kind() -> dict[_Kind, list[tuple[str, Structure]]]:
    """The classes and their primitive cells, in the paper's order."""
    found: dict[_Kind, list[tuple[str, Structure]]] = {}
    for prototype in load_prototypes():
        if prototype.is_periodic:
            primitive, kind = _primitive(prototype.build())
            found.setdefault(kind, []).append((prototype.id, primitive))
    return found
