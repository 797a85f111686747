"""Cells of the classes with other free parameters: axial ratios and coordinates that the space group leaves open.

`data/variations.json`, made by `scripts/variations.py`, holds moves as far as the crystal is still the class; what is
drawn lies between two of them. None is a crystal of Table V, whose seeds are others.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

import numpy as np
from ase import Atoms

from ...common.seeds import rng_for
from ...descriptors import first_peak_distance
from ...prototypes import Prototype


def has_free_parameters(class_id: str) -> bool:
    """Whether a class has other cells than its prototype's."""
    return class_id in _moves()


def varied_cell(prototype: Prototype, rng: np.random.Generator, nearest: float = 0.0) -> Atoms:
    """The prototype's cell after a random move of its free parameters, if it has any; `nearest`: the least that it goes
    of the way to where it is no longer the class."""
    moves = _moves().get(prototype.id, [])
    if not moves:
        built: Atoms = prototype.build()
        return built
    return _moved(prototype, moves[int(rng.integers(len(moves)))], nearest + (1.0 - nearest) * rng.random())


def mixed_cell(prototype: Prototype, rng: np.random.Generator, nearest: float = 0.0) -> Atoms:
    """As `varied_cell`, but in a direction between two of the moves, as far as these go.

    There are many more such directions than moves.
    """
    moves = _moves().get(prototype.id, [])
    if len(moves) < 2:
        return varied_cell(prototype, rng, nearest)
    atoms, angle = prototype.build(), 0.5 * np.pi * rng.random()
    peak = first_peak_distance(atoms)
    weights = np.array([np.cos(angle), np.sin(angle)])
    pair = [moves[int(i)] for i in rng.permutation(len(moves))[:2]]
    strain, displacement = (np.tensordot(weights, [move[part] for move in pair], 1) for part in (0, 1))
    wanted = float(np.linalg.norm(weights * [_size(move, atoms, peak) for move in pair]))
    share = (nearest + (1.0 - nearest) * rng.random()) * wanted / max(_size((strain, displacement), atoms, peak), 1e-9)
    return _moved(prototype, (strain, displacement), share)


def _size(move: tuple[np.ndarray, np.ndarray], atoms: Atoms, peak: float) -> float:
    """Norm of the strain and root mean square displacement, relative to the distance to neighbours, as one number."""
    strain, displacement = move
    moved = np.sqrt(np.mean(np.sum((displacement @ atoms.cell.array) ** 2, axis=1))) / peak
    return float(np.hypot(np.linalg.norm(strain), moved))


def varied_cells(prototype: Prototype) -> list[Atoms]:
    """The prototype's cell half of the way along each move, and at its end."""
    return [_moved(prototype, move, share) for move in _moves().get(prototype.id, []) for share in (0.5, 1.0)]


def mixed_cells(prototype: Prototype) -> list[Atoms]:
    """As many of its cells as it has moves, in directions between two of them and nearly as far."""
    rng = rng_for("cells between moves", prototype.id)
    return [mixed_cell(prototype, rng, nearest=0.6) for _ in _moves().get(prototype.id, [])]


def _moved(prototype: Prototype, move: tuple[np.ndarray, np.ndarray], share: float) -> Atoms:
    from scipy.linalg import expm

    (strain, displacement), atoms = move, prototype.build()
    cell = atoms.cell.array @ expm(share * strain)
    fractional = atoms.get_scaled_positions(wrap=False) + share * displacement
    return Atoms(atoms.numbers, positions=fractional @ cell, cell=cell, pbc=True)


@lru_cache(maxsize=1)
def _moves() -> dict[str, list[tuple[np.ndarray, np.ndarray]]]:
    """Of each class: strains and fractional displacements, shape (n_atoms, 3), at the end of its moves."""
    content = json.loads((files(__package__) / "data" / "variations.json").read_text(encoding="utf-8"))
    return {
        class_id: [(np.array(move["strain"]), np.array(move["displacement"])) for move in moves]
        for class_id, moves in content.items()
    }
