"""Compare the real compounds of Table V with the crystals that Python packages of open licences carry.

    python scripts/check_compounds.py [--write | --pages]

A compound is checked if an entry of its formula has its space group, lattice constants within 1 %, and atoms to which
pymatgen's `StructureMatcher`, without scaling, moves its own by less than 0.1 angstrom; of layered crystals a layer is
compared. With `--write` the column `checked` of `compounds.csv` names the entry, and the packages stand in
`compound_sources.json` with version and licence; otherwise the differences are only printed. `crystal_libraries` says
which packages are read; those that are not installed are left out. `--write` also fills docs/variants.md with what was
found; `--pages` does only that, from `compounds.csv` as it is, and needs none of the packages.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import warnings
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np
import spglib
from ase import Atoms
from crystal_distance import is_layer
from crystal_libraries import PACKAGES, Entry, entries_of
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor
from variants import COMPOUNDS, DATA, rows

from arise_zoo.common.pages import fill_between
from arise_zoo.common.storage import write_text
from arise_zoo.prototypes import get_prototype
from arise_zoo.structures.conditions.variants import variants_of

PAGE = Path(__file__).parents[1] / "docs" / "variants.md"
BEGIN, END = "<!-- numbers: filled by `python scripts/check_compounds.py` -->", "<!-- end of numbers -->"
SOURCES = DATA / "compound_sources.json"
OF_LIBRARIES = ("ase", "aflow")
"""Sources that `variants.py` compares with the library itself."""
LARGEST_STRAIN, LARGEST_SHIFT = 0.01, 0.1
"""Of lattice constants, relative; of atoms, in angstrom."""
SYMPREC = 0.02
MATCHER = StructureMatcher(scale=False, primitive_cell=True)


class Difference(NamedTuple):
    """Largest relative difference of lattice constants, and largest shift of an atom in angstrom, None if unlike."""

    strain: float
    shift: float | None

    @property
    def size(self) -> float:
        """In units of what is allowed, for the choice of the nearest entry."""
        assert self.shift is not None
        return round(self.strain / LARGEST_STRAIN + self.shift / LARGEST_SHIFT, 3)

    @property
    def is_none(self) -> bool:
        return self.strain <= LARGEST_STRAIN and self.shift is not None and self.shift <= LARGEST_SHIFT


def compare(own: Atoms, other: Structure, layer: bool) -> Difference | None:
    """The smallest difference of a compound from an entry, or from a layer of it; None if space groups differ."""
    ours = _conventional(own)
    theirs = [AseAtomsAdaptor.get_atoms(other)]
    if layer:
        theirs = list(_layers(_conventional(theirs[0]), own))
    found = []
    for atoms in theirs:
        atoms = _conventional(atoms)
        if _space_group(atoms) == _space_group(ours):
            found.append(Difference(_strain(ours, atoms), _shift(ours, atoms)))
    return min(found, key=lambda one: (not one.is_none, one.shift is None, one.strain), default=None)


def _conventional(atoms: Atoms) -> Atoms:
    found = spglib.standardize_cell(_spglib_cell(atoms), symprec=SYMPREC)
    if found is None:
        return atoms
    lattice, fractional, numbers = found
    return Atoms(numbers, scaled_positions=fractional, cell=lattice, pbc=True)


def _spglib_cell(atoms: Atoms) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers


def _space_group(atoms: Atoms) -> int | None:
    found = spglib.get_symmetry_dataset(_spglib_cell(atoms), symprec=SYMPREC)
    return found.number if found is not None else None


def _strain(ours: Atoms, theirs: Atoms) -> float:
    one, other = (np.sort(atoms.cell.lengths()) for atoms in (ours, theirs))
    return float(np.max(np.abs(one / other - 1)))


def _shift(ours: Atoms, theirs: Atoms) -> float | None:
    one, other = AseAtomsAdaptor.get_structure(ours), AseAtomsAdaptor.get_structure(theirs)
    found = MATCHER.get_rms_dist(one, other)
    return None if found is None else float(found[1]) * (one.volume / len(one)) ** (1 / 3)


def _layers(crystal: Atoms, own: Atoms) -> Iterator[Atoms]:
    """Slices of a crystal of the composition of one layer, along each axis and at gaps of each width, in its vacuum."""
    formula = own.get_chemical_formula("metal", empirical=True)
    for axis in range(3):
        order = [(axis + 1) % 3, (axis + 2) % 3, axis]
        lengths, angles = crystal.cell.lengths(), crystal.cell.angles()
        if not np.allclose(angles[order[:2]], 90, atol=0.1):
            continue
        cell = [*lengths[order], 90, 90, angles[axis]]
        turned = Atoms(crystal.numbers, cell=cell, scaled_positions=crystal.get_scaled_positions()[:, order], pbc=True)
        heights = np.sort(turned.positions[:, 2] % lengths[axis])
        gaps = np.diff([*heights, heights[0] + lengths[axis]])
        for width in np.unique(gaps[gaps > 0.5].round(1)):
            cuts = heights[np.abs(gaps - width) < 0.1] + 0.25
            for low, high in zip(cuts, [*cuts[1:], cuts[0] + lengths[axis]], strict=True):
                z = (turned.positions[:, 2] - low) % lengths[axis]
                layer = turned[z < high - low]
                if len(layer) and layer.get_chemical_formula("metal", empirical=True) == formula:
                    layer.positions[:, 2] = z[z < high - low]
                    layer.set_cell([*layer.cell.lengths()[:2], own.cell.lengths()[_vacuum(own)], *layer.cell.angles()])
                    layer.center(axis=2)
                    yield layer


def _vacuum(own: Atoms) -> int:
    """The axis across a layer: the one along which its atoms take the smallest part."""
    return int(np.argmin(np.ptp(own.get_scaled_positions(wrap=False), axis=0) + (own.cell.lengths() < 8)))


def _told(difference: Difference | None) -> str:
    if difference is None:
        return "another space group"
    shift = "unlike" if difference.shift is None else f"atoms by {difference.shift:.3f} A"
    return f"constants by {100 * difference.strain:.2f} %, {shift}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--pages", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found, used = rows(), set()
    for row in [] if options.pages else found:
        if row["source"] in OF_LIBRARIES:
            continue
        prototype = get_prototype(row["class"])
        (variant,) = (v for v in variants_of(row["class"], "compounds") if v.name == row["compound"])
        own = variant.build(prototype)
        compared = [
            (compare(own, entry.structure, is_layer(prototype)), entry)
            for entry in entries_of(own.get_chemical_formula("metal", empirical=True))
        ]
        agreeing = [(d, e) for d, e in compared if d is not None and d.is_none]
        if agreeing:
            difference, entry = min(agreeing, key=lambda pair: (pair[0].size, list(PACKAGES).index(pair[1].package)))
            row["checked"] = _name(entry)
            used.add(entry.package)
            print(f"{row['class']} {row['compound']} ({row['source']}): {_told(difference)}, {_name(entry)}")
        else:
            print(f"{row['class']} {row['compound']} ({row['source']}): NOT CHECKED")
            for other, entry in compared:
                print(f"    {_name(entry)}: {_told(other)}; {np.round(entry.structure.lattice.abc, 4)}")
    if options.write:
        _write(found, used)
    if options.write or options.pages:
        text = PAGE.read_text(encoding="utf-8")
        write_text(PAGE, fill_between(text, BEGIN, END, sentences(found)))


def sentences(found: list[dict[str, str]]) -> str:
    """What docs/variants.md says of the rows that are checked, and of those that are not."""
    by_hand = [row for row in found if row["source"] not in OF_LIBRARIES]
    known = [name for name, *_ in PACKAGES.values()]
    by = [(row["checked"], row["checked"].split(" ")[0]) for row in by_hand if row["checked"]]
    checked = Counter(package if package in known else f"a {text}" for text, package in by)
    names = [f"{row['compound']} (`{row['class']}`)" for row in by_hand if not row["checked"]]
    where = ", ".join(f"{n} with {package}" for package, n in checked.most_common())
    return (
        f"Of {len(found)} rows, {len(found) - len(by_hand)} are those of ASE and AFLOW, which are compared with the "
        f"library itself. Of the {len(by_hand)} others {checked.total()} are checked: {where}. {len(names)} stand "
        f"unchecked, because none of these packages has such a crystal: {', '.join(names)}."
    )


def _name(entry: Entry) -> str:
    return f"{PACKAGES[entry.package][0]} {entry.name}"


def _write(found: list[dict[str, str]], used: set[str]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(found[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    write_text(COMPOUNDS, text.getvalue())
    sources = json.loads(SOURCES.read_text(encoding="utf-8"))
    for package in used:
        name, licence, what = PACKAGES[package]
        sources[name] = f"{name} {version(name)} ({licence}): {what}"
    write_text(SOURCES, json.dumps(sources, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
