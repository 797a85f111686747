"""Conditions beyond the paper: other disturbances than displaced and missing atoms, and structures of no class.

Each takes the smallest supercell of a class, periodic and finite. The paper's conditions are in `paper`; the reasons
for these are in docs/depth.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from ase import Atom, Atoms

from ...errors import StructureError
from ...prototypes import Prototype, load_unknown_prototypes
from ...prototypes.replication import smallest_replication
from ...prototypes.supercells import displacement_unit, supercell
from ..operations import (
    deformed,
    number_changed,
    number_removed,
    opened,
    random_rotation,
    remove_atoms,
    shaken,
    substituted,
    uniaxial,
)
from ..packing import random_packing
from .base import Condition

_VACUUM = 12.0  # angstrom beyond a slab: farther than any cut-off here reaches
_SLAB = 2.5  # d_NN, the least thickness of a slab
_ROOM = 0.6  # d_NN, the least distance of an added atom to all others
_MARGIN = 1e-9  # ceil(0.05 * 100) must be 5


class DepthCondition(Condition):
    """A condition of the depth suite: of the smallest supercell."""

    def sizes(self, prototype: Prototype) -> tuple[int, ...]:
        return prototype.supercell_sizes[:1]


@dataclass(frozen=True)
class Substitution(DepthCondition):
    """Chemical disorder: a share of the atoms, at least one, is of another species of the structure; in elemental
    structures, of the next element."""

    share: float

    @property
    def name(self) -> str:
        return f"substitution-{self.share:g}"

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        return substituted(supercell(prototype, k, periodic=periodic), self.share, rng)


@dataclass(frozen=True)
class Scaling(DepthCondition):
    """All lengths multiplied by 1 + strain."""

    strain: float
    is_random = False

    @property
    def name(self) -> str:
        return f"{'expanded' if self.strain > 0 else 'compressed'}-{abs(self.strain):g}"

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        return deformed(supercell(prototype, k, periodic=periodic), (1 + self.strain) * np.eye(3))


@dataclass(frozen=True)
class UniaxialStrain(DepthCondition):
    """Stretched or compressed, either with probability 1/2, along a random direction; nothing happens across it."""

    strain: float

    @property
    def name(self) -> str:
        return f"uniaxial-{self.strain:g}"

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        return deformed(supercell(prototype, k, periodic=periodic), uniaxial(self.strain, rng))


@dataclass(frozen=True)
class ThermalDisplacement(DepthCondition):
    """Each Cartesian component moves by a normal draw of this standard deviation, in units of d_NN."""

    deviation: float

    @property
    def name(self) -> str:
        return f"thermal-{self.deviation:g}"

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        atoms = supercell(prototype, k, periodic=periodic)
        return shaken(atoms, self.deviation * displacement_unit(prototype, k), rng)


@dataclass(frozen=True)
class Slab(DepthCondition):
    """A slab of whole cells, at least 2.5 d_NN thick and of at least 100 atoms, with vacuum along c if periodic."""

    name = "slab"
    is_random, has_symmetry = False, False

    def sizes(self, prototype: Prototype) -> tuple[int, ...]:
        return (smallest_replication(prototype.n_atoms() * _layers(prototype), dimensions=2),)

    def treats(self, prototype: Prototype, periodic: bool) -> bool:
        return sum(prototype.repetitions) == 3

    def n_atoms(self, prototype: Prototype, k: int) -> int:
        return prototype.n_atoms() * _layers(prototype) * k**2

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        atoms: Atoms = prototype.build().repeat((k, k, _layers(prototype)))
        normal = np.cross(atoms.cell[0], atoms.cell[1])
        normal /= np.linalg.norm(normal)
        if not periodic:
            return Atoms(atoms.numbers, positions=atoms.positions)
        return opened(atoms, 2, normal, _VACUUM)


@dataclass(frozen=True)
class Cluster(DepthCondition):
    """The `size` atoms nearest to a random point inside the finite structure."""

    size: int

    @property
    def name(self) -> str:
        return f"cluster-{self.size}"

    def treats(self, prototype: Prototype, periodic: bool) -> bool:
        return not periodic and prototype.is_periodic

    def n_atoms(self, prototype: Prototype, k: int) -> int:
        return min(self.size, prototype.n_atoms(k))

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        atoms = supercell(prototype, k, periodic=False)
        low, high = atoms.positions.min(axis=0), atoms.positions.max(axis=0)
        point = low + (high - low) * (0.25 + 0.5 * rng.random(3))
        order = np.argsort(np.linalg.norm(atoms.positions - point, axis=1), kind="stable")
        return atoms[np.sort(order[: self.n_atoms(prototype, k)])]


@dataclass(frozen=True)
class Rotation(DepthCondition):
    """The finite structure, turned at random."""

    name = "rotated"

    def treats(self, prototype: Prototype, periodic: bool) -> bool:
        return not periodic

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        atoms = supercell(prototype, k, periodic=False)
        atoms.positions = atoms.positions @ random_rotation(rng).T
        return atoms


@dataclass(frozen=True)
class AddedAtoms(DepthCondition):
    """A share more atoms, at least one, each at a random place no nearer than 0.6 d_NN to any other atom, of a species
    drawn from the structure's. Where a structure is too dense for that, the roomiest of the places tried is taken."""

    share: float

    @property
    def name(self) -> str:
        return f"added-{self.share:g}"

    def n_atoms(self, prototype: Prototype, k: int) -> int:
        return prototype.n_atoms(k) + number_changed(prototype.n_atoms(k), self.share)

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        atoms = supercell(prototype, k, periodic=periodic)
        room = _ROOM * displacement_unit(prototype, k)
        for _ in range(number_changed(len(atoms), self.share)):
            atoms.append(_added(atoms, room, rng))
        return atoms


