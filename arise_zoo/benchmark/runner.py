"""Running the benchmark: what is asked of whom, in which order, kept as it comes, taken up again where it ended."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timezone
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._version import BASE_SEED
from ..common.environment import hardware
from ..common.parallel import workers
from ..common.progress import Progress
from ..common.storage import sha256
from ..errors import AriseZooError, UnknownNameError
from ..methods import get_method
from ..methods.registry import check_method
from ..prototypes import class_ids
from ..structures import StructureSpec, condition, pristine_structures
from .identity import identity
from .predictions import Unit, table_of
from .querying import query, query_cached, query_vectors
from .run_folder import RunFolder, locked
from .scope import has_all_rows, is_scored, scored_classes, scored_structures
from .scoring import calibration_entries, score, unit_classes, units_needed
from .stored_vectors import StoredVectors, stored_vectors_for
from .tables import ALL, SUPPORTED, TABLES, table_conditions

if TYPE_CHECKING:
    from ..methods import Method


def evaluate(
    method: str | Method,
    table: str = "2",
    *,
    iterations: int = 10,
    seed: int = BASE_SEED,
    only: Sequence[str] = (),
    supported_only: bool = False,
    n_jobs: int = 1,
    scheduler: str | None = None,
    out: str | Path | None = None,
    data: str | Path | None = None,
    descriptors: str | Path | None = None,
    progress: bool = False,
) -> dict[str, Any]:
    """Benchmark a method and return its record.

    Parameters
    ----------
    method : a registered name, or an object that follows `arise_zoo.methods.Method`.
    table : tables, joined by commas: 2, S1, S2, S3 of the paper, D of the depth suite.
    iterations : random draws for each supercell; 10 in the paper.
    seed : base seed of all structures; by default that of the published data sets.
    only : names of conditions, to run only these.
    supported_only : leave out the rows of all classes, which take slow methods much longer than those of their own.
    n_jobs, scheduler : processes on this machine (-1: one per core), or the address of a Dask scheduler.
    out : folder in which `<method>/record.json` and `<method>/predictions.parquet` are written and an interrupted
        run is taken up again; without it nothing is kept.
    data : output folder of `arise-zoo build`, from which methods that classify descriptors take them, as far as they
        are there, instead of making structures and descriptors again.
    descriptors : folder in which descriptors that are not in `data` are kept, for this method and others.
    progress : show progress on standard error.

    Returns
    -------
    The record, as described by `arise_zoo.benchmark.record_schema()`; accuracies in percent.

    Raises
    ------
    AriseZooError
        with one sentence, for an unknown name, a method that breaks the protocol, or results of another version
        in `out`.
    """
    tables = parse_tables(table)
    conditions = _conditions(tables, only)
    if iterations < 1:
        raise AriseZooError(f"the number of iterations must be at least 1, not {iterations}.")
    if isinstance(method, str):
        method = get_method(method)
    check_method(method)
    if not scored_classes(method, SUPPORTED):
        raise AriseZooError(f"method {method.name!r} treats periodic structures only but recognises none of them.")
    stored = stored_vectors_for(method, data) if seed == BASE_SEED else None
    with ExitStack() as stack:
        base = Path(out if out is not None else stack.enter_context(tempfile.TemporaryDirectory()))
        folder = base / method.name
        stack.enter_context(locked(folder))
        run = RunFolder(folder, identity(method, iterations, seed))
        if run.previous_record is not None:
            tables = [t for t in TABLES if t in tables or t in run.previous_record["table"].split(",")]
        order = [Unit(c, which) for c in _all_conditions() for which in (SUPPORTED, "rest")]
        rows = {t: TABLES[t][:1] if supported_only else TABLES[t] for t in tables}
        wanted = {u for t in tables for s in rows[t] for c in conditions for u in _units(method, t, s, c)}
        missing = [unit for unit in order if unit in wanted and unit not in run.predictions]
        _run(method, missing, run, iterations, seed, n_jobs, scheduler, stored, descriptors, progress)
        run.join(order)
        record = _record(method, run, tables, iterations, seed)
        run.write_record(record)
    return record


def parse_tables(table: str) -> list[str]:
    """Names of tables joined by commas, in the paper's order; raises `UnknownNameError` for one that is not."""
    names = [name.strip() for name in table.split(",")]
    for name in names:
        if name not in TABLES:
            raise UnknownNameError("table", name, TABLES)
    return [name for name in TABLES if name in names]


