"""A method as the benchmark knows it: what it declares and what it can do, both checked.

The protocol of methods is in `protocol`, their registry in `registry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ..common.names import NAME_RULE, is_name
from ..errors import AriseZooError, UnknownNameError

if TYPE_CHECKING:
    import numpy as np
    from ase import Atoms

Level = Literal["atom", "structure"]
Truth = Literal["class", "space_group"]


class MethodError(AriseZooError):
    """A method that cannot be loaded, or that breaks the protocol."""


@dataclass(frozen=True)
class MethodFacts:
    """What a method declares; each field is the attribute of `arise_zoo.methods.Method` of the same name.

    A record holds the same facts of the method that it was made from, as far as scoring needs them.
    """

    name: str
    level: Level
    truth: Truth
    recognises: tuple[str, ...]
    scored_on: tuple[str, ...]
    finite: bool
    probabilistic: bool = False
    structures_at_once: int | None = None
    paper_row: str | None = None
    packages: tuple[str, ...] = ()
    engine: str | None = None
    citation: str | None = None
    trained_on_defects: bool = False


@dataclass(frozen=True)
class ResolvedMethod:
    """A method that was checked. Abilities that it lacks are None."""

    method: Any

    @cached_property
    def facts(self) -> MethodFacts:
        """What it declares."""
        return facts_of(self.method)

    def predict(self, atoms: Atoms) -> Any:
        """Its answer for one structure."""
        return self.method.predict(atoms)

    @property
    def predict_many(self) -> Callable[[Sequence[Atoms]], Sequence[Any]] | None:
        """Its answers for several structures."""
        return getattr(self.method, "predict_many", None)

    @property
    def predict_vectors(self) -> Callable[[np.ndarray], Sequence[Any]] | None:
        """Its answers for descriptors, shape (n_structures, n_features), that have the parameters `descriptor`."""
        return getattr(self.method, "predict_vectors", None)

    @property
    def descriptor(self) -> Mapping[str, Any]:
        """Parameters of the descriptors that `predict_vectors` takes; those left out have their defaults."""
        parameters: Mapping[str, Any] = getattr(self.method, "descriptor", {})
        return parameters

    @property
    def fit(self) -> Callable[[Sequence[Atoms], Sequence[str]], object] | None:
        """What is called once with the pristine structures of its classes."""
        return getattr(self.method, "fit", None)


def resolve(method: object) -> ResolvedMethod:
    """Check a method; raises `MethodError`, saying what is missing or wrong, unless it follows the protocol."""
    name = getattr(method, "name", type(method).__name__)
    for attribute in ("name", "level", "truth", "recognises", "finite", "predict"):
        if not hasattr(method, attribute):
            raise MethodError(f"method {name!r} has no attribute {attribute!r}, which the protocol asks for.")
    check_facts(facts_of(method))
    descriptor = getattr(method, "descriptor", {})
    if not isinstance(descriptor, Mapping):
        raise MethodError(f"method {name!r} has descriptor={descriptor!r}; it must be parameters by name.")
    return ResolvedMethod(method)


def facts_of(method: Any) -> MethodFacts:
    """What a method declares, with defaults for what it leaves out."""
    name = getattr(method, "name", type(method).__name__)
    recognises = _strings(name, "recognises", method.recognises)
    return MethodFacts(
        method.name,
        method.level,
        method.truth,
        recognises,
        _strings(name, "scored_on", getattr(method, "scored_on", recognises)),
        bool(method.finite),
        bool(getattr(method, "probabilistic", False)),
        getattr(method, "structures_at_once", None),
        _text(name, "paper_row", getattr(method, "paper_row", None)),
        _strings(name, "packages", getattr(method, "packages", ())),
        _text(name, "engine", getattr(method, "engine", None)),
        _text(name, "citation", getattr(method, "citation", None)),
        bool(getattr(method, "trained_on_defects", False)),
    )


def _strings(method: object, attribute: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or (value is not None and not isinstance(value, Iterable)):
        raise MethodError(f"method {method!r} has {attribute}={value!r}; it must be a sequence of names.")
    found = tuple(value or ())
    if not all(isinstance(item, str) for item in found):
        raise MethodError(f"method {method!r} has something else than a name in its attribute {attribute!r}.")
    return found


def _text(method: object, attribute: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise MethodError(f"method {method!r} has {attribute}={value!r}; it must be text.")
    return value


def check_facts(facts: MethodFacts) -> None:
    """Raise `MethodError` unless these can be the facts of a method."""
    from ..prototypes import class_ids

    name = facts.name
    if not is_name(name):
        raise MethodError(f"{name!r} cannot be the name of a method; {NAME_RULE}.")
    size = facts.structures_at_once
    if size is not None and (not isinstance(size, int) or size < 1):
        raise MethodError(f"method {name!r} has structures_at_once={size!r}; it must be a positive whole number.")
    for attribute, value, allowed in (
        ("level", facts.level, ("atom", "structure")),
        ("truth", facts.truth, ("class", "space_group")),
    ):
        if value not in allowed:
            raise MethodError(f"method {name!r} has {attribute}={value!r}; it must be one of {', '.join(allowed)}.")
    if not facts.recognises:
        raise MethodError(f"method {name!r} recognises no class; list class ids in its attribute 'recognises'.")
    for class_id in (*facts.recognises, *facts.scored_on):
        if class_id not in class_ids():
            raise MethodError(f"method {name!r}: {UnknownNameError('class', class_id, class_ids())}")
    for class_id in facts.scored_on:
        if class_id not in facts.recognises:
            raise MethodError(f"method {name!r} is to be scored on {class_id!r}, which it does not recognise.")
