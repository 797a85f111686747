"""Every prototype of this package and of those whose licences let it be passed on; which are the same under two names.

    pip install ncrystal xraylib

The 108 classes; the AFLOW library of crystallographic prototypes (M. J. Mehl et al., Comput. Mater. Sci. 136, S1
(2017); D. Hicks et al., ibid. 161, S1 (2019)) in the 288 cells that pymatgen (MIT) holds; and the crystals of NCrystal
(Apache-2.0) and xraylib (BSD-3-Clause) that are none of these. `crystal_libraries` names the other packages.
"""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms
from crystal_libraries import PACKAGES, all_of
from pymatgen.analysis.prototypes import AFLOW_PROTOTYPE_LIBRARY
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from arise_zoo.index.evidence import space_group
from arise_zoo.prototypes import Prototype, load_prototypes
from arise_zoo.prototypes.custom import prototype_from_atoms

SAME_SYMPREC = 0.1
"""Tolerance (angstrom) of the space group in which two that are the same agree: less than what 4 % of the distance of
neighbours displaces atoms."""

ENANTIOMORPHS = {78: 76, 95: 91, 96: 92, 145: 144, 153: 151, 154: 152, 170: 169, 172: 171, 179: 178, 181: 180, 213: 212}
"""Space groups that are mirror images of one another: no descriptor here tells a structure from its image."""

AFLOW = "AFLOW library of crystallographic prototypes, doi:10.1016/j.commatsci.2017.01.017, in pymatgen's cells (MIT)"

FURTHER = ("NCrystal", "xraylib")
"""Modules of packages whose licences allow their crystals to be passed on."""


@dataclass(frozen=True)
class Known:
    """A prototype with the name of its mineral or type, if it has one, and where it is from."""

    prototype: Prototype
    mineral: str
    source: str

    @property
    def id(self) -> str:
        """Its label."""
        return self.prototype.id


def known_prototypes() -> list[Known]:
    """The classes in their order, then the cells of the AFLOW library in that of their labels, then further crystals.

    Cells of one AFLOW label, which differ in free parameters, are numbered.
    """
    os.environ["SPGLIB_WARNING"] = "OFF"
    found = [
        Known(p, p.name, f"{p.source.name}{', ' * bool(p.source.licence)}{p.source.licence}") for p in load_prototypes()
    ]
    entries = sorted(AFLOW_PROTOTYPE_LIBRARY, key=lambda e: (e["tags"]["aflow"], e["snl"].structure.formula))
    counts: Counter[str] = Counter()
    for entry in entries:
        label, structure = entry["tags"]["aflow"], entry["snl"].structure
        counts[label] += 1
        numbers = [site.specie.Z for site in structure]
        atoms = Atoms(numbers, scaled_positions=structure.frac_coords, cell=structure.lattice.matrix, pbc=True)
        own = label if counts[label] == 1 else f"{label}-{counts[label]}"
        mineral = str(entry["tags"]["mineral"] or "")
        found.append(Known(prototype_from_atoms(atoms, own), mineral, AFLOW))
    return found + _further(found)


def _further(known: Sequence[Known]) -> list[Known]:
    """Crystals of `FURTHER` packages, in the order of their names, that are the same as none before."""
    found = []
    for package in FURTHER:
        for name, structure in sorted(all_of(package), key=lambda entry: entry[0]):
            own = name.removesuffix(".ncmat").replace("_sg", "_").replace("-", "_")
            atoms = AseAtomsAdaptor.get_atoms(structure, msonable=False)
            source = f"{PACKAGES[package].distribution} ({PACKAGES[package].licence})"
            mineral = own.rpartition("_")[2]
            found.append(Known(prototype_from_atoms(atoms, own), mineral if mineral.isalpha() else "", source))
    everything = [*known, *found]
    cells = [k.prototype.build() for k in everything]
    firsts = same_ones(cells, [sum(k.prototype.repetitions) == 3 for k in everything])
    return [k for number, k in enumerate(everything) if number >= len(known) and firsts[number] == number]


def same_ones(cells: Sequence[Atoms], bulk: Sequence[bool], symprec: float = SAME_SYMPREC) -> list[int]:
    """Of each cell the number of the first that is the same structure, whatever the species.

    Two are the same if they have one space group or its mirror image, as many atoms of each species in a primitive
    cell, and match by pymatgen's StructureMatcher with its defaults. Layers and tubes (not `bulk`) are each their own.
    """
    matcher = StructureMatcher(primitive_cell=False)
    firsts: dict[tuple[object, ...], list[tuple[int, Structure]]] = {}
    result = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen's and spglib's
        for number, (atoms, is_bulk) in enumerate(zip(cells, bulk, strict=True)):
            same = number
            if is_bulk:
                structure = Structure(atoms.cell.array, atoms.numbers, atoms.get_scaled_positions())
                primitive = structure.get_primitive_structure()
                counts = np.unique([site.specie.Z for site in primitive], return_counts=True)[1]
                group = space_group(atoms, symprec)
                others = firsts.setdefault((ENANTIOMORPHS.get(group, group), *sorted(counts.tolist())), [])
                matching = (n for n, other in others if matcher.fit_anonymous(primitive, other))
                same = next(matching, number)
                if same == number:
                    others.append((number, primitive))
            result.append(same)
    return result


def same_geometries(cells: Sequence[Atoms], bulk: Sequence[bool]) -> list[int]:
    """As `same_ones`, with one species on all sites; sites that species alone made different count as one."""
    bare = [Atoms(np.full(len(a), 6), positions=a.positions, cell=a.cell, pbc=a.pbc) for a in cells]
    return same_ones(bare, bulk, symprec=0.2)
