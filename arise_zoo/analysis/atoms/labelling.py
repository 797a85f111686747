"""From a trajectory to a folder of labelled structures, tables and pictures.

The answers for finished frames are kept in the folder, so that an interrupted call goes on after them; results are
written from these when all are there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from ..._version import __version__
from ...common.manifest import MANIFEST
from ...common.parallel import effective_n_jobs, workers
from ...common.progress import Progress
from ...common.storage import check_room, replacing, sha256, sole_run
from ...errors import AriseZooError, StructureError
from ...models import Model, load_model
from ...models.atoms import AtomClassification, check_labels_atoms, classify_atoms
from ...reading import Trajectory
from ..chunks import ChunkFolder, remove_parts
from ..identity import structure_sha256
from ..maps import save_figure
from .export import labelled, table_file, xyz_file
from .fractions import Fractions
from .picture import draw

_WORK = ".frames"
_FILES = ("atoms.xyz", "atoms.parquet", "atoms.csv", "fractions.csv", "fractions.png", "structure.png")


def label_file(
    path: str | Path,
    out: str | Path,
    *,
    frames: str | None = None,
    model: str | Path | Model = "arise-local",
    n_samples: int | None = None,
    seed: int = 0,
    format: str | None = None,
    species: str | None = None,
    n_jobs: int = -1,
    scheduler: str | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Label the atoms of the frames of a file; write structures, tables and pictures into the folder `out`.

    Parameters
    ----------
    path : str or Path
        The file; `file@0:100:5` names some of its frames.
    out : str or Path
        Output folder. An interrupted call goes on from what it left there.
    frames : str, optional
        Which frames, where the path does not say it: "0:100:5".
    model, n_samples, seed, format, species
        As for `classify_atoms`.
    n_jobs : int, default -1
        Processes, which share out the frames, or threads, for a single frame (-1: one per core).
    scheduler : str, optional
        Address of a Dask scheduler whose workers are used instead.
    progress : bool, default False
        Show progress on standard error.

    Returns
    -------
    dict
        A summary of plain values: numbers of frames and of atoms in them, the share of each label, the median mutual
        information, names of the files. Memory grows with the largest frame and the number of processes.

    Raises
    ------
    StructureError
        If the file cannot be read, or for a frame of which nothing can be said; those before it are kept.
    AriseZooError
        For an unknown model, one of whole structures, or a folder that cannot be written.
    """
    out = Path(out)
    check_room(out)
    model = model if isinstance(model, Model) else load_model(model)
    check_labels_atoms(model)
    trajectory = Trajectory(path, frames, format=format, species=species)
    if trajectory.is_file and Path(trajectory.file).resolve() in [(out / name).resolve() for name in _FILES]:
        raise AriseZooError(f"{trajectory.file} is to be read, so that it cannot be written; choose another --out.")
    n_samples = model.n_samples if n_samples is None else n_samples
    ask = {"model": model.known_as, "n_samples": n_samples, "seed": seed}
    work = out / _WORK
    with sole_run(out.with_name(f".{out.name}.lock"), out):
        settings = {**ask, "model": sha256(model.folder / MANIFEST), "package_version": __version__}
        parts = _Answers(ChunkFolder(work, settings), model, n_samples)
        parts.complete(trajectory, ask, n_jobs, scheduler, progress)
        summary = _write(trajectory, parts, out, progress)
        remove_parts(work)
    return {
        "file": str(path),
        "model": model.name,
        "n_samples": n_samples,
        "seed": seed,
        **summary,
        "files": list(_FILES),
    }


