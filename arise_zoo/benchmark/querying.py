"""Asking a method for its labels of structures, and checking what it answers. This is what runs on the workers."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import AriseZooError
from ..methods import UNKNOWN, MethodError, MethodFacts, Prediction, ResolvedMethod
from ..methods.resolved import Truth
from ..prototypes import class_ids
from ..structures import StructureSpec
from .predictions import CheckedAnswer, ProbabilityScores
from .vectors import cached_vectors


@cache
def known_labels(truth: Truth) -> frozenset[str]:
    """The labels other than `UNKNOWN` that a method of this truth may give."""
    return frozenset(map(str, range(1, 231)) if truth == "space_group" else class_ids())


def query(method: ResolvedMethod, specs: Sequence[StructureSpec]) -> list[CheckedAnswer]:
    """Make the structures and return what the method says of each.

    Raises `MethodError`, naming method and structure, if it raises, answers the wrong number of labels, or uses a
    label that does not exist.
    """
    structures = [spec.build() for spec in specs]
    facts, predict_many = method.facts, method.predict_many
    if predict_many is not None:
        where = f"{specs[0].id} and {len(specs) - 1} more"
        answers = _call(facts, predict_many, structures, where)
        if len(answers) != len(specs):
            raise MethodError(f"method {facts.name!r} gave {len(answers)} answers for {len(specs)} structures.")
    else:
        answers = [_call(facts, method.predict, s, spec.id) for s, spec in zip(structures, specs, strict=True)]
    return [_checked(facts, answer, spec) for answer, spec in zip(answers, specs, strict=True)]


def query_vectors(method: ResolvedMethod, specs: Sequence[StructureSpec], vectors: np.ndarray) -> list[CheckedAnswer]:
    """As `query`, of a method that takes descriptors, shape (n_structures, n_features); no structure is made."""
    facts = method.facts
    answers = _call(facts, method.predict_vectors, vectors, f"{specs[0].id} and {len(specs) - 1} more")
    if len(answers) != len(specs):
        raise MethodError(f"method {facts.name!r} gave {len(answers)} answers for {len(specs)} descriptors.")
    return [_checked(facts, answer, spec) for answer, spec in zip(answers, specs, strict=True)]


def query_cached(method: ResolvedMethod, specs: Sequence[StructureSpec], folder: Path) -> list[CheckedAnswer]:
    """As `query`, by descriptors that are kept in a folder and computed where they are not yet there.

    What has no descriptor is unknown.
    """
    vectors = cached_vectors(folder, specs, method.descriptor)
    has_one = np.isfinite(vectors).all(axis=1)
    some = [spec for spec, known in zip(specs, has_one, strict=True) if known]
    answers = iter(query_vectors(method, some, vectors[has_one]) if some else [])
    nothing = Prediction(UNKNOWN, 0.0)
    return [
        next(answers) if known else _checked(method.facts, nothing, s) for s, known in zip(specs, has_one, strict=True)
    ]


def _call(facts: MethodFacts, function: Any, argument: Any, where: str) -> Any:
    try:
        return function(argument)
    except AriseZooError:
        raise
    except Exception as error:  # a plug-in may raise anything
        reason = f"{type(error).__name__}: {error}"
        raise MethodError(f"method {facts.name!r} failed on {where} ({reason}).") from error


def _checked(facts: MethodFacts, answer: Any, spec: StructureSpec) -> CheckedAnswer:
    answer = answer if isinstance(answer, Prediction) else Prediction(answer)
    labels = _as_many(facts, answer.labels, spec, "label")
    allowed = known_labels(facts.truth)
    for label in dict.fromkeys(labels):
        if label != UNKNOWN and label not in allowed:
            near = difflib.get_close_matches(label, [*allowed, UNKNOWN], n=1)
            kind = "space-group number" if facts.truth == "space_group" else "class id"
            hint = f"; did it mean {near[0]!r}?" if near else f"; a label is a {kind} or {UNKNOWN!r}."
            raise MethodError(f"method {facts.name!r} gave the unknown label {label!r} for {spec.id}{hint}")
    confidence = None if answer.confidence is None else _as_many(facts, answer.confidence, spec, "confidence")
    scores = _scores(facts, answer, spec) if facts.probabilistic else None
    if scores is not None and answer.probabilities is None:
        confidence = [1.0 / len(facts.recognises)]
    return CheckedAnswer(labels, confidence, scores)


def _scores(facts: MethodFacts, answer: Prediction, spec: StructureSpec) -> ProbabilityScores:
    """What calibration is taken from; no probabilities are equal probabilities."""
    classes = facts.recognises
    if answer.probabilities is None:
        return ProbabilityScores(
            float(spec.class_id in classes) / len(classes), 1.0 / len(classes), np.log(len(classes))
        )
    probabilities = np.asarray(answer.probabilities, dtype=float)
    if probabilities.shape != (len(classes),):
        raise MethodError(
            f"method {facts.name!r} gave probabilities of shape {probabilities.shape} for {spec.id}; it must give one "
            f"for each of the {len(classes)} classes that it recognises."
        )
    if not (np.isfinite(probabilities).all() and probabilities.min() >= 0 and abs(probabilities.sum() - 1) < 1e-3):
        raise MethodError(
            f"method {facts.name!r} gave probabilities for {spec.id} that are negative, not finite, or do not add up "
            f"to 1 but to {probabilities.sum():g}."
        )
    truth = float(probabilities[classes.index(spec.class_id)]) if spec.class_id in classes else 0.0
    uncertainty = None if answer.uncertainty is None else float(answer.uncertainty)
    return ProbabilityScores(truth, float(probabilities @ probabilities), uncertainty)


def _as_many(facts: MethodFacts, values: Any, spec: StructureSpec, what: str) -> list[Any]:
    values = np.asarray(values)
    if what == "label":
        values = values.astype(str)
    expected = (spec.n_atoms,) if facts.level == "atom" else ()
    if values.shape != expected:
        wanted = f"one {what} for each of its {spec.n_atoms} atoms" if expected else f"one {what}"
        raise MethodError(
            f"method {facts.name!r} gave {what}s of shape {values.shape} for {spec.id}; it must give {wanted}."
        )
    return values.tolist() if expected else [values.item()]