@dataclass(frozen=True)
class Mixed(DepthCondition):
    """Several at once, in this order: atoms removed, species exchanged, uniaxial strain, thermal displacement."""

    label: str
    missing: float
    substitution: float
    strain: float
    deviation: float

    @property
    def name(self) -> str:
        return self.label

    def n_atoms(self, prototype: Prototype, k: int) -> int:
        return prototype.n_atoms(k) - number_removed(prototype.n_atoms(k), self.missing)

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        atoms = remove_atoms(supercell(prototype, k, periodic=periodic), self.missing, rng)
        atoms = substituted(atoms, self.substitution, rng)
        atoms = deformed(atoms, uniaxial(self.strain, rng))
        return shaken(atoms, self.deviation * displacement_unit(prototype, k), rng)


@dataclass(frozen=True)
class Unknown(Condition):
    """All supercells of a prototype outside the 108 (`arise_zoo.prototypes.load_unknown_prototypes`)."""

    name = "unknown"
    is_random, is_known, has_symmetry = False, False, False

    def own_prototypes(self) -> tuple[str, ...]:
        return tuple(prototype.id for prototype in load_unknown_prototypes())

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        return supercell(prototype, k, periodic=periodic)


@dataclass(frozen=True)
class Amorphous(DepthCondition):
    """What is left of a class when all order is gone: the same atoms, packed at random into the same volume."""

    name = "amorphous"
    is_known, has_symmetry = False, False

    def treats(self, prototype: Prototype, periodic: bool) -> bool:
        return sum(prototype.repetitions) == 3

    def make(self, prototype: Prototype, k: int, periodic: bool, rng: np.random.Generator) -> Atoms:
        atoms = supercell(prototype, k, periodic=True)
        atoms.positions = random_packing(atoms, displacement_unit(prototype, k), rng)
        return atoms if periodic else Atoms(atoms.numbers, positions=atoms.positions)


DEPTH_CONDITIONS: dict[str, Condition] = {
    stress.name: stress
    for stress in (
        *(Substitution(share) for share in (0.01, 0.05, 0.1, 0.2)),
        Scaling(0.05),
        Scaling(-0.05),
        *(UniaxialStrain(strain) for strain in (0.02, 0.05)),
        *(ThermalDisplacement(deviation) for deviation in (0.02, 0.04, 0.08)),
        Slab(),
        Cluster(80),
        Cluster(40),
        Rotation(),
        *(AddedAtoms(share) for share in (0.01, 0.05)),
        Mixed("mixed-mild", missing=0.05, substitution=0.02, strain=0.01, deviation=0.02),
        Mixed("mixed-strong", missing=0.2, substitution=0.1, strain=0.03, deviation=0.04),
        Unknown(),
        Amorphous(),
    )
}
"""The conditions of the depth suite by name."""


def _layers(prototype: Prototype) -> int:
    cell = prototype.build().cell
    spacing = abs(cell.volume) / np.linalg.norm(np.cross(cell[0], cell[1]))
    unit = displacement_unit(prototype, prototype.supercell_sizes[0])
    return math.ceil(_SLAB * unit / float(spacing) - _MARGIN)


def _added(atoms: Atoms, room: float, rng: np.random.Generator, tries: int = 200) -> Atom:
    """An atom at the first of some random places that has room, or at the roomiest."""
    from ase.geometry import get_distances

    periodic = atoms.pbc.all()
    low, high = atoms.positions.min(axis=0), atoms.positions.max(axis=0)
    flat = np.ptp(atoms.get_scaled_positions(wrap=False)[:, 2]) if periodic else 1.0
    base = atoms.get_scaled_positions(wrap=False)[:, 2].min() if periodic else 0.0
    image = {"cell": atoms.cell, "pbc": atoms.pbc} if periodic else {}
    best, place = -1.0, None
    for _ in range(tries):
        share = rng.random(3)
        if periodic:
            # Along c only where there are atoms already, so that none hovers over a monolayer.
            point = np.array([share[0], share[1], base + max(flat, 1e-9) * share[2]]) @ atoms.cell.array
        else:
            point = low + (high - low) * share
        distances = get_distances([point], atoms.positions, **image)[1]
        if distances.min() > best:
            best, place = distances.min(), point
        if best >= room:
            break
    if place is None:
        raise StructureError("there is no place for another atom.")
    return Atom(atoms.numbers[int(rng.random() * len(atoms))], place)
