"""Rebuilding a class's cell from its recipe in the table.

Finite clusters are cut as replicas of exactly this cell, so both the choice of cell and the periodic image at
which each atom stands are part of the definition: atoms are never wrapped.

A structure has to have the same bits on every machine, because data sets are compared by hash. Libraries round the
last bit of a sine or of a matrix product differently from processor to processor, so that lattice vectors are cut
to a fixed number of decimals, fractional coordinates set to the ratio that they are, and products written out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from ase import Atoms
from ase.cell import Cell

_ROUNDED_TO = 6e-6  # the table's coordinates carry five decimals; special positions are restored within this
_SMALLEST_FRACTION = 1 / 600_000  # all fractional coordinates are multiples: five decimals, sixths, halves of these
_DECIMALS = 9  # angstrom, far below what the table's four decimals of a lattice constant say
_SAME_SITE = 1e-4  # fractional distance below which two coordinates are one


def build_cell(recipe: dict[str, Any], space_group: int) -> Atoms:
    """The cell of a class: from its tube recipe, its list of atoms (P1), or the number of its space group and sites."""
    if "atoms" in recipe:
        atoms: Atoms = recipe["atoms"].copy()
        return atoms
    if "nanotube" in recipe:
        from ase.build import nanotube

        tube = nanotube(**recipe["nanotube"])
        return Atoms(tube.numbers, positions=np.round(tube.positions, _DECIMALS))
    if recipe["window"] is None:
        return _from_list(recipe)
    return _from_space_group(recipe, space_group)


def _special(coordinates: np.ndarray) -> np.ndarray:
    """Coordinates with those near a multiple of 1/6 set to it (which covers 1/3 and 1/2)."""
    nearest = np.round(coordinates * 6) / 6
    return np.where(np.abs(coordinates - nearest) < _ROUNDED_TO, nearest, coordinates)


def _sites(recipe: dict[str, Any]) -> tuple[list[str], np.ndarray]:
    elements = [site["element"] for site in recipe["sites"]]
    coordinates = np.array([[site[axis] for axis in "xyz"] for site in recipe["sites"]])
    return elements, _special(coordinates)


def _conventional_cell(recipe: dict[str, Any]) -> np.ndarray:
    """Lattice vectors (angstrom) as rows, shape (3, 3)."""
    cell = Cell.new([recipe["lattice"][key] for key in ("a", "b", "c", "alpha", "beta", "gamma")])
    vectors: np.ndarray = np.round(cell.array, _DECIMALS)
    return vectors


def _times(coordinates: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """The product of arrays of shapes (n, 3) and (3, 3), in an order of operations that no library changes."""
    x, y, z = coordinates.T[:, :, None]
    product: np.ndarray = x * vectors[0] + y * vectors[1] + z * vectors[2]
    return product


def _from_list(recipe: dict[str, Any]) -> Atoms:
    elements, scaled = _sites(recipe)
    cell = _conventional_cell(recipe)
    return Atoms(elements, positions=_times(scaled, cell), cell=cell, pbc=True)


def _from_space_group(recipe: dict[str, Any], space_group: int) -> Atoms:
    from ase.spacegroup import crystal

    elements, basis = _sites(recipe)
    vectors = _conventional_cell(recipe)
    conventional = crystal(elements, basis, spacegroup=space_group, setting=recipe["setting"], cell=vectors)
    transformation = np.array(recipe["cell"]["matrix"]) / recipe["cell"]["denominator"]
    numbers, fractional = _atoms_in_cell(conventional, transformation)
    fractional = _place(fractional, np.array(recipe["window"]))
    for exception in recipe.get("image_exceptions", ()):
        fractional[_find(numbers, fractional, exception)] += exception["shift"]
    cell = _times(transformation, vectors)
    return Atoms(numbers, positions=_times(fractional, cell), cell=cell, pbc=True)


def _atoms_in_cell(conventional: Atoms, transformation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers and fractional coordinates, in the new cell, of the distinct atoms that it holds."""
    # Any lattice translation of the conventional cell that leads into a new cell of up to twice its size, and
    # any centring that a smaller cell turns into a lattice vector, is among these.
    shifts = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    scaled = (conventional.get_scaled_positions(wrap=False)[None] + shifts[:, None]).reshape(-1, 3)
    numbers = np.tile(conventional.numbers, len(shifts))
    fractional = scaled @ np.linalg.inv(transformation)
    fractional = np.round(fractional / _SMALLEST_FRACTION) * _SMALLEST_FRACTION
    inside = np.all((fractional > -_SAME_SITE) & (fractional < 1 - _SAME_SITE), axis=1)
    return numbers[inside], fractional[inside]


def _place(fractional: np.ndarray, window: np.ndarray) -> np.ndarray:
    """Each atom at its periodic image in [window, window + 1); the window carries five decimals."""
    window = _special(window) - 1e-5
    return fractional - np.floor(fractional - window)


def _find(numbers: np.ndarray, fractional: np.ndarray, exception: dict[str, Any]) -> int:
    from ase.data import atomic_numbers

    wanted = np.array([exception[axis] for axis in "xyz"])
    match = (numbers == atomic_numbers[exception["element"]]) & np.all(np.abs(fractional - wanted) < _SAME_SITE, axis=1)
    (index,) = np.flatnonzero(match)
    return int(index)
