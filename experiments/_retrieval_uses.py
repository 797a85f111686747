"""What indexes are used for: classes of one's own, duplicates, and the time that searching and making one takes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from statistics import median

import numpy as np
from ase import Atoms

from arise_zoo.common.progress import Progress
from arise_zoo.common.seeds import rng_for
from arise_zoo.index import Item, StructureIndex
from arise_zoo.index.folder import Kept, read_folder
from arise_zoo.index.metric import shipped_metric
from arise_zoo.index.structure_index import SHIPPED
from arise_zoo.prototypes import class_ids, get_prototype
from arise_zoo.structures.operations import random_rotation, shaken

from . import finetuning
from .harness import Record, seconds

SEED = "uses of an index"
NOISE = 0.001  # angstrom, standard deviation by which atoms of copies differ
SHIFT = 0.3  # of vectors of synthetic entries, in each direction, so that no two are the same
SMALL_CELL = 8  # atoms at most of the cells that an index is made of


def few_shot(draws: int) -> Record:
    """The classes of the tutorial on fine-tuning, each added as one cell to an index of the 108, asked as there."""
    cells = finetuning.tutorial_cells()
    index = StructureIndex.build("classes")
    begin = time.process_time()
    index = index.add(cells)
    took = time.process_time() - begin
    tuned = finetuning.EXPERIMENT.record()
    added: Record = {}
    after = {r["condition"]: {"n": r["n"], **r["after"]} for r in tuned["results"] if r["classes"] == "new"}
    with Progress(len(finetuning.ASKED), "classes of one's own") as bar:
        for condition in finetuning.ASKED:
            own: dict[str, dict[str, int]] = {}
            for label, atoms in finetuning.new_structures(cells, condition, draws):
                found = index.search(atoms, 1)
                kind = own.setdefault("periodic" if atoms.pbc.any() else "clusters", Counter())
                kind["n"] += 1
                kind["nearest"] += found[0].prototype == label
                kind["accepted"] += found.prototype == label
            added[condition] = own | {"finetuned": after[condition]}
            bar.advance()
    return {"ms": round(1e3 * took, 1), "finetuning_s": tuned["seconds"], "conditions": added}


def duplicates(copies: int, most: int = 12) -> Record:
    """So many copies of every entry of up to `most` atoms, turned, moved, hardly shaken, some in another cell."""
    index = StructureIndex.load()
    cells = {row: index.atoms(row) for row in range(len(index))}
    cells = {row: atoms for row, atoms in cells.items() if atoms.pbc.all() and len(atoms) <= most}
    prototypes = index.entries["prototype"].to_pylist()
    items = [Item(f"{r}/{c}", _copy(a, r, c), prototypes[r]) for r, a in cells.items() for c in range(copies)]
    begin = time.process_time()
    made = StructureIndex.build(items)
    middle = time.process_time()
    groups = made.groups(elements=False)
    end = time.process_time()
    place = {name: number for number, group in enumerate(groups) for name in group}
    together = [len({place.get(f"{r}/{c}", f"{r}/{c}") for c in range(copies)}) == 1 for r in cells]
    held = [sorted({prototypes[int(name.partition("/")[0])] for name in group}) for group in groups]
    return {
        "structures": len(items),
        "entries": len(cells),
        "together": sum(together),
        "groups": len(groups),
        "mixed": [names for names in held if len(names) > 1],
        "describing_s": round(middle - begin, 2),
        "grouping_s": round(end - middle, 2),
    }


def _copy(atoms: Atoms, *seed: int) -> Atoms:
    """The same crystal in another orientation, origin, order and, every other time, twice the cell."""
    rng = rng_for(SEED, "copy", *seed)
    rotation = random_rotation(rng)
    moved = atoms.repeat((1, 1, 1 + seed[-1] % 2))
    moved = moved[rng.permutation(len(moved))]
    moved.set_cell(moved.cell.array @ rotation)
    moved.positions = moved.positions @ rotation + rng.standard_normal(3)
    return shaken(moved, NOISE, rng)


def times(asked: Sequence[Atoms], fill: int = 100_000) -> Record:
    """Processor time of one core: of queries to the shipped index and to a larger one, and of making an index."""
    index, rng = StructureIndex.load(), rng_for(SEED, "fill")
    rows = rng.integers(len(index), size=fill)
    _, shipped = read_folder(SHIPPED, shipped_metric())
    vectors = {aspect: v[rows] for aspect, v in shipped.vectors.items()}
    for own in vectors.values():
        own += SHIFT * rng.standard_normal((fill, 1, own.shape[2]), dtype=np.float32)
    large = StructureIndex("filled", Kept(shipped.entries.take(rows), vectors, None))
    cells = [get_prototype(c).build() for c in class_ids()]
    small = [cell for cell in cells if len(cell) <= SMALL_CELL]
    items = [Item(f"{i}", atoms, f"{i}") for i, atoms in enumerate(small * 8)]
    StructureIndex.build(items[:8])
    for warm in (index, large):
        warm.search(asked[0])
    few = asked[:10]
    return {
        "atoms": round(float(np.mean([len(a) for a in asked])), 1),
        "queries": len(asked),
        "ms_shipped": round(1e3 * seconds(time.process_time, lambda: [index.search(a) for a in asked]) / len(asked), 2),
        "ms_filled": round(1e3 * seconds(time.process_time, lambda: [large.search(a) for a in few]) / len(few), 2),
        "fill": fill,
        "built": len(items),
        "atoms_built": round(float(np.mean([len(a) for a in small])), 1),
        "per_second": round(
            len(items) / median(seconds(time.process_time, StructureIndex.build, items) for _ in "123")
        ),
    }
