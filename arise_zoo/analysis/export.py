"""What the boxes say, told to the atoms: labels for each atom, and extended XYZ files for OVITO and others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ase import Atoms

from ..common.storage import replacing
from ..errors import StructureError, UnknownNameError
from .boxes import SHAPES, translations
from .result import PatternMatchingResult

WAYS = ("nearest", "average")
_ATOMS_AT_ONCE = 4096


def label_atoms(result: PatternMatchingResult, atoms: Atoms, how: str = "nearest") -> Atoms:
    """A copy of the structure with arrays `label`, `class_number`, `probability` and `mutual_information`.

    Parameters
    ----------
    result, atoms : the result and the structure it was made from.
    how : "nearest" gives each atom what the box says whose centre is nearest to it, "average" the mean of all boxes
        that hold it.

    Returns
    -------
    A copy. An atom that no answered box holds has the label "none" and NaN; `class_number` is the place of the class
    among `result.labels`, from 1, and 0 for none. Raises `StructureError` if the result is of another structure.
    """
    from .pattern_matching import structure_sha256

    if how not in WAYS:
        raise UnknownNameError("way of labelling atoms", how, WAYS)
    if result.settings.get("input_sha256", structure_sha256(atoms)) != structure_sha256(atoms):
        raise StructureError("the result was made from another structure; give the one that was mapped.")
    probabilities = np.full((len(atoms), len(result.labels)), np.nan, np.float32)
    information = np.full(len(atoms), np.nan, np.float32)
    answered, disagreement = np.nan_to_num(result.probabilities), np.nan_to_num(result.mutual_information)
    for begin in range(0, len(atoms), _ATOMS_AT_ONCE):
        here = slice(begin, begin + _ATOMS_AT_ONCE)
        weights = _weights(result, atoms, atoms.positions[here], how)
        shares = weights.sum(axis=1)
        found = shares > 0
        probabilities[here][found] = (weights @ answered)[found] / shares[found, None]
        information[here][found] = (weights @ disagreement)[found] / shares[found]
    labelled = atoms.copy()
    known = ~np.isnan(information)
    best = np.nan_to_num(probabilities, nan=-1.0).argmax(axis=1)
    labelled.set_array("label", np.where(known, np.array(result.labels)[best], "none"))
    labelled.set_array("class_number", np.where(known, best + 1, 0))
    labelled.set_array("probability", np.where(known, probabilities[np.arange(len(atoms)), best], np.nan))
    labelled.set_array("mutual_information", information.astype(float))
    return labelled


def write_labelled(result: PatternMatchingResult, atoms: Atoms, path: str | Path, how: str = "nearest") -> Path:
    """Write an extended XYZ file of the structure with the arrays of `label_atoms`, and return its path."""
    import ase.io

    labelled = label_atoms(result, atoms, how)
    with replacing(Path(path)) as temporary:
        columns = ["symbols", "positions", "label", "class_number", "probability", "mutual_information"]
        ase.io.write(temporary, labelled, format="extxyz", columns=columns)
    return Path(path)


def _weights(result: PatternMatchingResult, atoms: Atoms, positions: np.ndarray, how: str):
    """Sparse matrix (n_positions, n_boxes) of 1 where an answered box counts for an atom."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    shape = (len(positions), len(result))
    reach = 0.5 * result.grid.box * (1 + 1e-9)
    norm = SHAPES[result.settings.get("shape", "box")]
    centres, boxes = _centres_around(result, atoms, positions, reach)
    if len(boxes) == 0:
        return csr_array(shape)
    if how == "nearest":
        moving = result.grid.steps
        along = np.linalg.pinv(moving) @ moving  # leaves out the axes along which the boxes do not move
        _, nearest = cKDTree(centres @ along).query(positions @ along)
        rows = np.flatnonzero(np.linalg.norm(positions - centres[nearest], ord=norm, axis=1) <= reach)
        columns = nearest[rows]
    else:
        held = cKDTree(centres).query_ball_point(positions, reach, p=norm)
        rows = np.repeat(np.arange(len(positions)), [len(which) for which in held])
        columns = np.concatenate([np.asarray(which, int) for which in held])
    return csr_array((np.ones(len(rows), np.float32), (rows, boxes[columns])), shape=shape)


def _centres_around(
    result: PatternMatchingResult, atoms: Atoms, positions: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """Centres of all answered boxes that can hold one of the positions, with their periodic images; their numbers."""
    boxes = np.flatnonzero(result.valid)
    centres = result.grid.centres()[boxes]
    lower, upper = positions.min(axis=0) - reach, positions.max(axis=0) + reach
    found = [(np.empty((0, 3)), np.empty(0, int))]
    for shift in translations(atoms, lower - centres.max(axis=0), upper - centres.min(axis=0)) if len(boxes) else ():
        moved = centres + shift
        inside = ((moved >= lower) & (moved <= upper)).all(axis=1)
        found.append((moved[inside], boxes[inside]))
    return np.concatenate([c for c, _ in found]), np.concatenate([b for _, b in found])
