"""The decorator that compiles the numeric kernels. These are in `search_kernels` and `moment_kernels`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., Any])


def numba_jit(function: _F) -> _F:
    """Compile with numba, floating-point sums in any order, for threads that run at once, and keep the machine code on
    disk where that is possible.

    Numba stores it next to the source, else in the user's cache folder; where neither can be written (a read-only
    installation without a home), every process compiles again.
    """
    fastmath = {"reassoc", "contract", "arcp", "nsz"}
    try:
        compiled: Any = numba.njit(cache=True, nogil=True, fastmath=fastmath)(function)
    except RuntimeError:
        compiled = numba.njit(nogil=True, fastmath=fastmath)(function)
    return cast("_F", compiled)
