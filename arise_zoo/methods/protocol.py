"""What a method has to offer to be benchmarked. Structural: a method need not inherit from anything here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from ase import Atoms

UNKNOWN = "unknown"
"""The label of an atom or structure that a method does not recognise."""


class Prediction(NamedTuple):
    """Labels with a confidence each.

    `labels`: one label, or an array of shape (n_atoms,) of them; `confidence`: the same shape, higher is surer.
    Methods that are `probabilistic` add `probabilities`, shape (n_recognised,), of the classes in the order of
    `recognises`, of which the confidence is the highest, and may add an `uncertainty`, higher is less sure.
    """

    labels: str | np.ndarray
    confidence: float | np.ndarray | None = None
    probabilities: np.ndarray | None = None
    uncertainty: float | None = None


@runtime_checkable
class Method(Protocol):
    """A method that recognises crystal structures.

    Attributes
    ----------
    name : str
        Name in tables and on the command line.
    level : {"atom", "structure"}
        Whether the method labels every atom, or gives one label per structure.
    truth : {"class", "space_group"}
        Whether labels are class ids, or space-group numbers as text.
    recognises : collection of str
        Ids of the classes for which the method has a label. Structures of classes for which none of its labels can be
        right are not shown to it, and count as wrong where all classes are scored.
    finite : bool
        Whether it treats finite structures too; otherwise it is shown periodic ones only.

    Notes
    -----
    Optional attributes:

    scored_on : collection of str
        Ids of the classes of the "supported" rows, if fewer than `recognises`.
    fit(structures, labels)
        Called once, before any prediction, with the pristine structures of the recognised classes and their class ids.
    predict_many(structures)
        Like `predict`, for a list of structures; used if present.
    predict_vectors(vectors)
        Like `predict_many`, for descriptors of shape (n_structures, n_features), float32; used if the harness has
        descriptors with the parameters `descriptor`.
    descriptor : mapping
        Parameters of `arise_zoo.descriptors.AveragedSOAP` for `predict_vectors`; those left out have their defaults.
    probabilistic : bool
        Whether predictions carry `probabilities`; for methods at the level of structures whose truth is the class. An
        answer without them counts as equal probabilities.
    structures_at_once : int
        Number of structures shown at a time (default: those of one supercell).
    paper_row : str
        Name in the paper's tables, if different from `name`.
    packages : sequence of str
        Names of the installed packages whose versions affect the answers.
    engine : str
        Name of the implementation in use, if there is a choice.
    citation : str
        How to cite the method.
    trained_on_defects : bool
        Whether defective structures were used in making it.
    """

    name: str
    level: Literal["atom", "structure"]
    truth: Literal["class", "space_group"]
    recognises: Collection[str]
    finite: bool

    def predict(self, atoms: Atoms) -> str | Sequence[str] | np.ndarray | Prediction:
        """Label of a structure, or labels of its atoms in their order; `UNKNOWN` where there is none.

        A `Prediction` says how sure the method is as well.
        """
        ...
