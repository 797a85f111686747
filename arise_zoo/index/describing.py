"""What an index holds of structures: facts and vectors, of blocks of structures, which may be kept on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from ..common.parallel import workers
from ..common.progress import Progress
from ..common.storage import replacing
from ..errors import StructureError
from ..reading import check_atoms
from .answers import ASPECTS
from .evidence import formula, space_group
from .metric import shipped_metric
from .sources import Item

_BLOCK = 64  # structures that a worker describes at a time

Facts = dict[str, Any] | str
"""What is told of an entry, or the sentence that says why it cannot be one."""

Vectors = dict[str, np.ndarray]
"""Of each aspect, shape (n, n_views, n_dimensions), float32."""


def described(
    items: Iterator[Item], symmetry: bool = False, keep: Path | None = None, n_jobs: int = 1, progress: bool = False
) -> Iterator[tuple[list[Item], list[Facts], Vectors]]:
    """Blocks of items, with facts and vectors of each; a library is read as its structures are described.

    `symmetry`: whether space groups are among the facts. `keep`: folder in which each block is kept under the hash of
    its structures, and not described again.
    """
    import joblib

    read: list[list[Item]] = []

    def blocks() -> Iterator[Any]:
        while block := list(islice(items, _BLOCK)):
            read.append(block)
            yield joblib.delayed(_kept)([item.atoms for item in block], symmetry, keep)

    with workers(n_jobs) as run, Progress(None, "describing", show=progress) as bar:
        for facts, vectors in run(blocks()):
            block = read.pop(0)
            bar.advance(len(block))
            yield block, facts, vectors


def _kept(structures: Sequence[Atoms], symmetry: bool, keep: Path | None) -> tuple[list[Facts], Vectors]:
    """As `_describe`, from the folder if it is there, else put into it."""
    if keep is None:
        return _describe(structures, symmetry)
    path = keep / f"{_hash(structures, symmetry)}.npz"
    if path.is_file():
        with np.load(path) as found:
            return json.loads(str(found["facts"])), {aspect: found[aspect] for aspect in ASPECTS}
    facts, vectors = _describe(structures, symmetry)
    with replacing(path) as temporary, open(temporary, "wb") as file:
        arrays: dict[str, Any] = {"facts": np.array(json.dumps(facts)), **vectors}
        np.savez(file, **arrays)
    return facts, vectors


def _hash(structures: Sequence[Atoms], symmetry: bool) -> str:
    """What a block's description depends on, as a hash."""
    digest = hashlib.sha256(f"{shipped_metric().name} {symmetry}".encode())
    for atoms in structures:
        for array in (atoms.numbers, atoms.positions, atoms.cell.array, atoms.pbc):
            digest.update(np.ascontiguousarray(array).tobytes() + b"|")
    return digest.hexdigest()


def _describe(structures: Sequence[Atoms], symmetry: bool) -> tuple[list[Facts], Vectors]:
    metric = shipped_metric()
    facts: list[Facts] = []
    views = np.zeros((len(structures), metric.n_views, metric.n_features), dtype=np.float32)
    for place, atoms in enumerate(structures):
        try:
            check_atoms(atoms, "the structure")
            views[place], length = metric.views(atoms)
            group = space_group(atoms) if symmetry else None
            facts.append({"formula": formula(atoms), "n_atoms": len(atoms), "space_group": group, "length": length})
        except StructureError as error:
            facts.append(str(error))
    return facts, {aspect: metric.project(views, aspect) for aspect in ASPECTS}
