"""Make the table of prototypes that are none of the 108: from the AFLOW library as pymatgen holds it.

    python scripts/choose_unknown.py [--out FILE] [--check]

Taken are those of at most 12 atoms a primitive cell whose structure matches none of the 108 classes and none taken
before, whatever the species, in the order of size and label. Needs pymatgen, which is in the extra `test`. The table is
data of the package, `arise_zoo/prototypes/data/unknown.json`, unless another FILE is given. With `--check` nothing is
written; the exit status is 1 if FILE is not what comes out.
"""

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

from pymatgen.analysis.prototypes import AFLOW_PROTOTYPE_LIBRARY
from pymatgen.analysis.structure_matcher import StructureMatcher
from pymatgen.core import Structure
from pymatgen.io.ase import AseAtomsAdaptor

from arise_zoo.common.storage import write_text
from arise_zoo.prototypes import load_prototypes

WANTED, LARGEST = 40, 12
MATCHER = StructureMatcher(ltol=0.2, stol=0.3, angle_tol=5, attempt_supercell=False)
TABLE = Path(__file__).parents[1] / "arise_zoo" / "prototypes" / "data" / "unknown.json"


def known_structures() -> list[Structure]:
    """The classes that are periodic in three directions, as pymatgen's structures."""
    cells = [p.build() for p in load_prototypes() if sum(p.repetitions) == 3]
    return [AseAtomsAdaptor.get_structure(cell) for cell in cells]


def candidates() -> list[tuple[dict[str, Any], Structure]]:
    """Entries of the library with their primitive cells, small ones first, one for each label."""
    found: dict[str, tuple[dict[str, Any], Structure]] = {}
    for entry in AFLOW_PROTOTYPE_LIBRARY:
        structure = entry["snl"].structure.get_primitive_structure()
        if len(structure) <= LARGEST and structure.is_ordered:
            found.setdefault(entry["tags"]["aflow"], (entry["tags"], structure))
    return sorted(found.values(), key=lambda item: (len(item[1]), item[0]["aflow"]))


def choose() -> list[dict[str, Any]]:
    """Records of the table."""
    taken: list[dict[str, Any]] = []
    others = known_structures()
    for tags, structure in candidates():
        if any(MATCHER.fit_anonymous(structure, other) for other in others):
            continue
        others.append(structure)
        taken.append(
            {
                "id": "aflow_" + tags["aflow"].lower(),
                "name": structure.composition.reduced_formula + (f" ({tags['mineral']})" if tags["mineral"] else ""),
                "aflow_label": tags["aflow"],
                "space_group": int(tags["aflow"].split("_")[2]),
                "cell": [[round(float(x), 6) for x in row] for row in structure.lattice.matrix],
                "species": [site.specie.symbol for site in structure],
                "fractional": [[round(float(x) % 1, 6) % 1 for x in site.frac_coords] for site in structure],
            }
        )
        if len(taken) == WANTED:
            break
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=TABLE, metavar="FILE")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pymatgen's, of rounded coordinates
        table = "[\n" + ",\n".join(json.dumps(record) for record in choose()) + "\n]\n"
    if not options.check:
        write_text(options.out, table)
    elif options.out.read_text(encoding="utf-8") != table:
        raise SystemExit(f"{options.out} is not what the library gives.")


if __name__ == "__main__":
    main()
