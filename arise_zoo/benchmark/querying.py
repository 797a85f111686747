"""Asking a method for its labels of structures, and checking what it answers. This is what runs on the workers."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from ..errors import AriseZooError
from ..methods import UNKNOWN, MethodError, MethodFacts, Prediction
from ..methods.resolved import Truth
from ..methods.shipping import Sent, unpacked
from ..prototypes import class_ids
from ..structures import StructureSpec
from .predictions import CheckedAnswer, ProbabilityScores
from .vectors import cached_vectors


@cache
def known_labels(truth: Truth) -> frozenset[str]:
    """The labels other than `UNKNOWN` that a method of this truth may give."""
    return frozenset(map(str, range(1, 231)) if truth == "space_group" else class_ids())


def query(sent: Sent, specs: Sequence[StructureSpec], structures: Sequence[Atoms] | None = None) -> list[CheckedAnswer]:
    """Make the structures, unless they are given, and return what the method says of each.

    Raises `MethodError`, naming method and structure, if it raises, answers the wrong number of labels, or uses a
    label that does not exist.
    """
    method = unpacked(sent)
    structures = [spec.build() for spec in specs] if structures is None else structures
    facts, predict_many = method.facts, method.predict_many
    if predict_many is not None:
        where = f"{specs[0].id} and {len(specs) - 1} more"
        answers = _sequence(facts, call(facts, predict_many, structures, where), len(specs), where, "structures")
    else:
        answers = [call(facts, method.predict, s, spec.id) for s, spec in zip(structures, specs, strict=True)]
    return [_checked(facts, answer, spec) for answer, spec in zip(answers, specs, strict=True)]


def query_vectors(sent: Sent, specs: Sequence[StructureSpec], vectors: np.ndarray) -> list[CheckedAnswer]:
    """As `query`, of a method that takes descriptors, shape (n_structures, n_features); no structure is made."""
    method = unpacked(sent)
    facts = method.facts
    where = f"{specs[0].id} and {len(specs) - 1} more"
    found = call(facts, method.predict_vectors, vectors, where)
    answers = _sequence(facts, found, len(specs), where, "descriptors")
    return [_checked(facts, answer, spec) for answer, spec in zip(answers, specs, strict=True)]


def query_cached(
    sent: Sent,
    specs: Sequence[StructureSpec],
    folder: Path,
    structures: Sequence[Atoms] | None = None,
) -> list[CheckedAnswer]:
    """As `query`, by descriptors that are kept in a folder and computed where they are not yet there.

    What has no descriptor is unknown.
    """
    method = unpacked(sent)
    vectors = cached_vectors(folder, specs, method.descriptor, structures)
    has_one = np.isfinite(vectors).all(axis=1)
    some = [spec for spec, known in zip(specs, has_one, strict=True) if known]
    answers = iter(query_vectors(method, some, vectors[has_one]) if some else [])
    nothing = Prediction(UNKNOWN, 0.0)
    return [
        next(answers) if known else _checked(method.facts, nothing, s) for s, known in zip(specs, has_one, strict=True)
    ]


def call(facts: MethodFacts, function: Any, argument: Any, where: str) -> Any:
    try:
        return function(argument)
    except AriseZooError:
        raise
    except SystemExit as error:
        raise MethodError(f"method {facts.name!r} ended the program on {where} (exit {error.code}).") from error
    except Exception as error:  # a plug-in may raise anything
        reason = f"{type(error).__name__}: {error}"
        raise MethodError(f"method {facts.name!r} failed on {where} ({reason}).") from error


def _sequence(facts: MethodFacts, answers: Any, n: int, where: str, what: str) -> list[Any]:
    """Answers for several structures as a list; a generator is asked for them here."""
    if isinstance(answers, (str, Prediction)) or not isinstance(answers, Iterable):
        raise MethodError(
            f"method {facts.name!r} gave {type(answers).__name__} for several {what}; it must give a list."
        )
    found = list(call(facts, list, answers, where))
    if len(found) != n:
        raise MethodError(f"method {facts.name!r} gave {len(found)} answers for {n} {what}.")
    return found


def _numbers(facts: MethodFacts, values: Any, spec: StructureSpec, what: str) -> np.ndarray:
    """Values as floating-point numbers; raises `MethodError`, naming method and structure, if they are none."""
    try:
        numbers = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise MethodError(f"method {facts.name!r} gave a {what} for {spec.id} that is no number.") from None
    return numbers


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
    if facts.probabilistic and facts.level == "atom":
        raise MethodError(f"method {facts.name!r} labels atoms, which can have no probabilities here; leave them out.")
    scores = _scores(facts, answer, spec) if facts.probabilistic else None
    confidence = None if answer.confidence is None else _as_many(facts, answer.confidence, spec, "confidence")
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
    probabilities = _numbers(facts, answer.probabilities, spec, "probability")
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
    highest = float(probabilities.max())
    if answer.confidence is None or abs(float(np.asarray(answer.confidence, dtype=float)) - highest) > 1e-3:
        raise MethodError(
            f"method {facts.name!r} gave the confidence {answer.confidence!r} for {spec.id}, where its highest "
            f"probability is {highest:g}; the two must agree."
        )
    truth = float(probabilities[classes.index(spec.class_id)]) if spec.class_id in classes else 0.0
    uncertainty = None if answer.uncertainty is None else _finite(facts, answer.uncertainty, spec, "uncertainty")
    return ProbabilityScores(truth, float(probabilities @ probabilities), uncertainty)


def _finite(facts: MethodFacts, value: Any, spec: StructureSpec, what: str) -> float:
    number = _numbers(facts, value, spec, what)
    if number.shape != () or not np.isfinite(number):
        raise MethodError(
            f"method {facts.name!r} gave the {what} {value!r} for {spec.id}; it must be one finite number."
        )
    return float(number)


def _as_many(facts: MethodFacts, values: Any, spec: StructureSpec, what: str) -> list[Any]:
    if what == "label":
        try:
            values = np.asarray(values).astype(str)
        except ValueError:
            raise MethodError(f"method {facts.name!r} gave labels for {spec.id} that are no list of text.") from None
    else:
        values = _numbers(facts, values, spec, what)
        if not np.isfinite(values).all():
            raise MethodError(f"method {facts.name!r} gave a {what} for {spec.id} that is not finite.")
    expected = (spec.n_atoms,) if facts.level == "atom" else ()
    if values.shape != expected:
        wanted = f"one {what} for each of its {spec.n_atoms} atoms" if expected else f"one {what}"
        raise MethodError(
            f"method {facts.name!r} gave {what}s of shape {values.shape} for {spec.id}; it must give {wanted}."
        )
    return values.tolist() if expected else [values.item()]
