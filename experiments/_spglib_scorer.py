"""The space groups that spglib finds: from a file of structures to standard output, as `spglib_variants` wants them.

Runs with the Python of another environment, which needs spglib alone, also very old ones.
"""

import json
import sys

import spglib

with open(sys.argv[1]) as stream:
    structures = json.load(stream)
groups = []
for structure in structures:
    cell = structure["cell"], structure["scaled"], structure["numbers"]
    found = spglib.get_symmetry_dataset(cell, symprec=float(sys.argv[2]), angle_tolerance=float(sys.argv[3]))
    groups.append(None if found is None else str(found["number"] if isinstance(found, dict) else found.number))
print(json.dumps({"spglib": spglib.__version__, "groups": groups}))
