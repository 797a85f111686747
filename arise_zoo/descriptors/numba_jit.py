"""The decorator that compiles the numeric kernels. These are in `search_kernels` and `moment_kernels`."""

from __future__ import annotations

from collections.abc import Callable

import numba


def numba_jit(function: Callable) -> Callable:
    """Compile with numba, floating-point sums in any order, and keep the machine code on disk where that is possible.

    Numba stores it next to the source, else in the user's cache folder; where neither can be written (a read-only
    installation without a home), compiling anew in every process is all that is left.
    """
    try:
        return numba.njit(cache=True, fastmath={"reassoc", "contract", "arcp", "nsz"})(function)
    except RuntimeError:
        return numba.njit(fastmath={"reassoc", "contract", "arcp", "nsz"})(function)
