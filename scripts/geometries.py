"""Which classes are one geometry if species are ignored: `arise_zoo/prototypes/data/geometries.json`.

    python scripts/geometries.py

Two classes share a geometry if, with one species on all sites, spglib gives both the same space group and pymatgen's
StructureMatcher finds them alike at half of its usual tolerances.
"""

import json
import warnings
from pathlib import Path

import spglib
from ase import Atoms
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from arise_zoo.common.storage import write_text
from arise_zoo.prototypes import class_ids, get_prototype

FILE = Path(__file__).parents[1] / "arise_zoo" / "prototypes" / "data" / "geometries.json"
_MATCHER = {"ltol": 0.1, "stol": 0.15, "angle_tol": 2.5}
_SYMPREC = 0.2  # angstrom: sites that species alone made different count as one


def main() -> int:
    warnings.filterwarnings("ignore")
    matcher = StructureMatcher(**_MATCHER)
    groups: list[tuple[int, Structure, list[str]]] = []
    for class_id in class_ids():
        prototype = get_prototype(class_id)
        if not prototype.is_periodic:
            groups.append((0, None, [class_id]))
            continue
        number, structure = _bare(prototype.build())
        for other, first, members in groups:
            if other == number and first is not None and matcher.fit(first, structure):
                members.append(class_id)
                break
        else:
            groups.append((number, structure, [class_id]))
    found = {members[0]: members for _, _, members in groups}
    lines = [f' "{name}": {json.dumps(members)}' for name, members in found.items()]
    write_text(FILE, "{\n" + ",\n".join(lines) + "\n}\n")
    for members in found.values():
        if len(members) > 1:
            print(", ".join(members))
    return 0


def _bare(atoms: Atoms) -> tuple[int, Structure]:
    atoms.numbers[:] = 6
    cell = (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers)
    dataset = spglib.get_symmetry_dataset(cell, symprec=_SYMPREC)
    return dataset.number, AseAtomsAdaptor.get_structure(atoms)


if __name__ == "__main__":
    raise SystemExit(main())
