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

from ..common.progress import Progress
from ..errors import AriseZooError
from ..methods import Method, ResolvedMethod, get_method, resolve
from ..structures import StructureSpec, condition, pristine_structures
from .plan import Plan, Sampling, Unit
from .predictions import CheckedAnswer
from .querying import query
from .tables import OWN_CONDITIONS, TABLES, table_conditions
from .vectors import is_stored

_T = TypeVar("_T")
_CONDITIONS = ("pristine", "displacement-0.04", "missing-0.2", "both-0.3-0.1")
_N_CLASSES, _MOST_ATOMS = 6, 400
_PAPER = [name for name in TABLES if name not in OWN_CONDITIONS]
_LONG = 30.0  # seconds


@dataclass(frozen=True)
class Check:
    """What was checked, whether it holds, and a sentence if it does not or if there is something to say."""

    name: str
    passed: bool
    said: str = ""


def smoke(method: str | Method, progress: bool = False) -> list[Check]:
    """Check a method, given by name or as an object, in well under half a minute unless the method itself is slow.

    Checks come in the order of the returned list; those that need an earlier one that failed are left out. `progress`:
    whether to show it.
    """
    with Progress(None, "smoke", show=progress) as bar:
        return _made(method, _Checks(bar))


def _made(method: str | Method, checks: _Checks) -> list[Check]:
    """All checks of a method."""
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
    answers = checks.result("answers as the protocol says", lambda: _ask(resolved, specs))
    if answers is None:
        return checks.made
    started = time.perf_counter()  # the first time, libraries were loaded as well
    checks.holds("says the same when asked again", lambda: _differs(specs, answers, _ask(resolved, specs)))
    seconds = (time.perf_counter() - started) / len(specs)
    back = specs[::-1]
    checks.holds("says the same in another order", lambda: _differs(back, answers[::-1], _ask(resolved, back)))
    if travelled is not None:
        checks.holds("says the same in another process", lambda: _differs(specs, answers, _ask(travelled, specs)))
    checks.holds("leaves structures as they are", lambda: _changes(resolved, specs))
    single = Atoms("Fe", cell=[9, 9, 9], pbc=not resolved.facts.finite)
    checks.holds("bears a single atom", lambda: _bears(resolved, single))
    if travelled is not None:
        checks.made.append(Check("size", True, _size(resolved)))
    if resolved.predict_vectors is not None:
        checks.made.append(Check("descriptors", True, _spared(resolved)))
    checks.made.append(Check("time", True, _time(resolved, specs, seconds)))
    return checks.made


class _Checks:
    """The checks made so far."""

    def __init__(self, bar: Progress) -> None:
        self.made: list[Check] = []
        self._bar = bar

    def result(self, name: str, function: Callable[[], _T]) -> _T | None:
        """What the function returns, None if it raises: the check has then failed."""
        found: list[_T] = []
        self.holds(name, lambda: found.append(function()))
        return found[0] if found else None

    def holds(self, name: str, function: Callable[[], str | None]) -> bool:
        """Whether the function neither returns a fault nor raises."""
        self._bar.note(name)
        try:
            fault = function()
        except AriseZooError as error:
            fault = str(error)
        except Exception as error:  # a plug-in may raise anything
            fault = f"{type(error).__name__}: {error}"
        self.made.append(Check(name, fault is None, fault or ""))
        self._bar.advance()
        return fault is None


def small_structures(plan: Plan) -> list[StructureSpec]:
    """A few small structures under a few conditions, of classes spread over those that a method is scored on."""
    some = plan.supported[:: max(1, len(plan.supported) // _N_CLASSES)][:_N_CLASSES]
    found = []
    for name in _CONDITIONS:
        every = plan.structures(name, some)
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


def _size(method: ResolvedMethod) -> str:
    import resource
    import sys

    travels = len(pickle.dumps(method.method)) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    return f"{travels:.1f} MB travel to each worker, once; a process that asks it takes up to {peak:.0f} MB."


def _spared(method: ResolvedMethod) -> str:
    if is_stored(method.descriptor):
        return "data sets hold those that it classifies; with --data they are read, which spares most of the time."
    return "data sets do not hold those that it classifies; with --descriptors they are kept for the next run."


def _time(method: ResolvedMethod, specs: Sequence[StructureSpec], seconds: float) -> str:
    """`seconds`: of a structure."""
    mean = sum(spec.n_atoms for spec in specs) / len(specs)
    said = [f"{1000 * seconds:.1f} ms a structure of {mean:.0f} atoms"]
    for tables, name in ((["2"], "Table 2 has"), (_PAPER, "all tables of the paper have")):
        n, n_atoms = _asked(Plan(method.facts, Sampling(seed=0)), tables)
        # As long for each structure, or for each atom: what a method takes lies in between, or near.
        least, most = sorted((seconds * n, seconds / mean * n_atoms))
        how_long = f"which take {_duration(least)} to {_duration(most)} on one core"
        said.append(f"{name} {n:,} of {n_atoms / n:.0f} atoms, {how_long}")
    at_once = method.facts.structures_at_once or 1
    if at_once * seconds > _LONG:
        lost = f"{at_once} structures at once take {_duration(at_once * seconds)}, which an interruption loses"
        said.append(f"{lost}; lower structures_at_once")
    return "; ".join(said) + "."


def _asked(plan: Plan, tables: Sequence[str]) -> tuple[int, int]:
    """How many structures a run of these tables asks about, and how many atoms they have in all.

    Conditions with random draws have the same supercells, so that one stands for all.
    """
    units = plan.units_of(tables, [name for table in tables for name in table_conditions(table)])
    n = n_atoms = 0
    for _, alike in groupby(sorted(units, key=lambda unit: (_kind(unit), unit)), key=_kind):
        same = list(alike)
        sizes = [spec.n_atoms for spec in plan.unit_structures(same[0])]
        n, n_atoms = n + len(same) * len(sizes), n_atoms + len(same) * sum(sizes)
    return n, n_atoms


def _kind(unit: Unit) -> tuple[str, bool]:
    return unit.classes, condition(unit.condition).is_random


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    return f"{seconds:.0f} s" if minutes < 2 else f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"


def _bears(method: ResolvedMethod, atoms: Atoms) -> str | None:
    try:
        method.predict(atoms)
    except Exception as error:
        return f"it raised {type(error).__name__} ({error}); answer 'unknown' where there is nothing to say."
    return None
