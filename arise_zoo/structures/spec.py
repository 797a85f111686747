"""The identity of a structure, from which alone it can be made, and the sets of structures that the paper uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ase import Atoms

from .._version import BASE_SEED, ITERATIONS
from ..common.seeds import rng_for
from ..errors import StructureError
from ..prototypes import Prototype, class_ids, find_prototype
from .conditions import CONDITIONS
from .conditions import condition as get_condition


@dataclass(frozen=True)
class StructureSpec:
    """One structure of the data sets and the benchmark: class, supercell, periodicity, condition, iteration.

    `seed` is the base seed of the whole set (`BASE_SEED` for the published data); the other fields derive the rest.
    """

    class_id: str
    k: int
    periodic: bool
    condition: str = "pristine"
    iteration: int = 0
    seed: int = BASE_SEED

    @property
    def id(self) -> str:
        """Readable and unique among structures of one seed, such as `fcc_cu/k5/periodic/missing-0.05/3`."""
        boundary = "periodic" if self.periodic else "finite"
        return f"{self.class_id}/k{self.k}/{boundary}/{self.condition}/{self.iteration}"

    @classmethod
    def from_id(cls, structure_id: str, seed: int = BASE_SEED) -> StructureSpec:
        """The structure of this `id`; raises `StructureError` if it is not one, `UnknownNameError` for its parts."""
        try:
            class_id, k, boundary, condition, iteration = structure_id.split("/")
            spec = cls(class_id, int(k.removeprefix("k")), boundary == "periodic", condition, int(iteration), seed)
        except ValueError:
            spec = None
        if spec is None or spec.id != structure_id:
            raise StructureError(
                f"{structure_id!r} is not the id of a structure, such as 'fcc_cu/k5/finite/pristine/0'."
            )
        get_condition(condition)
        _ = spec.prototype
        return spec

    @property
    def prototype(self) -> Prototype:
        """The class, or the prototype outside the classes."""
        return find_prototype(self.class_id)

    @property
    def is_known(self) -> bool:
        """Whether it is of one of the classes; otherwise the right answer is that it is unknown."""
        return get_condition(self.condition).is_known

    @property
    def n_removed(self) -> int:
        """How many atoms fewer than the supercell it has."""
        return self.prototype.n_atoms(self.k) - self.n_atoms

    @property
    def n_atoms(self) -> int:
        """Number of atoms, known without making the structure."""
        return get_condition(self.condition).n_atoms(self.prototype, self.k)

    def build(self) -> Atoms:
        """The structure, as its condition makes it."""
        wanted = get_condition(self.condition)
        rng = rng_for(self.seed, self.id)
        return wanted.make_numbered(self.prototype, self.k, self.periodic, self.iteration, rng)


def benchmark_structures(
    condition: str,
    *,
    iterations: int = ITERATIONS,
    classes: Iterable[str] | None = None,
    periodic: Iterable[bool] = (True, False),
    seed: int = BASE_SEED,
) -> Iterator[StructureSpec]:
    """The structures of one defective condition: three supercells, periodic and finite, `iterations` of each.

    With the defaults these are the 5,880 structures of a condition (588 x 10). A condition without random draws, such
    as `pristine`, has one iteration. Those of the depth suite take one supercell; prototypes of its own, if a condition
    has them, take the place of `classes`.
    """
    wanted = get_condition(condition)
    for class_id in wanted.own_prototypes() or _classes(classes):
        prototype = find_prototype(class_id)
        for boundary in periodic:
            if not wanted.treats(prototype, boundary):
                continue
            for k in wanted.sizes(prototype):
                for iteration in wanted.iterations(prototype, k, iterations):
                    yield StructureSpec(class_id, k, boundary, condition, iteration, seed)


def pristine_structures(classes: Iterable[str] | None = None) -> Iterator[StructureSpec]:
    """The 396 pristine structures: 96 periodic unit cells (k = 1), 96 x 3 finite clusters, 12 nanotubes."""
    for class_id in _classes(classes):
        prototype = find_prototype(class_id)
        if prototype.is_periodic:
            yield StructureSpec(class_id, 1, True)
        for k in prototype.supercell_sizes:
            yield StructureSpec(class_id, k, False)


def _classes(classes: Iterable[str] | None) -> Iterable[str]:
    return class_ids() if classes is None else classes


DEFECTIVE_CONDITIONS = tuple(name for name, c in CONDITIONS.items() if c.is_random)
"""The 24 conditions other than `pristine`."""
