"""Descriptors of structures with displaced and missing atoms, of other seeds than the benchmark's.

They serve to choose between networks (`selection_rows`) and to train those that may see defects (`training_rows`).
No structure of the benchmark can be among them: the seeds, which decide all random draws, differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...common.parallel import workers
from ...common.progress import Progress
from ...common.seeds import rng_for
from ...common.storage import replacing
from ...prototypes import class_ids, get_prototype
from ...prototypes.supercells import displacement_unit
from ...structures import StructureSpec, benchmark_structures, displace, remove_atoms, supercell

if TYPE_CHECKING:
    from ase import Atoms

SELECTION_SEED = 1
"""Base seed of the defects on which candidates are compared."""

TRAINING_SEED = 2
"""Base seed of the defects on which `arise-robust` is trained."""

MOST_DISPLACED, MOST_MISSING = 0.12, 0.33
"""Largest displacement (in units of d_NN) and share of missing atoms in training: a little past the benchmark."""

SELECTION_CONDITIONS = (
    *("displacement-0.04", "displacement-0.07", "displacement-0.1", "missing-0.3"),
    *("both-0.2-0.04", "both-0.25-0.07", "both-0.3-0.1"),
)
"""The conditions under which networks differ; under the others nearly all of them know everything."""


@dataclass(frozen=True)
class PerturbedStructure:
    """A structure to train on: class, supercell, periodicity, and a number from which, with the seed, all else follows.

    A third of them have displaced atoms alone, a sixth missing atoms alone, half both; the amounts are continuous.
    """

    class_id: str
    k: int
    periodic: bool
    variant: int
    seed: int = TRAINING_SEED

    @property
    def id(self) -> str:
        """Readable and unique among structures of one seed; never that of a `StructureSpec`."""
        boundary = "periodic" if self.periodic else "finite"
        return f"{self.class_id}/k{self.k}/{boundary}/training/{self.variant}"

    def amounts(self) -> tuple[float, float]:
        """The share of missing atoms and the displacement in units of d_NN."""
        kind, missing, displacement = self._rng().random(3)
        missing = 0.0 if kind < 1 / 3 else MOST_MISSING * missing**0.7
        displacement = 0.0 if 1 / 3 <= kind < 1 / 2 else MOST_DISPLACED * displacement**0.6
        return missing, displacement

    def build(self) -> Atoms:
        """The structure: supercell, atoms removed, what is left displaced."""
        prototype = get_prototype(self.class_id)
        missing, displacement = self.amounts()
        rng = self._rng()
        rng.random(3)
        atoms = remove_atoms(supercell(prototype, self.k, periodic=self.periodic), missing, rng)
        return displace(atoms, displacement, displacement_unit(prototype, self.k), rng)

    def _rng(self) -> np.random.Generator:
        return rng_for(self.seed, self.id)


_Structure = PerturbedStructure | StructureSpec


def training_structures(variant: int, classes: Iterable[str] | None = None) -> list[PerturbedStructure]:
    """One perturbed structure for each of the 588 that the benchmark perturbs."""
    return [
        PerturbedStructure(class_id, k, periodic, variant)
        for class_id in classes or class_ids()
        for periodic in (True, False)
        if get_prototype(class_id).is_periodic or not periodic
        for k in get_prototype(class_id).supercell_sizes
    ]


def training_rows(
    folder: str | Path,
    variants: Sequence[int],
    n_jobs: int = 1,
    progress: bool = False,
    classes: Sequence[str] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors, shape (n, 316), and class numbers of `variants` of all training structures.

    `classes`: ids, to describe these alone. What has been described is kept in `folder`, one file a variant, and not
    described again.
    """
    blocks = {f"variant-{variant:04d}": partial(training_structures, variant, classes) for variant in variants}
    return _rows(folder, blocks, n_jobs, progress)


def selection_rows(
    folder: str | Path,
    condition: str,
    iterations: int = 2,
    n_jobs: int = 1,
    progress: bool = False,
    classes: Sequence[str] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Descriptors, shape (n, 316), and class numbers of structures of one of the benchmark's conditions, but of
    `SELECTION_SEED`; otherwise as `training_rows`.
    """
    structures = partial(benchmark_structures, condition, iterations=iterations, classes=classes, seed=SELECTION_SEED)
    return _rows(folder, {f"{condition}-seed-{SELECTION_SEED}-x{iterations}": structures}, n_jobs, progress)


def _rows(
    folder: str | Path, blocks: Mapping[str, Callable[[], Iterable[_Structure]]], n_jobs: int, progress: bool
) -> tuple[np.ndarray, np.ndarray]:
    import joblib

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in blocks if not (folder / f"{name}.npz").is_file()]
    if missing:
        with workers(n_jobs) as run, Progress(len(missing), "describing", show=progress, warm_up=1) as bar:
            for name in missing:
                structures = list(blocks[name]())
                chunks = [structures[i : i + 16] for i in range(0, len(structures), 16)]
                vectors = np.concatenate(list(run(joblib.delayed(_describe)(chunk) for chunk in chunks)))
                labels = np.array([class_ids().index(s.class_id) for s in structures], dtype=np.int16)
                with replacing(folder / f"{name}.npz") as temporary, open(temporary, "wb") as file:
                    np.savez(file, descriptors=vectors, labels=labels)
                bar.advance()
    parts = [np.load(folder / f"{name}.npz") for name in blocks]
    return np.concatenate([p["descriptors"] for p in parts]), np.concatenate([p["labels"] for p in parts])


def _describe(structures: Sequence[_Structure]) -> np.ndarray:
    from ...datasets.vectors import one_setting
    from ...descriptors.settings import CENTRE

    return np.array([one_setting(structure.build(), *CENTRE) for structure in structures], dtype=np.float32)
