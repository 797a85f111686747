"""Reading structures from files: one reader, one set of checks and messages for everything that takes a file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from ase import Atoms

from ..errors import StructureError


def read_frames(path: str | PathLike[str]) -> list[Atoms]:
    """All structures of a file that ASE reads, at least one.

    Raises `StructureError` if there is no such file, if ASE cannot read it, or if it holds no structure.
    """
    import ase.io
    from ase.data import atomic_numbers

    path = Path(path)
    if not path.is_file():
        raise StructureError(f"there is no file {path}.")
    try:
        frames: list[Atoms] = ase.io.read(path, index=":")
    except Exception as error:  # each format has errors of its own
        name = str(error.args[0]) if isinstance(error, KeyError) and error.args else None
        if name is not None and name not in atomic_numbers and name.isalnum():
            raise StructureError(f"{path} holds the species {name!r}, which is no element known to ASE.") from error
        if path.stat().st_size == 0:
            raise StructureError(f"{path} is empty; it holds no atoms.") from error
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise StructureError(f"ASE cannot read {path} ({reason}); see `ase info --formats`.") from error
    if not frames:
        raise StructureError(f"{path} holds no structure.")
    return frames


def read_structure(path: str | PathLike[str], frame: int = -1) -> Atoms:
    """One structure of a file, by default the last, checked; raises as `read_frames` and `check_atoms` do."""
    frames = read_frames(path)
    if not -len(frames) <= frame < len(frames):
        raise StructureError(f"{path} has no frame {frame}; its {len(frames)} are numbered from 0.")
    check_atoms(frames[frame], str(path))
    return frames[frame]


def check_atoms(atoms: Atoms, where: str) -> None:
    """Raise `StructureError`, naming `where`, for a structure without atoms or with atoms of no element."""
    if len(atoms) == 0:
        raise StructureError(f"{where} holds no atoms.")
    if (atoms.numbers < 1).any():
        raise StructureError(f"{where} holds atoms of no element (X); give them one.")