def _conditions(tables: list[str], only: Sequence[str]) -> list[str]:
    available = list(dict.fromkeys(c for table in tables for c in table_conditions(table)))
    for name in only:
        condition(name)
        if name not in available:
            raise AriseZooError(f"condition {name!r} is not in table {', '.join(tables)}; add the table that has it.")
    return [c for c in available if not only or c in only]


def _all_conditions() -> list[str]:
    return list(dict.fromkeys(c for table in TABLES for c in table_conditions(table)))


def _units(method: Method, table: str, scored_on: str, condition_name: str) -> list[Unit]:
    if condition_name not in table_conditions(table) or (scored_on == ALL and not has_all_rows(method)):
        return []
    if not is_scored(method, condition_name, scored_on):
        return []
    return units_needed(method, condition_name, scored_on)


def _run(
    method: Method,
    units: list[Unit],
    run: RunFolder,
    iterations: int,
    seed: int,
    n_jobs: int,
    scheduler: str | None,
    stored: StoredVectors | None,
    descriptors: str | Path | None,
    progress: bool,
) -> None:
    """Ask the method for all structures of these units; each unit is kept as soon as it is complete."""
    if not units:
        return
    if hasattr(method, "fit"):
        pristine = list(pristine_structures([c for c in class_ids() if c in method.recognises]))
        method.fit([spec.build() for spec in pristine], [spec.class_id for spec in pristine])
    chunks = [chunk for unit in units for chunk in _chunks(method, unit, iterations, seed)]
    total = sum(len(specs) for _, specs in chunks)
    with Progress(total, method.name, show=progress) as bar, workers(n_jobs, scheduler) as pool:
        answers = pool(_questions(method, chunks, stored, descriptors))
        started = time.monotonic()
        for unit, own in groupby(zip(chunks, answers, strict=True), key=lambda pair: pair[0][0]):
            bar.note(f"{method.name} {unit.condition}")
            specs_done, answers_done = [], []
            for (_, specs), given in own:
                specs_done.extend(specs)
                answers_done.extend(given)
                bar.advance(len(specs))
            now = time.monotonic()
            run.predictions.add(unit, table_of(specs_done, answers_done), now - started)
            started = now


def _questions(
    method: Method,
    chunks: list[tuple[Unit, list[StructureSpec]]],
    stored: StoredVectors | None,
    descriptors: str | Path | None,
) -> Iterator[Any]:
    """What the workers are to do, one chunk at a time; descriptors travel with the chunk where they are stored."""
    from joblib import delayed

    for unit, specs in chunks:
        vectors = stored.of(unit.condition, specs) if stored else None
        if vectors is not None:
            yield delayed(query_vectors)(method, specs, vectors)
        elif descriptors is not None and hasattr(method, "predict_vectors"):
            yield delayed(query_cached)(method, specs, Path(descriptors).resolve())
        else:
            yield delayed(query)(method, specs)


def _chunks(method: Method, unit: Unit, iterations: int, seed: int) -> Iterator[tuple[Unit, list[StructureSpec]]]:
    """A unit's structures, those of one supercell together, or as many as the method wants to see."""
    specs = scored_structures(method, unit.condition, unit_classes(method, unit.classes), iterations, seed)
    if size := getattr(method, "structures_at_once", None):
        specs = list(specs)
        yield from ((unit, specs[i : i + size]) for i in range(0, len(specs), size))
        return
    for _, group in groupby(specs, key=lambda spec: (spec.class_id, spec.k, spec.periodic)):
        yield unit, list(group)


def _record(method: Method, run: RunFolder, tables: list[str], iterations: int, seed: int) -> dict[str, Any]:
    cells, per_class = score(method, run.predictions, tables, iterations, seed)
    path = run.predictions.path
    probabilistic = getattr(method, "probabilistic", False)
    return {
        "method": method.name,
        "level": method.level,
        "truth": method.truth,
        "finite": bool(method.finite),
        "citation": getattr(method, "citation", None),
        "trained_on_defects": bool(getattr(method, "trained_on_defects", False)),
        "recognises": [c for c in class_ids() if c in method.recognises],
        "scored_on_supported": list(scored_classes(method, SUPPORTED)),
        "table": ",".join(tables),
        **{key: value for key, value in identity(method, iterations, seed).items() if key != "method"},
        "cells": cells,
        "per_class": per_class,
        **(calibration_entries(method, run.predictions, tables) if probabilistic else {}),
        "predictions": {"file": path.name, "sha256": sha256(path), "rows": run.predictions.n_rows},
        "wall_s": run.wall_s,
        "hardware": hardware(),
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
