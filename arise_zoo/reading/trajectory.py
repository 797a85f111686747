"""Trajectories: files of many structures, of which one is in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from os import PathLike

from ase import Atoms

from ..errors import StructureError
from .checks import check_atoms
from .frames import format_of, frames_of, known_format, read_named, read_text
from .labels import split_xyz
from .lammps import split_dump
from .source import Source, source_of
from .species import SpeciesMap, parse_species

_SPLIT: dict[str, Callable[[Iterable[str], str], Iterator[str]]] = {
    "extxyz": split_xyz,
    "xyz": split_xyz,
    "lammps-dump-text": split_dump,
}


LONG = 2**26
"""Bytes of a file from which `iter_named` reads it frame by frame."""


class Trajectory:
    """The structures of a file, read anew each time that it is iterated.

    XYZ and the text dumps of LAMMPS, compressed or not, and formats of which ASE reads a frame at a time are never in
    memory as a whole; what comes through a pipe is, as text. The file is gone through once at the start, to count its
    frames.

    Parameters
    ----------
    path : str or Path
        The file, as for `read_frames`.
    frames : str, optional
        Which of its frames, as behind an @: "0:100:5", or "3" for one (default: those named by the path, else all).
    format, species
        As for `read_frames`.

    Attributes
    ----------
    numbers : range
        Numbers of the frames in the file, from 0.

    Raises
    ------
    StructureError
        As `read_frames` does, and for frames that do not follow the order of the file. A frame that is wrong is found
        when it is read.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        frames: str | None = None,
        *,
        format: str | None = None,
        species: str | Sequence[str] | SpeciesMap | None = None,
    ):
        self._species, self._format = parse_species(species), known_format(format)
        self._source = source_of(path)
        if frames is not None:
            if self._source.frames is not None:
                raise StructureError(f"{path} names its frames already, so that they cannot be {frames} too.")
            self._source = source_of(f"{self._source.given}@{frames.strip()}")
        self.numbers = self._count()

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[tuple[int, Atoms]]:
        """The number of each frame and its structure, checked."""
        for number, read in enumerate(islice(self._frames(), self.numbers[-1] + 1)):
            if number in self.numbers:
                atoms = read()
                check_atoms(atoms, self.name(number))
                yield number, atoms

    @property
    def is_file(self) -> bool:
        """Whether it is a file on disk, that can be read by other processes too."""
        return self._source.path is not None and self._source.path.is_file()

    @property
    def file(self) -> str:
        """The file without its frames."""
        return self._source.given

    def name(self, number: int) -> str:
        """What a frame is called, as by `read_named`."""
        alone = self._source.frames is None and len(self) == 1
        return self.file if alone else f"{self.file}@{number}"

    def _frames(self) -> Iterator[Callable[[], Atoms]]:
        return _readers(self._source, self._format, self._species)

    def _count(self) -> range:
        """Numbers of the wanted frames; those behind the last of them are not looked at where that is known."""
        wanted, where = self._source.frames, self._source.name
        if isinstance(wanted, int):
            wanted = slice(wanted, wanted + 1 if wanted != -1 else None)
        wanted = wanted or slice(None)
        if (wanted.step or 1) < 0:
            raise StructureError(f"{where} is read from its beginning; give its frames a step above 0.")
        start, stop = wanted.start or 0, wanted.stop
        count = sum(1 for _ in islice(self._frames(), stop if stop is not None and 0 <= start < stop else None))
        if not count:
            raise StructureError(f"{where} holds no structure.")
        numbers = range(count)[wanted]
        if not numbers:
            raise StructureError(f"{where} has none of these frames; its {count} are numbered from 0.")
        return numbers


def iter_named(
    path: str | PathLike[str],
    *,
    format: str | None = None,
    species: str | Sequence[str] | SpeciesMap | None = None,
) -> Iterable[tuple[str, Atoms]]:
    """As `read_named`, but the frames of a long file are read one after the other.

    What is wrong with a frame of such a file is said when its turn comes. A list if the file is not long, or if frames
    are counted from its end.
    """
    source, known, wanted = source_of(path), known_format(format), parse_species(species)
    frames = source.frames
    if isinstance(frames, int):
        frames = slice(frames, frames + 1 or None)
    parts = (frames.start, frames.stop, frames.step) if frames else (None, None, None)
    is_long = source.path is not None and source.path.is_file() and source.path.stat().st_size >= LONG
    if not is_long or any(part is not None and part < 0 for part in parts):
        return read_named(path, format=format, species=species)
    return _named(source, islice(enumerate(_readers(source, known, wanted)), *parts))


def _named(source: Source, readers: Iterator[tuple[int, Callable[[], Atoms]]]) -> Iterator[tuple[str, Atoms]]:
    number = None
    for number, read in readers:
        yield f"{source.given}@{number}", read()
    if number is None:
        raise StructureError(f"{source.name} has none of these frames.")


def _readers(source: Source, format: str | None, species: SpeciesMap) -> Iterator[Callable[[], Atoms]]:
    """Something that reads it for each frame of the file."""
    format = format or format_of(source)
    if format in _SPLIT:
        for number, text in enumerate(_SPLIT[format](source.lines(), source.name)):
            yield partial(_read, source, number, text, format, species)
    else:
        for atoms in frames_of(source, format, species):
            yield partial(_as_it_is, atoms)


def _read(source: Source, number: int, text: str, format: str, species: SpeciesMap) -> Atoms:
    (atoms,) = read_text(replace(source, name=f"frame {number} of {source.name}"), text, format, species)
    return atoms


def _as_it_is(atoms: Atoms) -> Atoms:
    return atoms
