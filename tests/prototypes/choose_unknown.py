"""How the prototypes that are none of the 108 were chosen: from the AFLOW library as pymatgen holds it.

Taken are those of at most 12 atoms a primitive cell whose structure matches none of the 108 classes and none taken
before, whatever the species, in the order of size and label. Run as a script it writes the table that the package
carries: python tests/prototypes/choose_unknown.py
"""

import json
from pathlib import Path

from pymatgen.analysis.prototypes import AFLOW_PROTOTYPE_LIBRARY
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.io.ase import AseAtomsAdaptor

from arise_zoo.prototypes import load_prototypes

WANTED, LARGEST = 40, 12
MATCHER = StructureMatcher(ltol=0.2, stol=0.3, angle_tol=5, attempt_supercell=False)


def known_structures():
    """The classes that are periodic in three directions, as pymatgen's structures."""
    cells = [p.build() for p in load_prototypes() if sum(p.repetitions) == 3]
    return [AseAtomsAdaptor.get_structure(cell) for cell in cells]


def candidates():
    """Entries of the library with their primitive cells, small ones first, one for each label."""
    found = {}
    for entry in AFLOW_PROTOTYPE_LIBRARY:
        structure = entry["snl"].structure.get_primitive_structure()
        if len(structure) <= LARGEST and structure.is_ordered:
            found.setdefault(entry["tags"]["aflow"], (entry["tags"], structure))
    return sorted(found.values(), key=lambda item: (len(item[1]), item[0]["aflow"]))


def choose():
    """Records of the table."""
    taken, others = [], known_structures()
    for tags, structure in candidates():
        if any(MATCHER.fit_anonymous(structure, other) for other in others):
            continue
        others.append(structure)
        number = int(tags["aflow"].split("_")[2])
        taken.append(
            {
                "id": "aflow_" + tags["aflow"].lower(),
                "name": structure.composition.reduced_formula + (f" ({tags['mineral']})" if tags["mineral"] else ""),
                "aflow_label": tags["aflow"],
                "space_group": number,
                "cell": [[round(float(x), 6) for x in row] for row in structure.lattice.matrix],
                "species": [site.specie.symbol for site in structure],
                "fractional": [[round(float(x) % 1, 6) % 1 for x in site.frac_coords] for site in structure],
            }
        )
        if len(taken) == WANTED:
            break
    return taken


def main():
    path = Path(__file__).parents[2] / "arise_zoo" / "prototypes" / "data" / "unknown.json"
    path.write_text("[\n" + ",\n".join(json.dumps(record) for record in choose()) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
