"""Reading the one structure that is to be looked into, with a sentence for everything that can be wrong with a file."""

from __future__ import annotations

from pathlib import Path

from ase import Atoms

from ..errors import StructureError


def read_structure(path: str | Path, frame: int = -1) -> Atoms:
    """A frame (by default the last) of a file that ASE reads.

    Raises `StructureError` if there is no such file or frame, if ASE cannot read it, or if it holds no atoms or a
    species that is no element.
    """
    import ase.io
    from ase.data import atomic_numbers

    path = Path(path)
    if not path.is_file():
        raise StructureError(f"there is no file {path}.")
    try:
        frames = ase.io.read(path, index=":")
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
    if not -len(frames) <= frame < len(frames):
        raise StructureError(f"{path} has no frame {frame}; its {len(frames)} are numbered from 0.")
    atoms = frames[frame]
    if len(atoms) == 0:
        raise StructureError(f"{path} holds no atoms.")
    if (atoms.numbers < 1).any():
        raise StructureError(f"{path} holds atoms of no element (X); give them one.")
    return atoms
