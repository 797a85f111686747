"""Strided pattern matching: a box moves over a structure, and what it holds is classified at each position.

Source: Leitherer et al. 2021, Methods. The grid is in `grid`, cutting out boxes in `boxes`, the result in `result`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from .._version import __version__
from ..common.manifest import MANIFEST
from ..common.parallel import effective_n_jobs, workers
from ..common.progress import Progress
from ..common.storage import sha256
from ..errors import AriseZooError, StructureError, UnknownNameError
from ..models import Model, load_model
from ..reading import as_atoms
from . import shared_sums
from .boxes import atoms_around, check_shape, members
from .chunks import ChunkFolder
from .grid import Grid, make_grid
from .identity import structure_sha256
from .result import SCALARS, PatternMatchingResult

LENGTH_SCALES = ("box", "global")

_POSITIONS_AT_ONCE = 512
"""Boxes that travel to a worker together: with their answers, all that is held beyond the input and the result."""


def strided_pattern_matching(
    atoms: Any,
    model: str | Path | Model = "arise-field",
    box: float = 12.0,
    stride: float = 1.0,
    n_samples: int = 100,
    shape: str = "box",
    *,
    scale: str = "box",
    padding: float = 0.5,
    min_atoms: int = 2,
    dimensions: int | str | None = None,
    grid: Grid | None = None,
    hidden: Sequence[int] = (),
    descriptors: bool = False,
    seed: int = 0,
    n_jobs: int = 1,
    scheduler: str | None = None,
    work: str | Path | None = None,
    progress: bool = False,
) -> PatternMatchingResult:
    """Classify the surroundings of every point of a grid over a structure.

    Parameters
    ----------
    atoms : ase.Atoms, or a structure of pymatgen or OVITO
        The structure. Along its periodic directions, boxes reach into the neighbouring cells.
    model : str, Path or Model, default "arise-field"
        Name of a shipped model, folder of a checkpoint, or a loaded model.
    box, stride : float
        Edge of the box, and distance between its positions, in angstrom. A box should hold about 100 atoms.
    n_samples : int, default 100
        Monte-Carlo passes, from which the uncertainties follow; 0 makes one pass without dropout.
    shape : {"box", "sphere"}
        A sphere has the diameter `box`.
    scale : {"box", "global"}
        Whether each box is a structure of its own, as in the paper, or all share the length scale and the surroundings
        of atoms that the whole structure has. The latter makes dense grids cheap: sums over pairs of atoms are made
        once for all boxes. It needs a model with one length scale, such as "arise-field", or a model of atoms.
    padding, dimensions
        As for `arise_zoo.analysis.make_grid`.
    min_atoms : int, default 2
        Boxes with fewer atoms get no answer.
    grid : Grid, optional
        Used instead of `box`, `stride`, `padding` and `dimensions`.
    hidden : sequence of int
        Hidden layers (from 0) whose activations are returned.
    descriptors : bool, default False
        Whether to return the descriptors of the boxes.
    seed : int, default 0
        Seed of the passes, which are the same for all boxes.
    n_jobs : int, default 1
        Processes on this machine, or threads with the scale "global" (-1: one per core).
    scheduler : str, optional
        Address of a Dask scheduler, whose workers are used instead; with the scale "box" only.
    work : str or Path, optional
        Folder of finished parts, from which an interrupted call resumes.
    progress : bool, default False
        Whether to show progress and the remaining time.

    Returns
    -------
    PatternMatchingResult
        With the scale "box", each box is treated as a finite structure: its answer is what `arise_zoo.classify` says of
        the atoms cut out, with their own d_NN. Boxes with the same atoms are classified once. With "global", the atoms
        in a box are those averaged over, but those near its walls see their neighbours outside, so that a box within a
        crystal has no surfaces and answers differ from those of the paper's definition, most for small boxes.

    Raises
    ------
    GridError
        If the box is larger than the structure, the stride is not positive, or the grid is impossible in another way.
    StructureError
        If the structure has no atoms, holds atoms of no element, or is periodic without a cell.
    AriseZooError
        For an unknown model or other parameters out of range.
    """
    check_shape(shape)
    if scale not in LENGTH_SCALES:
        raise UnknownNameError("scale", scale, LENGTH_SCALES)
    if scale == "global" and scheduler is not None:
        raise AriseZooError("boxes that share their sums are mapped on this machine; leave the scheduler out.")
    atoms = as_atoms(atoms)
    if min_atoms < 2:
        raise AriseZooError(f"a descriptor needs at least 2 atoms in a box, so min_atoms cannot be {min_atoms}.")
    if (atoms.numbers < 1).any():
        raise StructureError("the structure holds atoms of no element (X); give them one.")
    by_hand = grid is not None
    if grid is None:
        grid = make_grid(atoms, box, stride, padding, dimensions)
    elif len(atoms) == 0:
        raise StructureError("the structure holds no atoms.")
    if not isinstance(model, Model):
        model = load_model(model)
    hidden = tuple(hidden)
    model.predict(np.zeros((1, model.network.n_features), np.float32), min(n_samples, 1), hidden=hidden)  # may raise
    settings = {
        "model": model.name,
        "model_sha256": sha256(model.folder / MANIFEST),
        "thresholds": None if model.thresholds is None else model.thresholds.to_json(),
        "box": grid.box,
        "stride": None if by_hand else float(stride),
        "shape": shape,
        "scale": scale,
        "padding": None if by_hand else float(padding),
        "min_atoms": int(min_atoms),
        "n_samples": int(n_samples),
        "seed": int(seed),
        "hidden": list(hidden),
        "descriptors": bool(descriptors),
        "input_sha256": structure_sha256(atoms),
        "package_version": __version__,
    }
    ask = {
        "model": model.known_as,
        "box": grid.box,
        "shape": shape,
        "min_atoms": min_atoms,
        "n_samples": n_samples,
        "seed": seed,
        "hidden": hidden,
        "descriptors": descriptors,
    }
    folder = ChunkFolder(work, {**settings, "grid": [grid.origin.tolist(), grid.steps.tolist(), grid.shape]})
    compute: Callable[[list[int]], Iterator[dict[str, np.ndarray]]]
    if scale == "global":
        at_once = shared_sums.POSITIONS_AT_ONCE
        compute = partial(_of_shared_sums, atoms, grid, model, ask, n_jobs)
    else:
        at_once = _POSITIONS_AT_ONCE
        compute = partial(_of_single_boxes, atoms, grid, ask, n_jobs, scheduler)
    bar = Progress(len(grid), "boxes", show=progress, warm_up=1 if scale == "global" else effective_n_jobs(n_jobs))
    parts = _parts(range(0, len(grid), at_once), folder, compute, bar)
    return _collect(parts, grid, model.labels, settings)


def _parts(
    begins: range,
    folder: ChunkFolder,
    compute: Callable[[list[int]], Iterator[dict[str, np.ndarray]]],
    bar: Progress,
) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """(number of the first position, arrays of the chunk), chunks that are already known first."""
    known = folder.known()
    todo = [begin for begin in begins if begin not in known]
    with bar:
        for begin in begins:
            if begin in known:
                part = folder.read(begin)
                bar.known(len(part["n_atoms"]))
                yield begin, part
        if not todo:
            return
        for begin, part in zip(todo, compute(todo), strict=True):
            folder.write(begin, part)
            bar.advance(len(part["n_atoms"]))
            yield begin, part


def _of_single_boxes(
    atoms: Atoms, grid: Grid, ask: dict[str, Any], n_jobs: int, scheduler: str | None, begins: list[int]
) -> Iterator[dict[str, np.ndarray]]:
    """Arrays of the chunks that begin at some positions, each box a structure of its own."""
    from joblib import delayed

    if len(begins) == 1 and scheduler is None:
        n_jobs = 1  # not worth starting processes for

    def tasks() -> Iterator[Any]:
        for begin in begins:
            centres = grid.centres(begin, begin + _POSITIONS_AT_ONCE)
            positions, which = atoms_around(atoms, centres, ask["box"])
            yield delayed(_classify_boxes)(positions, atoms.numbers[which], centres, ask)

    with workers(n_jobs, scheduler) as run:
        yield from run(tasks())


def _of_shared_sums(
    atoms: Atoms, grid: Grid, model: Model, ask: dict[str, Any], n_threads: int, begins: list[int]
) -> Iterator[dict[str, np.ndarray]]:
    """The same, all boxes with the length scale of the structure."""
    for n_atoms, vectors in shared_sums.described_boxes(atoms, grid, model, ask["shape"], begins, n_threads):
        answered = (n_atoms >= ask["min_atoms"]) & vectors.any(axis=1)
        row_of = np.where(answered, np.cumsum(answered) - 1, -1)
        yield _answers(model, vectors[answered], n_atoms, row_of, ask, n_threads)


def _classify_boxes(
    positions: np.ndarray, numbers: np.ndarray, centres: np.ndarray, ask: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Arrays of everything that is computed for the boxes at some centres."""
    model = load_model(ask["model"])
    n_atoms = np.zeros(len(centres), np.int32)
    vectors, row_of = [], np.full(len(centres), -1)
    rows: dict[bytes, int] = {}
    for i, inside in enumerate(members(positions, centres, ask["box"], ask["shape"])):
        n_atoms[i] = len(inside)
        if len(inside) < ask["min_atoms"]:
            continue
        atoms_inside = inside.tobytes()
        if atoms_inside not in rows:
            try:
                vectors.append(model.describe([Atoms(numbers[inside], positions[inside])])[0])
                rows[atoms_inside] = len(vectors) - 1
            except StructureError:  # only coinciding atoms, or one of each species: no descriptor
                rows[atoms_inside] = -1
        row_of[i] = rows[atoms_inside]
    descriptors = np.array(vectors, np.float32).reshape(len(vectors), model.network.n_features)
    return _answers(model, descriptors, n_atoms, row_of, ask, n_threads=1)


