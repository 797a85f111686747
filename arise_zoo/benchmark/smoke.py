"""A quick look at a method before a full run: does it follow the protocol, and would anything fail?

A few dozen small structures of the benchmark are shown to it; accuracy does not matter here. The full run is `runner`.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from ase import Atoms

from ..errors import AriseZooError
from ..methods import Method, ResolvedMethod, get_method, resolve
from ..structures import StructureSpec, pristine_structures
from .plan import Plan, Sampling
from .predictions import CheckedAnswer
from .querying import query
from .tables import SUPPORTED, table_conditions

_T = TypeVar("_T")
_CONDITIONS = ("pristine", "displacement-0.04", "missing-0.2", "both-0.3-0.1")
_N_CLASSES, _MOST_ATOMS = 6, 400


@dataclass(frozen=True)
class Check:
    """What was checked, whether it holds, and a sentence if it does not or if there is something to say."""

    name: str
    passed: bool
    said: str = ""


def smoke(method: str | Method) -> list[Check]:
    """Check a method, given by name or as an object, in well under half a minute unless the method itself is slow.

    Checks come in the order of the returned list; those that need an earlier one that failed are left out.
    """
    checks = _Checks()
    resolved = checks.result("follows the protocol", lambda: _resolved(method))
    if resolved is None:
        return checks.made
    plan = Plan(resolved.facts, Sampling(iterations=1, seed=0))
    specs = small_structures(plan)
    travelled = checks.result("survives pickle, by which it travels to workers", lambda: _travelled(resolved))
    if resolved.fit is not None:
        if not checks.holds("can be fitted on the pristine structures of its classes", lambda: _fitted(resolved, plan)):
            return checks.made
        travelled = travelled and _travelled(resolved)
    started = time.perf_counter()
    answers = checks.result("answers as the protocol says", lambda: _ask(resolved, specs))
    if answers is None:
        return checks.made
    seconds = (time.perf_counter() - started) / len(specs)
    checks.holds("says the same when asked again", lambda: _differs(specs, answers, _ask(resolved, specs)))
    back = specs[::-1]
    checks.holds("says the same in another order", lambda: _differs(back, answers[::-1], _ask(resolved, back)))
    if travelled is not None:
        checks.holds("says the same in another process", lambda: _differs(specs, answers, _ask(travelled, specs)))
    checks.holds("leaves structures as they are", lambda: _changes(resolved, specs))
    single = Atoms("Fe", cell=[9, 9, 9], pbc=not resolved.facts.finite)
    checks.holds("bears a single atom", lambda: _bears(resolved, single))
    largest = max(spec.n_atoms for spec in specs)
    whole = Plan(resolved.facts, Sampling(seed=0))
    total = sum(1 for c in table_conditions("2") for _ in whole.weighted_structures(c, SUPPORTED))
    took = f"{1000 * seconds:.1f} ms a structure of at most {largest} atoms; Table 2 has {total:,}, most larger."
    checks.made.append(Check("time", True, took))
    return checks.made


class _Checks:
    """The checks made so far."""

    def __init__(self) -> None:
        self.made: list[Check] = []

    def result(self, name: str, function: Callable[[], _T]) -> _T | None:
        """What the function returns, None if it raises: the check has then failed."""
        found: list[_T] = []
        self.holds(name, lambda: found.append(function()))
        return found[0] if found else None

    def holds(self, name: str, function: Callable[[], str | None]) -> bool:
        """Whether the function neither returns a fault nor raises."""
        try:
            fault = function()
        except AriseZooError as error:
            fault = str(error)
        except Exception as error:  # a plug-in may raise anything
            fault = f"{type(error).__name__}: {error}"
        self.made.append(Check(name, fault is None, fault or ""))
        return fault is None


def small_structures(plan: Plan) -> list[StructureSpec]:
    """A few small structures under a few conditions, of classes spread over those that a method is scored on."""
    some = plan.supported[:: max(1, len(plan.supported) // _N_CLASSES)][:_N_CLASSES]
    found = []
    for condition in _CONDITIONS:
        every = plan.structures(condition, some)
        for _, group in groupby(every, key=lambda spec: (spec.class_id, spec.periodic)):
            smallest = min(group, key=lambda spec: spec.n_atoms)
            if smallest.n_atoms <= _MOST_ATOMS:
                found.append(smallest)
    return found


def _resolved(method: str | Method) -> ResolvedMethod:
    resolved = resolve(get_method(method) if isinstance(method, str) else method)
    if not small_structures(Plan(resolved.facts, Sampling(1, 0))):
        raise AriseZooError("it treats periodic structures only but recognises none of them.")
    return resolved


def _travelled(method: ResolvedMethod) -> ResolvedMethod:
    return ResolvedMethod(pickle.loads(pickle.dumps(method.method)))


def _fitted(method: ResolvedMethod, plan: Plan) -> None:
    shown = list(pristine_structures([c for c in plan.shown if c in plan.facts.recognises]))
    if method.fit is not None:
        method.fit([spec.build() for spec in shown], [spec.class_id for spec in shown])


def _ask(method: ResolvedMethod, specs: Sequence[StructureSpec]) -> list[CheckedAnswer]:
    size = method.facts.structures_at_once or 1
    return [answer for i in range(0, len(specs), size) for answer in query(method, specs[i : i + size])]


def _differs(
    specs: Sequence[StructureSpec], expected: Sequence[CheckedAnswer], found: Sequence[CheckedAnswer]
) -> str | None:
    for spec, a, b in zip(specs, expected, found, strict=True):
        if list(a.labels) != list(b.labels):
            return f"the labels of {spec.id} differ; seed whatever is random in it."
    return None


def _changes(method: ResolvedMethod, specs: Sequence[StructureSpec]) -> str | None:
    for spec in specs[:4]:
        atoms = spec.build()
        before = atoms.copy()
        method.predict(atoms)
        if atoms != before:
            return f"it changed the structure {spec.id} that it was shown; let it work on a copy."
    return None


def _bears(method: ResolvedMethod, atoms: Atoms) -> str | None:
    try:
        method.predict(atoms)
    except Exception as error:
        return f"it raised {type(error).__name__} ({error}); answer 'unknown' where there is nothing to say."
    return None
