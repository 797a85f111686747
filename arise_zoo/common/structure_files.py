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
        frames = list(ase.io.iread(path, index=":"))
    except Exception as error:  # every format raises its own errors
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


def read_classes(folder: str | PathLike[str]) -> tuple[list[Atoms], list[str]]:
    """Structures of a folder of classes and the name of each one's class; raises `StructureError` with one sentence."""
    folder = Path(folder)
    if not folder.is_dir():
        raise StructureError(f"there is no folder {folder}; name one with a subfolder for each class.")
    structures: list[Atoms] = []
    labels: list[str] = []
    for of_class in sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")):
        files = sorted(path for path in of_class.iterdir() if path.is_file() and not path.name.startswith("."))
        if not files:
            raise StructureError(f"the folder {of_class} holds no file; put a structure of the class into it.")
        for path in files:
            frames = read_frames(path)
            for atoms in frames:
                atoms.info["file"] = f"{of_class.name}/{path.name}"
            structures += frames
            labels += [of_class.name] * len(frames)
    if not labels:
        raise StructureError(f"{folder} holds no class; put a subfolder for each class into it.")
    return structures, labels


def check_atoms(atoms: Atoms, where: str) -> None:
    """Raise `StructureError`, naming `where`, for a structure without atoms or with atoms of no element."""
    if len(atoms) == 0:
        raise StructureError(f"{where} holds no atoms.")
    if (atoms.numbers < 1).any():
        raise StructureError(f"{where} holds atoms of no element (X); give them one.")