def _answers(
    model: Model, descriptors: np.ndarray, n_atoms: np.ndarray, row_of: np.ndarray, ask: dict[str, Any], n_threads: int
) -> dict[str, np.ndarray]:
    """Arrays of boxes with `n_atoms` (n,) atoms, whose descriptors are the rows `row_of` (n,), or -1 for none."""
    said = model.predict(descriptors, ask["n_samples"], ask["seed"], ask["hidden"], n_threads=n_threads)
    found = {"probabilities": said.probabilities, **{name: getattr(said, name) for name in SCALARS}}
    found.update({f"hidden_{layer}": values for layer, values in said.activations.items()})
    if ask["descriptors"]:
        found["descriptors"] = descriptors
    return {"n_atoms": n_atoms.astype(np.int32), **{name: _spread(values, row_of) for name, values in found.items()}}


def _spread(values: np.ndarray, row_of: np.ndarray) -> np.ndarray:
    """The row of each box as float32, NaN where it has none (-1)."""
    result = np.full((len(row_of), *values.shape[1:]), np.nan, np.float32)
    result[row_of >= 0] = values[row_of[row_of >= 0]]
    return result


def _collect(
    parts: Iterator[tuple[int, dict[str, np.ndarray]]], grid: Grid, labels: tuple[str, ...], settings: dict[str, Any]
) -> PatternMatchingResult:
    whole: dict[str, np.ndarray] = {}
    for begin, part in parts:
        for name, values in part.items():
            if name not in whole:
                whole[name] = np.empty((len(grid), *values.shape[1:]), values.dtype)
            whole[name][begin : begin + len(values)] = values
    hidden = {int(name.removeprefix("hidden_")): whole.pop(name) for name in list(whole) if name.startswith("hidden_")}
    return PatternMatchingResult(grid=grid, labels=tuple(labels), hidden=hidden, settings=settings, **whole)
