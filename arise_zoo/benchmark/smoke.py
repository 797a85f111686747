"""A quick look at a method before a full run: does it follow the protocol, and would anything fail?

A few dozen small structures of the benchmark are shown to it; accuracy is not the point here. The full run is `runner`.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ase import Atoms

from ..errors import AriseZooError
from ..methods import get_method
from ..methods.registry import check_method
from ..structures import StructureSpec, pristine_structures
from .querying import query
from .scope import scored_classes, scored_structures, shown_classes
from .tables import SUPPORTED, table_conditions

if TYPE_CHECKING:
    from ..methods import Method
    from .predictions import CheckedAnswer

_CONDITIONS = ("pristine", "displacement-0.04", "missing-0.2", "both-0.3-0.1")
_N_CLASSES, _MOST_ATOMS = 6, 400


@dataclass(frozen=True)
class Check:
    """What was looked at, whether it holds, and a sentence where it does not (or where there is something to say)."""

    name: str
    passed: bool
    said: str = ""


def smoke(method: str | Method) -> list[Check]:
    """Look at a method, given by name or as an object: in well under half a minute unless the method itself is slow.

    Checks come in the order of the returned list; those that need an earlier one that failed are left out.
    """
    checks: list[Check] = []

    def holds(name: str, function: Callable[[], str | None]) -> bool:
        try:
            fault = function()
        except AriseZooError as error:
            fault = str(error)
        except Exception as error:  # a plug-in may raise anything
            fault = f"{type(error).__name__}: {error}"
        checks.append(Check(name, fault is None, fault or ""))
        return fault is None

    made: list[Any] = []

    def protocol() -> None:
        made.append(get_method(method) if isinstance(method, str) else method)
        check_method(made[0])
        if not scored_structures_of(made[0]):
            raise AriseZooError("it treats periodic structures only but recognises none of them.")

    if not holds("follows the protocol", protocol):
        return checks
    method = made[0]
    specs = scored_structures_of(method)
    travelled: list[Any] = []

    def travels() -> None:
        travelled.append(pickle.loads(pickle.dumps(method)))

    holds("survives pickle, by which it travels to workers", travels)
    if hasattr(method, "fit"):
        shown = list(pristine_structures([c for c in shown_classes(method) if c in method.recognises]))

        def fitted() -> None:
            method.fit([spec.build() for spec in shown], [spec.class_id for spec in shown])

        if not holds("can be fitted on the pristine structures of its classes", fitted):
            return checks
        travelled = [pickle.loads(pickle.dumps(method))] if travelled else []
    answers: list[CheckedAnswer] = []
    started = time.perf_counter()
    if not holds("answers as the protocol says", lambda: answers.extend(_ask(method, specs))):
        return checks
    seconds = (time.perf_counter() - started) / len(specs)
    holds("says the same when asked again", lambda: _differs(specs, answers, _ask(method, specs)))
    backwards = specs[::-1]
    holds("says the same in another order", lambda: _differs(backwards, answers[::-1], _ask(method, backwards)))
    if travelled:
        holds("says the same in another process", lambda: _differs(specs, answers, _ask(travelled[0], specs)))
    holds("leaves structures as they are", lambda: _changes(method, specs))
    holds("bears a single atom", lambda: _bears(method, Atoms("Fe", cell=[9, 9, 9], pbc=not method.finite)))
    if getattr(method, "probabilistic", False):
        holds("is as confident as its highest probability", lambda: _confident(method, specs[0]))
    largest = max(spec.n_atoms for spec in specs)
    total = sum(_count(method, condition) for condition in table_conditions("2"))
    took = f"{1000 * seconds:.1f} ms a structure of at most {largest} atoms; Table 2 has {total:,}, most larger."
    checks.append(Check("time", True, took))
    return checks


def scored_structures_of(method: Method) -> list[StructureSpec]:
    """A few small structures under a few conditions, of classes spread over those that it is scored on."""
    classes = scored_classes(method, SUPPORTED)
    some = classes[:: max(1, len(classes) // _N_CLASSES)][:_N_CLASSES]
    found = []
    for condition in _CONDITIONS:
        every = scored_structures(method, condition, some, 1, seed=0)
        for _, group in groupby(every, key=lambda spec: (spec.class_id, spec.periodic)):
            smallest = min(group, key=lambda spec: spec.n_atoms)
            if smallest.n_atoms <= _MOST_ATOMS:
                found.append(smallest)
    return found


def _ask(method: Method, specs: Sequence[StructureSpec]) -> list[CheckedAnswer]:
    size = getattr(method, "structures_at_once", None) or 1
    return [answer for i in range(0, len(specs), size) for answer in query(method, specs[i : i + size])]


def _differs(
    specs: Sequence[StructureSpec], expected: Sequence[CheckedAnswer], found: Sequence[CheckedAnswer]
) -> str | None:
    for spec, a, b in zip(specs, expected, found, strict=True):
        if list(a.labels) != list(b.labels):
            return f"the labels of {spec.id} differ; seed whatever is random in it."
    return None


def _changes(method: Method, specs: Sequence[StructureSpec]) -> str | None:
    for spec in specs[:4]:
        atoms = spec.build()
        before = atoms.copy()
        method.predict(atoms)
        if atoms != before:
            return f"it changed the structure {spec.id} that it was shown; let it work on a copy."
    return None


def _bears(method: Method, atoms: Atoms) -> str | None:
    try:
        method.predict(atoms)
    except Exception as error:
        return f"it raised {type(error).__name__} ({error}); answer 'unknown' where there is nothing to say."
    return None


def _confident(method: Method, spec: StructureSpec) -> str | None:
    answer = method.predict(spec.build())
    highest = float(max(answer.probabilities))
    if abs(highest - float(answer.confidence)) > 1e-3:
        return f"its confidence in {spec.id} is {float(answer.confidence):g}, its highest probability {highest:g}."
    return None


def _count(method: Method, condition: str) -> int:
    return sum(1 for _ in scored_structures(method, condition, scored_classes(method, SUPPORTED), 10, seed=0))
