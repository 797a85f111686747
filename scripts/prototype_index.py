"""Make the index of prototypes that comes with the package: `arise_zoo/index/shipped`.

    python scripts/prototype_index.py

Holds what `prototype_library.py` finds. Structures that are the same under two names have one prototype, that of the
first, and both stay as entries; `duplicates.json` lists them.
"""

from __future__ import annotations

import shutil

from crystal_libraries import PACKAGES
from prototype_library import FURTHER, known_prototypes, same_geometries, same_ones

from arise_zoo._version import __version__
from arise_zoo.common.manifest import CARD, MANIFEST, describe_files
from arise_zoo.common.storage import write_json, write_text
from arise_zoo.index import Item, StructureIndex
from arise_zoo.index.structure_index import SHIPPED

NAME = "prototypes"
DUPLICATES = "duplicates.json"
LICENCES = """# Prototypes

An index of {entries} structures of {prototypes} prototypes for `arise_zoo.StructureIndex`, made by
`scripts/prototype_index.py` of arise_zoo {version}.

| from | entries | licence | cite |
| --- | --: | --- | --- |
| the 108 classes of arise_zoo | {classes} | Apache-2.0; crystal parameters from the source of each entry | A. Leitherer et al., Nat. Commun. 12, 6234 (2021) |
| AFLOW library of crystallographic prototypes, in the cells that pymatgen holds | {aflow} | MIT (pymatgen) | M. J. Mehl et al., Comput. Mater. Sci. 136, S1 (2017); D. Hicks et al., ibid. 161, S1 (2019); S. P. Ong et al., ibid. 68, 314 (2013) |
| the standard library of NCrystal | {ncrystal} | Apache-2.0 | X.-X. Cai and T. Kittelmann, Comput. Phys. Commun. 246, 106851 (2020) |
| the crystals of xraylib | {xraylib} | BSD-3-Clause | T. Schoonjans et al., Spectrochim. Acta B 66, 776 (2011) |

Entries that are the same structure under two names, by space group (or its mirror image) within 0.1 angstrom and pymatgen's
StructureMatcher, have one prototype; `duplicates.json` lists them.
"""  # noqa: E501


def main() -> int:
    known = known_prototypes()
    cells = [k.prototype.build() for k in known]
    bulk = [sum(k.prototype.repetitions) == 3 for k in known]
    firsts, geometries = same_ones(cells, bulk), same_geometries(cells, bulk)
    items = [
        Item(k.id, cell, known[first].id, f"{k.mineral}; {k.source}" if k.mineral else k.source, known[geometry].id)
        for k, cell, first, geometry in zip(known, cells, firsts, geometries, strict=True)
    ]
    index = StructureIndex.build(items, NAME, symmetry=True)
    shutil.rmtree(SHIPPED, ignore_errors=True)
    index.save(SHIPPED)
    same: dict[str, list[str]] = {}
    for item in items:
        same.setdefault(item.prototype, []).append(item.id)
    same = {first: ids for first, ids in same.items() if len(ids) > 1}
    write_json(SHIPPED / DUPLICATES, same)
    n_classes = sum(k.prototype.number > 0 for k in known)
    further = {p.lower(): sum(k.source.startswith(PACKAGES[p].distribution) for k in known) for p in FURTHER}
    card = LICENCES.format(
        entries=len(index),
        prototypes=len({item.prototype for item in items}),
        version=__version__,
        classes=n_classes,
        aflow=len(index) - n_classes - sum(further.values()),
        **further,
    )
    write_text(SHIPPED / CARD, card)
    names = sorted(path.name for path in SHIPPED.iterdir() if path.name != MANIFEST)
    write_json(SHIPPED / MANIFEST, {"files": describe_files(SHIPPED, names)})
    for first, ids in same.items():
        print(f"{first}: {', '.join(ids[1:])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
