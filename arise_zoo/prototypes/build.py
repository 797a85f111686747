"""Rebuilding a class's cell from its recipe in the table.

Finite clusters are cut as replicas of exactly this cell, so both the choice of cell and the periodic image at
which each atom stands are part of the definition: atoms are never wrapped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from ase import Atoms

if TYPE_CHECKING:
    from .table import Prototype

_ROUNDED_TO = 6e-6  # the table's coordinates carry five decimals; special positions are restored within this
_SAME_SITE = 1e-4  # fractional distance below which two coordinates are one


def build_cell(prototype: Prototype) -> Atoms:
    """The cell of a class: from its tube recipe, its list of atoms (P1), or its space group and sites."""
    recipe = prototype.recipe
    if "atoms" in recipe:
        return recipe["atoms"].copy()
    if "nanotube" in recipe:
        from ase.build import nanotube

        tube = nanotube(**recipe["nanotube"])
        return Atoms(tube.numbers, positions=tube.positions)
    if recipe["window"] is None:
        return _from_list(recipe)
    return _from_space_group(recipe, prototype.space_group.number)


def _special(coordinates: np.ndarray) -> np.ndarray:
    """Coordinates with those near a multiple of 1/6 set to it (which covers 1/3 and 1/2)."""
    nearest = np.round(coordinates * 6) / 6
    return np.where(np.abs(coordinates - nearest) < _ROUNDED_TO, nearest, coordinates)


def _sites(recipe: dict) -> tuple[list[str], np.ndarray]:
    elements = [site["element"] for site in recipe["sites"]]
    coordinates = np.array([[site[axis] for axis in "xyz"] for site in recipe["sites"]])
    return elements, _special(coordinates)


def _cellpar(recipe: dict) -> list[float]:
    return [recipe["lattice"][key] for key in ("a", "b", "c", "alpha", "beta", "gamma")]


def _from_list(recipe: dict) -> Atoms:
    elements, scaled = _sites(recipe)
    return Atoms(elements, scaled_positions=scaled, cell=_cellpar(recipe), pbc=True)


def _from_space_group(recipe: dict, space_group: int) -> Atoms:
    from ase.spacegroup import crystal

    elements, basis = _sites(recipe)
    conventional = crystal(elements, basis, spacegroup=space_group, setting=recipe["setting"], cellpar=_cellpar(recipe))
    transformation = np.array(recipe["cell"]["matrix"]) / recipe["cell"]["denominator"]
    numbers, fractional = _atoms_in_cell(conventional, transformation)
    fractional = _place(fractional, np.array(recipe["window"]))
    for exception in recipe.get("image_exceptions", ()):
        fractional[_find(numbers, fractional, exception)] += exception["shift"]
    cell = transformation @ conventional.cell.array
    return Atoms(numbers, positions=fractional @ cell, cell=cell, pbc=True)


def _atoms_in_cell(conventional: Atoms, transformation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and fractional coordinates, in the new cell, of the distinct atoms that it holds."""
    # Any lattice translation of the conventional cell that leads into a new cell of up to twice its size, and
    # any centring that a smaller cell turns into a lattice vector, is among these.
    shifts = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    scaled = (conventional.get_scaled_positions(wrap=False)[None] + shifts[:, None]).reshape(-1, 3)
    numbers = np.tile(conventional.numbers, len(shifts))
    fractional = scaled @ np.linalg.inv(transformation)
    inside = np.all((fractional > -_SAME_SITE) & (fractional < 1 - _SAME_SITE), axis=1)
    return numbers[inside], fractional[inside]


def _place(fractional: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Each atom at its periodic image in [window, window + 1); the window carries five decimals."""
    window = _special(window) - 1e-5
    return fractional - np.floor(fractional - window)


def _find(numbers: np.ndarray, fractional: np.ndarray, exception: dict) -> int:
    from ase.data import atomic_numbers

    wanted = np.array([exception[axis] for axis in "xyz"])
    match = (numbers == atomic_numbers[exception["element"]]) & np.all(np.abs(fractional - wanted) < _SAME_SITE, axis=1)
    (index,) = np.flatnonzero(match)
    return int(index)