class _Answers:
    """What the model says of each frame, kept in a folder with the hash of the frame's structure."""

    def __init__(self, folder: ChunkFolder, model: Model, n_samples: int):
        self._folder, self._model, self._n_samples = folder, model, n_samples
        self._known = folder.known()

    def complete(
        self, trajectory: Trajectory, ask: dict[str, Any], n_jobs: int, scheduler: str | None, progress: bool
    ) -> None:
        """Ask about all frames that are not known."""
        from joblib import delayed

        asked: deque[tuple[int, str]] = deque()
        problems: list[Exception] = []
        n_threads = 1 if scheduler else max(1, effective_n_jobs(n_jobs) // len(trajectory))
        if len(trajectory) == 1 and scheduler is None:
            n_jobs = 1  # not worth starting a process for

        def tasks() -> Iterator[Any]:
            try:  # joblib asks for tasks in a thread of its own, in which an error would be lost
                for number, atoms in trajectory:
                    if self._knows(number, digest := structure_sha256(atoms)):
                        bar.known(1)
                        continue
                    asked.append((number, digest))
                    bare = Atoms(atoms.numbers, atoms.positions, cell=atoms.cell, pbc=atoms.pbc)
                    yield delayed(_classify)(bare, trajectory.name(number), ask, n_threads)
            except Exception as error:
                problems.append(error)

        warm_up = effective_n_jobs(n_jobs)
        with (
            Progress(len(trajectory), "frames", show=progress, warm_up=warm_up) as bar,
            workers(n_jobs, scheduler) as run,
        ):
            for found in run(tasks()):
                number, digest = asked.popleft()
                self._folder.write(number, {**found, "sha256": np.array(digest)})
                self._known.add(number)
                bar.advance()
        if problems:
            raise problems[0]

    def read(self, number: int, atoms: Atoms, name: str) -> AtomClassification:
        """The answer for a frame that was asked about."""
        values = self._folder.read(number) if number in self._known else {"sha256": None}
        if str(values.pop("sha256")) != structure_sha256(atoms):
            raise AriseZooError(f"{name} is not what it was; the file has changed while it was read.")
        return AtomClassification(self._model.name, self._n_samples, self._model.labels, **values, structure=name)

    def _knows(self, number: int, digest: str) -> bool:
        return number in self._known and str(self._folder.read(number)["sha256"]) == digest


def _classify(atoms: Atoms, name: str, ask: dict[str, Any], n_threads: int) -> dict[str, np.ndarray]:
    """Arrays of the answer for a frame; this is what runs on the workers."""
    try:
        found = classify_atoms(atoms, **ask, n_threads=n_threads)
    except StructureError as error:
        raise StructureError(f"{name}: {error}") from error
    values = {key: getattr(found, key) for key in ("numbers", "probabilities", "mutual_information", "certainties")}
    return {key: value for key, value in values.items() if value is not None}


def _write(trajectory: Trajectory, answers: _Answers, out: Path, progress: bool) -> dict[str, Any]:
    """Write all files from the answers, a frame at a time; returns what the summary says of them."""
    fractions, notes, information = Fractions(), dict[str, None](), []
    with ExitStack() as stack, Progress(len(trajectory), "writing", show=progress) as bar:
        temporary = {name: stack.enter_context(replacing(out / name)) for name in _FILES[:3]}
        write_xyz = stack.enter_context(xyz_file(temporary["atoms.xyz"]))
        write_rows = stack.enter_context(table_file(temporary["atoms.parquet"], temporary["atoms.csv"]))
        for number, atoms in trajectory:
            found = answers.read(number, atoms, trajectory.name(number))
            notes.update(dict.fromkeys(atoms.info.pop("notes", ())))
            fractions.add(number, atoms, found)
            information.append(float(np.median(found.mutual_information)))
            write_xyz(labelled(atoms, found))
            write_rows(number, atoms, found)
            bar.advance()
        bar.note("drawing")
        classes = fractions.classes()
        fractions.write(out / "fractions.csv")
        save_figure(fractions.draw(), out / "fractions.png")
        save_figure(draw(atoms, found.labels, list(classes)), out / "structure.png")
    return {
        "notes": list(notes),
        "n_frames": len(trajectory),
        "n_atoms": fractions.n_atoms,
        "classes": classes,
        "median_mutual_information": float(np.median(information)),
    }
