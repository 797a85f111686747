"""Parallel loops, all of which go through joblib: processes on this machine, or a Dask cluster, by one argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from ..errors import AriseZooError

_CONNECT_TIMEOUT = "20s"


class SchedulerError(AriseZooError, ValueError):
    """A Dask scheduler that cannot be used."""


@contextmanager
def workers(n_jobs: int = 1, scheduler: str | None = None) -> Iterator[Callable[[Iterable[Any]], Iterator[Any]]]:
    """A pool of workers, as a function that runs `joblib.delayed` calls and yields their results in order.

    Parameters: `n_jobs`, processes on this machine (-1: one per core); `scheduler`, the address of a Dask scheduler
    (`tcp://host:port`), whose workers are used instead. At most a few results wait in memory at a time. Raises
    `SchedulerError` if the scheduler cannot be reached.
    """
    import joblib

    if scheduler is None:
        if n_jobs == 0 or n_jobs < -1:
            raise AriseZooError(f"the number of jobs must be positive, or -1 for one per core, not {n_jobs}.")
        with joblib.parallel_config(backend="loky", n_jobs=n_jobs):
            yield joblib.Parallel(return_as="generator")
        return
    with _dask_client(scheduler) as client, joblib.parallel_config(backend="dask", client=client, n_jobs=-1):
        yield joblib.Parallel(return_as="generator")


@contextmanager
def _dask_client(scheduler: str) -> Iterator[Any]:
    try:
        address = urlsplit(scheduler)
        valid = bool(address.scheme and address.hostname and address.port)
    except ValueError:
        valid = False
    if not valid:
        raise SchedulerError(f"{scheduler!r} is not the address of a Dask scheduler; give one as tcp://HOST:PORT.")
    try:
        from distributed import Client
    except ImportError as error:
        raise SchedulerError("a Dask scheduler needs the package distributed; install arise-zoo[dask].") from error
    try:
        client = Client(scheduler, timeout=_CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise SchedulerError(f"no Dask scheduler answers at {scheduler} ({type(error).__name__}).") from error
    try:
        if not client.scheduler_info()["workers"]:
            raise SchedulerError(f"the Dask scheduler at {scheduler} has no workers; start some first.")
        yield client
    finally:
        client.close()
