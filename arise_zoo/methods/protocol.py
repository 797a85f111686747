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
    name : the name in tables and on the command line.
    level : `"atom"` if it labels every atom, `"structure"` if it gives one label a structure.
    truth : `"class"` if its labels are class ids, `"space_group"` if they are space-group numbers (as text).
    recognises : ids of the classes for which it has a label. Structures of classes for which no label of its can
        be right are not shown to it, and count as wrong where all classes are scored.
    finite : whether it treats finite structures too; otherwise it meets periodic ones only.

    Optional
    --------
    scored_on : ids of the classes of the "supported" rows, where fewer than `recognises`.
    fit(structures, labels) : called once, before anything is predicted, with the pristine structures of the
        classes recognised and their class ids.
    predict_many(structures) : as `predict`, on a list; used where present.
    predict_vectors(vectors) : as `predict_many`, on descriptors, shape (n_structures, n_features), float32; used where
        the harness has descriptors with the parameters `descriptor`.
    descriptor : those parameters, of `arise_zoo.descriptors.AveragedSOAP`.
    probabilistic : whether its predictions carry `probabilities`; for methods whose truth is the class of a structure.
        An answer without them then counts as equal probabilities.
    structures_at_once : how many structures to show at a time; otherwise those of one supercell are.
    paper_row : its name in the paper's tables, where another than `name`.
    packages : names of the installed packages whose versions decide its answers.
    engine : name of the implementation at work, where there is a choice.
    citation : how to cite it.
    trained_on_defects : whether defective structures took part in making it.
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
