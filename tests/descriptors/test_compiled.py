"""Compiling where the machine code can be kept and where it cannot."""

from __future__ import annotations

import subprocess
import sys

from arise_zoo.descriptors.numba_jit import numba_jit


def test_a_kernel_compiles_where_its_machine_code_cannot_be_kept():
    namespace = {}
    exec("def double(x):\n    return 2.0 * x", namespace)  # without a source file, numba has no place for it
    assert numba_jit(namespace["double"])(1.5) == 3.0


def test_importing_the_descriptors_does_not_load_numba():
    code = "import sys, arise_zoo.descriptors; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
