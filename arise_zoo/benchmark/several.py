"""Several methods benchmarked one after the other, as `arise-bench --method` does it."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from ..errors import AriseZooError
from ..methods import Method, get_method, list_methods
from .record import Record
from .runner import evaluate
from .tables import OWN_CONDITIONS, parse_tables


def evaluate_methods(
    methods: str | Sequence[str | Method] = "all",
    table: str = "2",
    *,
    supported_only: bool = False,
    left_out: Callable[[AriseZooError], object] | None = None,
    **options: Any,
) -> Iterator[Record]:
    """Benchmark several methods and yield the record of each.

    All methods are made before the first is run, so that a wrong name costs nothing.

    Parameters
    ----------
    methods : str or sequence of str or Method, default "all"
        Names joined by commas, or names and objects. "all" stands for every registered method: those that cannot be
        made here are left out, and slow ones are run on the classes that they are meant for, on the paper's tables.
    table, supported_only, **options
        As for `evaluate`.
    left_out : callable, optional
        Called with the error of each method that is left out (default: a warning).

    Yields
    ------
    Record

    Raises
    ------
    AriseZooError
        As `evaluate` and `get_method` do.
    """
    everything = isinstance(methods, str) and methods.strip() == "all"
    if everything:
        made = list(all_methods(left_out or (lambda error: warnings.warn(str(error), stacklevel=2))))
    else:
        wanted = [name.strip() for name in methods.split(",") if name.strip()] if isinstance(methods, str) else methods
        made = [get_method(method) if isinstance(method, str) else method for method in wanted]
    slow = {entry.name for entry in list_methods() if entry.slow} if everything else set()
    with ExitStack() as stack:
        if len(made) > 1 and options.get("descriptors") is None:  # described once for all
            options["descriptors"] = stack.enter_context(tempfile.TemporaryDirectory())
        for method in made:
            shortened = method.name in slow
            tables = _of_the_paper(table) if shortened else table
            yield evaluate(method, tables, supported_only=supported_only or shortened, **options)


def all_methods(left_out: Callable[[AriseZooError], object]) -> Iterator[Method]:
    """Every registered method that can be made here; `left_out` is called with the error of each other one."""
    for entry in list_methods():
        try:
            yield get_method(entry.name)
        except AriseZooError as error:
            left_out(error)


def _of_the_paper(table: str) -> str:
    """The paper's tables among these, or all of these where there is none."""
    names = parse_tables(table)
    return ",".join([name for name in names if name not in OWN_CONDITIONS] or names)
