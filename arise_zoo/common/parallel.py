"""Parallel loops, all of which go through joblib: processes on this machine, or a Dask cluster, by one argument."""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from ..errors import AriseZooError

_CONNECT_TIMEOUT = "20s"
_MOST_JOBS = 1024
_SECONDS_BETWEEN_LOOKS = 1.0


class WorkerError(AriseZooError):
    """A worker process that ended early, or that cannot be given its work."""


class SchedulerError(AriseZooError, ValueError):
    """A Dask scheduler that cannot be used."""


@contextmanager
def workers(
    n_jobs: int = 1, scheduler: str | None = None, *, shared: Sequence[Any] = ()
) -> Iterator[Callable[[Iterable[Any]], Iterator[Any]]]:
    """A pool of workers: a function that runs `joblib.delayed` calls and yields their results in order.

    At most a few results are kept in memory at a time.

    Parameters
    ----------
    n_jobs : int, default 1
        Processes on this machine (-1: one per core).
    scheduler : str, optional
        Address of a Dask scheduler (`tcp://host:port`), whose workers are used instead.
    shared : sequence
        Arguments of many calls, which each worker of a Dask cluster is sent once.

    Raises
    ------
    SchedulerError
        If the scheduler cannot be reached.
    WorkerError
        If a worker ends early or cannot be given its work.
    """
    import joblib

    if scheduler is not None:
        with (
            _dask_client(scheduler) as client,
            joblib.parallel_config(backend="dask", client=client, n_jobs=-1, scatter=list(shared)),
        ):
            yield joblib.Parallel(return_as="generator")
        return
    if n_jobs == 0 or n_jobs < -1:
        raise AriseZooError(f"the number of jobs must be positive, or -1 for one per core, not {n_jobs}.")
    if n_jobs > _MOST_JOBS:
        raise AriseZooError(f"{n_jobs} jobs are more than the {_MOST_JOBS} that are allowed; use a Dask scheduler.")
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    try:
        with joblib.parallel_config(backend="loky", n_jobs=n_jobs, initializer=_begin_worker, initargs=(os.getpid(),)):
            yield joblib.Parallel(return_as="generator")
    except TerminatedWorkerError as error:
        raise WorkerError(
            "a worker process ended before its work was done: it crashed, was killed, or ran out of memory; give the "
            "same command again, with fewer --jobs if memory is short."
        ) from error
    except pickle.PicklingError as error:
        reason = " ".join(str(error.__cause__ or error).split())[:200]
        raise WorkerError(f"the work cannot be sent to other processes ({reason}); run it with one job.") from error


def effective_n_jobs(n_jobs: int) -> int:
    """Number of processes on this machine that `n_jobs` stands for."""
    import joblib

    return int(joblib.effective_n_jobs(n_jobs)) if n_jobs else 1


def stop_workers() -> None:
    """End the processes of this machine that wait for work or are at work."""
    if "joblib.externals.loky.reusable_executor" in sys.modules:
        from joblib.externals.loky import reusable_executor

        if reusable_executor._executor is not None:
            reusable_executor._executor.shutdown(wait=False, kill_workers=True)


def _begin_worker(parent: int) -> None:
    """A worker ends with the process that started it, and never writes to its standard output.

    A parent that is killed cannot tell its workers, which would wait for ever.
    """
    os.dup2(2, 1)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


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
