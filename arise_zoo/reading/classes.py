"""A folder with a subfolder for each class."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from ase import Atoms

from ..errors import StructureError
from .frames import read_frames


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
