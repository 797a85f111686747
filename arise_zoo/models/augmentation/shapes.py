"""The shapes in which crystals are met: boxes, clusters of any form, pieces of tubes, films, faulted stackings."""

from __future__ import annotations

import math

import numpy as np
from ase import Atoms

from ...prototypes import Prototype
from ...prototypes.replication import replicated
from ...structures.close_packed import close_packed
from ...structures.operations import opened, random_rotation
from .variations import varied_cell

_VACUUM = 12.0  # angstrom
_VARIED = 0.4  # share of pieces with other free parameters than the prototype's
_LEAST, _MOST = 28, 450  # atoms of a cluster
_LOW_INDICES = np.array([i for i in np.ndindex(3, 3, 3)])[:13] - 1.0
"""Miller indices up to 1, one of each two opposite planes."""

LETTERS = {"fcc_cu": "c", "hcp_mg": "h", "dhcp_alpha_la": "hc", "alpha_sm": "hhc"}
"""Close-packed classes by the surroundings of their layers: cubic or hexagonal."""


def random_shape(prototype: Prototype, k: int, unit: float, rng: np.random.Generator) -> Atoms:
    """A piece of a crystal, periodic or not, of the prototype's free parameters or others.

    `k`: the supercell where a whole one is taken; `unit`: d_NN (angstrom).
    """
    cell = varied_cell(prototype, rng) if rng.random() < _VARIED else prototype.build()
    kind = rng.random()
    is_bulk = sum(prototype.repetitions) == 3
    if not prototype.is_periodic:
        return _piece_of_tube(cell, rng) if kind < 0.25 else Atoms(cell.numbers, positions=cell.positions)
    if prototype.id in LETTERS and kind < 0.1:
        return _faulted(prototype, rng)
    if kind < 0.42:
        return replicated(cell, prototype.repetitions_of(k), True)
    if kind < 0.57:
        return replicated(cell, prototype.repetitions_of(k), False)
    if kind < 0.87 or not is_bulk:
        return cluster(cell, is_bulk, rng)
    return _film(cell, unit, rng)


def cluster(cell: Atoms, is_bulk: bool, rng: np.random.Generator) -> Atoms:
    """A ball, or a block between three pairs of planes, of random size, place and, for half of them, orientation."""
    size = int(_LEAST * (_MOST / _LEAST) ** rng.random())
    copies = _copies(cell, size, is_bulk)
    crystal = cell.repeat(copies)
    middle = (np.array(copies) / 2 + rng.random(3) - 0.5) @ cell.cell.array
    if not is_bulk:  # planes through the layer cut a disc or a plate out of it
        middle += (crystal.positions[:, 2].mean() - middle[2]) * np.array([0.0, 0.0, 1.0])
    away = crystal.positions - middle
    if rng.random() < 0.4:
        measure = np.linalg.norm(away, axis=1)
    else:
        normals = _normals(cell, rng)
        thickness = np.exp(0.3 * rng.standard_normal(3))
        measure = (np.abs(away @ normals.T) / thickness).max(axis=1)
    order = np.argsort(measure, kind="stable")
    chosen = np.sort(order[:size])
    return Atoms(crystal.numbers[chosen], positions=crystal.positions[chosen])


def _copies(cell: Atoms, size: int, is_bulk: bool) -> tuple[int, int, int]:
    """Copies along each lattice vector in which a piece of any orientation finds room."""
    lengths = 1.0 / np.linalg.norm(np.linalg.inv(cell.cell.array), axis=0)  # between lattice planes
    if is_bulk:
        side = 1.9 * (size * abs(cell.cell.volume) / len(cell)) ** (1 / 3)
    else:
        area = np.linalg.norm(np.cross(cell.cell[0], cell.cell[1]))
        side = 1.9 * (size * area / len(cell)) ** (1 / 2)
    wanted = np.ceil(side / lengths).astype(int) + 1
    if not is_bulk:
        wanted[2] = 1
    return int(wanted[0]), int(wanted[1]), int(wanted[2])


def _normals(cell: Atoms, rng: np.random.Generator) -> np.ndarray:
    """Three directions: at right angles and random, or of low lattice planes that are nearly at right angles."""
    planes = _LOW_INDICES @ np.linalg.inv(cell.cell.array).T
    planes /= np.linalg.norm(planes, axis=1)[:, None]
    chosen: list[np.ndarray] = []
    if rng.random() < 0.6:
        for plane in planes[rng.permutation(len(planes))]:
            if all(abs(plane @ other) < 0.35 for other in chosen):
                chosen.append(plane)
    return np.array(chosen[:3]) if len(chosen) >= 3 else random_rotation(rng)


def _piece_of_tube(atoms: Atoms, rng: np.random.Generator) -> Atoms:
    z = atoms.positions[:, 2]
    share = 0.5 + 0.5 * rng.random()
    begin = rng.random() * (1 - share)
    low, length = z.min(), np.ptp(z)
    piece: Atoms = atoms[(z >= low + begin * length - 1e-6) & (z <= low + (begin + share) * length + 1e-6)]
    return piece


def _film(cell: Atoms, unit: float, rng: np.random.Generator) -> Atoms:
    """Whole cells with two surfaces across one of the lattice vectors, at least two to five d_NN thick."""
    axis = int(rng.integers(3))
    others = [a for a in range(3) if a != axis]
    normal = np.cross(cell.cell[others[0]], cell.cell[others[1]])
    normal /= np.linalg.norm(normal)
    spacing = abs(float(cell.cell[axis] @ normal))
    layers = math.ceil((2.2 + 2.5 * rng.random()) * unit / spacing)
    least, k = 60 + 80 * rng.random(), 1
    while len(cell) * layers * k * k < least:
        k += 1
    repeats = np.full(3, k)
    repeats[axis] = layers
    atoms: Atoms = cell.repeat((int(repeats[0]), int(repeats[1]), int(repeats[2])))
    if rng.random() < 0.4:
        return Atoms(atoms.numbers, positions=atoms.positions)
    return opened(atoms, axis, normal, _VACUUM)


def _faulted(prototype: Prototype, rng: np.random.Generator) -> Atoms:
    """Close-packed layers of which one has the surroundings of another stacking."""
    pattern = LETTERS[prototype.id]
    n_layers = len(pattern) * int(rng.integers(12 // len(pattern), 18 // len(pattern) + 1))
    letters = list(pattern * (n_layers // len(pattern)))
    place = int(rng.integers(n_layers))
    letters[place] = "h" if letters[place] == "c" else "c"
    steps, step = [], 1
    for letter in letters:  # a hexagonal layer turns the direction in which the next one is shifted
        step = -step if letter == "h" else step
        steps.append(step)
    positions, cell = close_packed(steps, int(rng.integers(3, 6)), edge=1.0, height=math.sqrt(2 / 3))
    scale = 2.5
    positions *= scale
    numbers = np.full(len(positions), prototype.build().numbers[0])
    if rng.random() < 0.4:
        return Atoms(numbers, positions=positions)
    return Atoms(numbers, positions=positions, cell=cell * scale, pbc=True)
