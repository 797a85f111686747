"""Make an index of the crystals that installed packages carry, beside those that come with this package.

    pip install larixite ncrystal xraylib xrayutilities crystals robocrys
    python scripts/package_index.py --out INDEX [--jobs N]
    arise-zoo similar FILE --index INDEX

Copies of them do not come with this package: the licences of some do not allow it, and that of larixite says nothing of
the database in it (`crystal_libraries` names them all). Each is optional. Entries that do not differ, whatever their
elements, have one prototype, that of the first; groups are printed.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from crystal_libraries import PACKAGES, all_entries
from pymatgen.io.ase import AseAtomsAdaptor

from arise_zoo.index import Item, StructureIndex


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, metavar="INDEX")
    parser.add_argument("--jobs", type=int, default=-1, metavar="N")
    options = parser.parse_args()
    items: dict[str, Item] = {}
    for package, name, structure in all_entries():
        distribution, licence, _ = PACKAGES[package]
        own = f"{distribution}/{name}"
        items[own] = Item(own, AseAtomsAdaptor.get_atoms(structure), own, f"{distribution} ({licence})")
    if not items:
        parser.error(f"none of {', '.join(d for d, _, _ in PACKAGES.values())} is installed.")
    with tempfile.TemporaryDirectory() as keep:
        apart = StructureIndex.build(items.values(), skip=True, keep=keep, n_jobs=options.jobs, progress=True)
        for problem in apart.problems:
            print(f"left out: {problem}")
        usable = set(apart.entries["id"].to_pylist())
        for group in apart.groups(elements=False):
            print("  ".join(group))
            for own in group:
                items[own] = items[own]._replace(prototype=group[0])
        named = [item for own, item in items.items() if own in usable]
        index = StructureIndex.build(named, options.out.name, keep=keep, n_jobs=options.jobs)
    index.save(options.out)
    print(f"{options.out}: {len(index)} entries of {len(set(index.entries['prototype'].to_pylist()))} prototypes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
