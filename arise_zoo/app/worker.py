"""A process that answers one file after the other, so that an answer that takes too long can be ended."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ..errors import AriseZooError
from .answering import Answerer

_Message = dict[str, Any]
_REMEDY = "send fewer frames or fewer atoms."


class Worker:
    """The process; it is started by the first call of `ready`, and anew after one that was ended.

    Parameters
    ----------
    make : callable
        Makes the `Answerer`, in the process.
    seconds : float
        Of an answer.
    """

    def __init__(self, make: Callable[[], Answerer], seconds: float):
        self._make, self._seconds = make, seconds
        self.process: Any = None
        self._connection: Connection | None = None
        self._lock = asyncio.Lock()
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="arise-zoo-app")
        self._names: _Message = {}
        self.waiting = 0
        """Files that are being answered or wait for it."""

    async def ready(self) -> _Message:
        """Names of the models, once they are read; raises `AriseZooError` if they cannot be."""
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, other = context.Pipe()
            self.process = context.Process(target=_work, args=(other, self._make))
            self.process.start()
            other.close()
            try:
                self._names = await self._receive(None)
            except EOFError as error:
                self.stop()
                raise AriseZooError("the process that answers ended before it had begun.") from error
            if "problem" in self._names:
                self.stop()
                raise AriseZooError(self._names["problem"])
        return self._names

    async def answer(self, path: Path, species: str | None) -> AsyncIterator[_Message]:
        """What the `Answerer` says of a file; the last may be `{"problem": sentence}`."""
        self.waiting += 1
        try:
            async with self._lock:
                await self.ready()
                assert self._connection is not None
                deadline, is_free = time.monotonic() + self._seconds, False
                try:
                    self._connection.send((path, species))
                    while (message := await self._receive(deadline)) is not None:
                        yield message
                    is_free = True
                except TimeoutError:
                    yield {"problem": f"the answer took more than {self._seconds:g} s; {_REMEDY}"}
                except (EOFError, OSError):
                    yield {"problem": f"the answer took more memory than there is; {_REMEDY}"}
                except GeneratorExit:  # nobody listens any more
                    is_free = await self._give_up(deadline)
                    raise
                finally:
                    if not is_free:
                        self.stop()
        finally:
            self.waiting -= 1

    async def _give_up(self, deadline: float) -> bool:
        """Ask for no further frame; whether the process heard it in time."""
        assert self._connection is not None
        try:
            self._connection.send(None)
            while await self._receive(deadline) is not None:
                pass
        except (TimeoutError, EOFError, OSError):
            return False
        return True

    def stop(self) -> None:
        """End the process."""
        if self._connection is not None:
            self._connection.close()
            self.process.kill()
            self.process.join()
            self._connection = None

    async def _receive(self, deadline: float | None) -> Any:
        assert self._connection is not None
        return await asyncio.get_running_loop().run_in_executor(self._threads, _receive, self._connection, deadline)


def _receive(connection: Connection, deadline: float | None) -> Any:
    if deadline is not None and not connection.poll(max(0.0, deadline - time.monotonic())):
        raise TimeoutError
    return connection.recv()


def _work(connection: Connection, make: Callable[[], Answerer]) -> None:
    """What the process does, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        answerer = make()
        connection.send(answerer.names)
        while True:
            question = connection.recv()
            if question is None:  # asked to give up what was done already
                continue
            path, species = question
            tempfile.tempdir = str(path.parent)  # what a reader leaves there is deleted with the file
            try:
                for message in answerer.answer(path, species):
                    connection.send(message)
                    if connection.poll() and connection.recv() is None:
                        break
            except AriseZooError as error:
                connection.send({"problem": _for_the_page(error, path)})
            except Exception:
                traceback.print_exc(file=sys.stderr)
                connection.send({"problem": "the file could not be answered, by a fault of this program."})
            connection.send(None)
    except AriseZooError as error:
        connection.send({"problem": str(error)})
    except (EOFError, BrokenPipeError):  # the parent has ended
        pass


def _for_the_page(error: AriseZooError, path: Path) -> str:
    """The sentence without the folder of the file, and without advice for the command line."""
    said, advised, _ = str(error).replace(f"{path.parent}/", "").partition("; see `ase info")
    return f"{said}." if advised else said
