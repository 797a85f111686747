"""Running the benchmark: showing structures to a method, keeping its answers, resuming interrupted runs."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import groupby, islice
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from .._version import BASE_SEED, ITERATIONS
from ..common.environment import hardware
from ..common.parallel import effective_n_jobs, workers
from ..common.progress import Progress
from ..common.storage import sha256, sole_run
from ..datasets.load import use_dynamics
from ..errors import AriseZooError
from ..methods import Method, ResolvedMethod, get_method, resolve
from ..methods.shipping import Sent, pack, ship
from ..prototypes import class_ids
from ..structures import StructureSpec, condition, pristine_structures
from .identity import identity
from .plan import Plan, Sampling, Unit, unit_order
from .predictions import CheckedAnswer, PredictionStore, table_of
from .querying import call, query, query_cached, query_vectors
from .record import Record
from .run_folder import RunFolder
from .scoring import score, uncertainty_entries
from .tables import TABLES, parse_tables, table_conditions
from .vectors import StoredVectors, stored_vectors_for


def evaluate(
    method: str | Method,
    table: str = "2",
    *,
    iterations: int = ITERATIONS,
    seed: int = BASE_SEED,
    only: Sequence[str] = (),
    supported_only: bool = False,
    n_jobs: int = 1,
    scheduler: str | None = None,
    out: str | Path | None = None,
    folder: str | Path | None = None,
    descriptors: str | Path | None = None,
    progress: bool = False,
) -> Record:
    """Benchmark a method and return its record.

    Parameters
    ----------
    method : str or Method
        A registered name, or an object that follows `arise_zoo.methods.Method`.
    table : str, default "2"
        Tables joined by commas: 2, S1, S2 and S3 of the paper, D of the depth suite, M of molecular dynamics, V of the
        variants.
    iterations : int, default 10
        Random draws for each supercell; the paper has 10.
    seed : int, optional
        Base seed of all structures (default: that of the published data sets).
    only : sequence of str
        Conditions to run, if not all.
    supported_only : bool, default False
        Leave out the rows of all classes, which take slow methods much longer than those of the supported ones.
    n_jobs : int, default 1
        Processes on this machine (-1: one per core).
    scheduler : str, optional
        Address of a Dask scheduler, whose workers are used instead.
    out : str or Path, optional
        Folder for `<method>/record.json` and `<method>/predictions.parquet`, from which an interrupted run resumes;
        without it nothing is kept.
    folder : str or Path, optional
        Output folder of `arise-zoo build`. Methods that classify descriptors read them from there where they exist.
    descriptors : str or Path, optional
        Folder in which all other descriptors are kept, for this method and later ones.
    progress : bool, default False
        Show progress on standard error.

    Returns
    -------
    Record
        As described by `arise_zoo.benchmark.record_schema()`; accuracies in percent.

    Raises
    ------
    AriseZooError
        For an unknown name, a method that breaks the protocol, or results of another version in `out`.
    """
    tables = parse_tables(table)
    conditions = _conditions(tables, only)
    if iterations < 1:
        raise AriseZooError(f"the number of iterations must be at least 1, not {iterations}.")
    if any(condition(name).is_stored for name in conditions):
        use_dynamics(folder)  # it decides which frames count
    resolved = resolve(get_method(method) if isinstance(method, str) else method)
    plan = Plan(resolved.facts, Sampling(iterations, seed))
    if not plan.supported:
        raise AriseZooError(f"method {plan.facts.name!r} treats periodic structures only but recognises none of them.")
    stored = stored_vectors_for(resolved, folder) if seed == BASE_SEED else None
    with ExitStack() as stack:
        base = Path(out if out is not None else stack.enter_context(tempfile.TemporaryDirectory())).resolve()
        results = base / plan.facts.name
        stack.enter_context(sole_run(results / ".lock", results))
        run = RunFolder(results, identity(plan))
        if run.previous_record is not None:
            tables = [t for t in TABLES if t in tables or t in run.previous_record["table"].split(",")]
        wanted = plan.units_of(tables, conditions, supported_only)
        if not wanted and run.previous_record is None:
            raise AriseZooError(
                f"method {plan.facts.name!r} is not scored on anything in table {', '.join(tables)} under these "
                "conditions."
            )
        missing = [unit for unit in unit_order() if unit in wanted and unit not in run.predictions]
        if missing:
            kept = None if descriptors is None else Path(descriptors).resolve()
            # What a method prints must not stand among what a command prints.
            stack.enter_context(redirect_stdout(sys.stderr))
            _fit(resolved)
            sent: Sent = resolved
            if scheduler is not None:
                sent = pack(resolved)
            elif effective_n_jobs(n_jobs) != 1:
                sent = ship(resolved, Path(stack.enter_context(tempfile.TemporaryDirectory())))
            questions = _Questions(resolved, sent, plan, stored, kept)
            with workers(n_jobs, scheduler, shared=[sent]) as pool:
                _run(questions, missing, run.predictions, pool, progress, effective_n_jobs(n_jobs))
        run.join(unit_order())
        record = _record(plan, run, tables)
        run.write_record(record)
    return record


def _conditions(tables: list[str], only: Sequence[str]) -> list[str]:
    available = list(dict.fromkeys(c for table in tables for c in table_conditions(table)))
    for name in only:
        condition(name)
        if name not in available:
            raise AriseZooError(f"condition {name!r} is not in table {', '.join(tables)}; add the table that has it.")
    return [c for c in available if not only or c in only]


SECONDS_BETWEEN_PARTS = 30.0
"""How often the answers of an incomplete unit are kept."""


@dataclass(frozen=True)
class _Questions:
    """What a method is given: structures, descriptors of a data set, or descriptors kept in a folder."""

    method: ResolvedMethod
    sent: Sent
    plan: Plan
    stored: StoredVectors | None
    kept: Path | None

    def chunks(self, unit: Unit, begin: int = 0) -> Iterator[list[StructureSpec]]:
        """A unit's structures from number `begin`: each alone if the method takes one at a time, so that little is lost
        when it is interrupted, otherwise those of one supercell together, or as many as it wants to see."""
        specs = islice(self.plan.unit_structures(unit), begin, None)
        of_vectors = self.method.predict_vectors is not None and (self.stored is not None or self.kept is not None)
        if self.method.predict_many is None and not of_vectors:
            yield from ([spec] for spec in specs)
            return
        if size := self.plan.facts.structures_at_once:
            every = list(specs)
            yield from (every[i : i + size] for i in range(0, len(every), size))
            return
        for _, group in groupby(specs, key=lambda spec: (spec.class_id, spec.k, spec.periodic)):
            yield list(group)

    def task(self, condition_name: str, specs: list[StructureSpec]) -> Any:
        """What a worker is to do; descriptors travel with it where they are stored."""
        from joblib import delayed

        vectors = self.stored.of(condition_name, specs) if self.stored else None
        if vectors is not None:
            return delayed(query_vectors)(self.sent, specs, vectors)
        # What is read from a data set travels, so that workers elsewhere need not have it.
        structures = [spec.build() for spec in specs] if condition(condition_name).is_stored else None
        if self.kept is not None and self.method.predict_vectors is not None:
            return delayed(query_cached)(self.sent, specs, self.kept, structures)
        return delayed(query)(self.sent, specs, structures)


def _fit(method: ResolvedMethod) -> None:
    """Show a method that learns the pristine structures of its classes."""
    if (fit := method.fit) is not None:
        pristine = list(pristine_structures([c for c in class_ids() if c in method.facts.recognises]))
        structures, labels = [spec.build() for spec in pristine], [spec.class_id for spec in pristine]
        call(method.facts, lambda _: fit(structures, labels), None, "its fit")


def _run(
    questions: _Questions,
    units: list[Unit],
    store: PredictionStore,
    pool: Callable[..., Any],
    progress: bool,
    n_workers: int,
) -> None:
    """Ask the method for all structures of these units, but for those that an interrupted run has kept."""
    facts = questions.plan.facts
    kept = {unit: store.part(unit) for unit in units}
    chunks = [(unit, specs) for unit in units for specs in questions.chunks(unit, len(kept[unit][0]))]
    n_kept = sum(len(rows) for rows, _ in kept.values())
    total = n_kept + sum(len(specs) for _, specs in chunks)
    with Progress(total, facts.name, show=progress, warm_up=n_workers) as bar:
        bar.known(n_kept)
        answers = iter(pool(questions.task(unit.condition, specs) for unit, specs in chunks))
        chunks_of = {unit: [specs for _, specs in own] for unit, own in groupby(chunks, key=lambda pair: pair[0])}
        for unit in units:
            bar.note(f"{facts.name} {unit.condition}")
            with _Answers(store, unit, *kept[unit]) as found:
                for specs in chunks_of.get(unit, []):
                    found.add(specs, next(answers))
                    bar.advance(len(specs))


class _Answers:
    """The answers to one unit's structures in their order; what is there when it breaks off is kept as parts."""

    def __init__(self, store: PredictionStore, unit: Unit, rows: pa.Table, seconds: float):
        self._store, self._unit, self._rows, self._seconds = store, unit, rows, seconds
        self._specs: list[StructureSpec] = []
        self._answers: list[CheckedAnswer] = []
        self._since = time.monotonic()

    def __enter__(self) -> _Answers:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            rows, seconds = self._taken()
            self._store.add(self._unit, rows, seconds)
        elif self._specs:
            self._keep()

    def add(self, specs: Sequence[StructureSpec], answers: Sequence[CheckedAnswer]) -> None:
        """Take the answers to the next structures."""
        self._specs.extend(specs)
        self._answers.extend(answers)
        if time.monotonic() - self._since > SECONDS_BETWEEN_PARTS:
            self._keep()

    def _keep(self) -> None:
        begin, seconds = len(self._rows), self._seconds
        self._rows, self._seconds = self._taken()
        self._store.add_part(self._unit, begin, self._rows[begin:], self._seconds - seconds)

    def _taken(self) -> tuple[pa.Table, float]:
        """All rows so far, and the seconds that they took."""
        now = time.monotonic()
        seconds, self._since = self._seconds + now - self._since, now
        if not self._specs:
            return self._rows, seconds
        new = table_of(self._specs, self._answers)
        self._specs, self._answers = [], []
        return (pa.concat_tables([self._rows, new]) if len(self._rows) else new), seconds


def _record(plan: Plan, run: RunFolder, tables: list[str]) -> Record:
    facts, path = plan.facts, run.predictions.path
    cells, per_class = score(plan, run.predictions, tables)
    record = {
        "method": facts.name,
        "level": facts.level,
        "truth": facts.truth,
        "finite": facts.finite,
        "citation": facts.citation,
        "trained_on_defects": facts.trained_on_defects,
        "recognises": [c for c in class_ids() if c in facts.recognises],
        "scored_on_supported": list(plan.supported),
        "table": ",".join(tables),
        **{key: value for key, value in identity(plan).items() if key != "method"},
        "cells": cells,
        "per_class": per_class,
        **uncertainty_entries(plan, run.predictions, tables),
        "predictions": {"file": path.name, "sha256": sha256(path), "rows": run.predictions.n_rows},
        "wall_s": run.wall_s,
        "hardware": hardware(),
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    return cast("Record", record)
