"""From the answers of boxes to labels of atoms: which boxes count for an atom, and the labels that follow.

Writing labelled structures is in `export`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from ase import Atoms

from ..models import NetworkPrediction
from .boxes import SHAPES, translations
from .grid import Grid

WAYS = ("nearest", "average")
UNANSWERED = "unanswered"
"""The certainty of an atom that no answered box holds."""

_ATOMS_AT_ONCE = 4096


def labelled_atoms(
    atoms: Atoms,
    grid: Grid,
    labels: tuple[str, ...],
    said: NetworkPrediction,
    certainties: Callable[[NetworkPrediction], np.ndarray | None],
    *,
    shape: str = "box",
    how: str = "nearest",
) -> Atoms:
    """A copy of the structure with a label for each atom; see `arise_zoo.analysis.label_atoms`.

    `said` is the prediction for the boxes, NaN where a box has no answer; `certainties` gives what verdicts on a
    prediction come down to; `shape` is that of the boxes.
    """
    boxes = np.flatnonzero(~np.isnan(said.mutual_information))
    probabilities = np.full((len(atoms), len(labels)), np.nan, np.float32)
    doubts = np.full((len(atoms), 3), np.nan, np.float32)
    of_boxes = np.nan_to_num(said.probabilities)
    doubts_of_boxes = np.nan_to_num(
        np.stack([said.mutual_information, said.predictive_entropy, said.variation_ratio], axis=1)
    )
    for begin in range(0, len(atoms), _ATOMS_AT_ONCE):
        here = slice(begin, begin + _ATOMS_AT_ONCE)
        weights = _weights(grid, boxes, atoms, atoms.positions[here], shape, how)
        shares = weights.sum(axis=1)
        found = shares > 0
        probabilities[here][found] = (weights @ of_boxes)[found] / shares[found, None]
        doubts[here][found] = (weights @ doubts_of_boxes)[found] / shares[found, None]
    labelled: Atoms = atoms.copy()
    known = ~np.isnan(doubts[:, 0])
    best = np.nan_to_num(probabilities, nan=-1.0).argmax(axis=1)
    labelled.set_array("label", np.where(known, np.array(labels)[best], "none"))
    labelled.set_array("class_number", np.where(known, best + 1, 0))
    labelled.set_array("probability", np.where(known, probabilities[np.arange(len(atoms)), best], np.nan))
    labelled.set_array("mutual_information", doubts[:, 0].astype(float))
    certainty = certainties(NetworkPrediction(probabilities[known], *doubts[known].T))
    if certainty is not None:
        labelled.set_array("certainty", np.full(len(atoms), UNANSWERED))
        labelled.arrays["certainty"][known] = certainty
    return labelled


def _weights(grid: Grid, boxes: np.ndarray, atoms: Atoms, positions: np.ndarray, shape: str, how: str) -> Any:
    """Sparse matrix (n_positions, n_boxes) of 1 where an answered box counts for an atom."""
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree

    size = (len(positions), len(grid))
    reach = 0.5 * grid.box * (1 + 1e-9)
    norm = SHAPES[shape]
    centres, numbers = _centres_around(grid, boxes, atoms, positions, reach)
    if len(numbers) == 0:
        return csr_array(size)
    if how == "nearest":
        moving = grid.steps
        along = np.linalg.pinv(moving) @ moving  # leaves out the axes along which the boxes do not move
        _, nearest = cKDTree(centres @ along).query(positions @ along)
        rows = np.flatnonzero(np.linalg.norm(positions - centres[nearest], ord=norm, axis=1) <= reach)
        columns = nearest[rows]
    else:
        held = cKDTree(centres).query_ball_point(positions, reach, p=norm)
        rows = np.repeat(np.arange(len(positions)), [len(which) for which in held])
        columns = np.concatenate([np.asarray(which, int) for which in held])
    return csr_array((np.ones(len(rows), np.float32), (rows, numbers[columns])), shape=size)


def _centres_around(
    grid: Grid, boxes: np.ndarray, atoms: Atoms, positions: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """Centres of the boxes that can hold one of the positions, with their periodic images; numbers of the boxes."""
    centres = grid.centres()[boxes]
    lower, upper = positions.min(axis=0) - reach, positions.max(axis=0) + reach
    found = [(np.empty((0, 3)), np.empty(0, int))]
    for shift in translations(atoms, lower - centres.max(axis=0), upper - centres.min(axis=0)) if len(boxes) else ():
        moved = centres + shift
        inside = ((moved >= lower) & (moved <= upper)).all(axis=1)
        found.append((moved[inside], boxes[inside]))
    return np.concatenate([c for c, _ in found]), np.concatenate([b for _, b in found])
