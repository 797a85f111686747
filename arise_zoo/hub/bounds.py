"""Downloads that end: no more bytes than a file has, and no longer than a slow line needs.

The client reads a body until the server ends it, and counts the bytes afterwards.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from .client import HubError

SLOWEST = 10_000
"""Bytes per second of the slowest line that is waited for."""

LEAST_WAIT = 120.0
"""Seconds that any file may take."""

UNSAID = 2**24
"""Bytes that a file may have whose size nobody has said."""

_T = TypeVar("_T")


def bar_of(name: str, most: int) -> type[Any]:
    """A progress bar for the client that raises `HubError` once a download has more than `most` bytes."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Bar(tqdm):
        def update(self, n: float | None = 1) -> bool | None:
            self.received = getattr(self, "received", 0) + (n or 0)
            if self.received > most:
                raise HubError(f"the Hub sends more of {name} than the {most:,} bytes that it has; it is not used.")
            shown: bool | None = super().update(n)
            return shown

    return Bar


def within(seconds: float, name: str, call: Callable[[], _T]) -> _T:
    """The result of a call; raises `HubError` if it takes longer, and leaves it behind."""
    found: list[_T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(call())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise HubError(f"the Hub has not sent {name} within {seconds:.0f} s; try again later, on a faster line.")
    if failed:
        raise failed[0]
    return found[0]


def patience(size: int) -> float:
    """Seconds that a file of this size may take."""
    return LEAST_WAIT + size / SLOWEST
