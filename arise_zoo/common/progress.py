"""Progress of long work: a bar on a terminal, a plain line now and then elsewhere. Always on standard error."""

from __future__ import annotations

import sys
import time

_SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """A count of work done, to be used as a context manager; `show=False` keeps it silent.

    `total`: how much there is to do, None if that is not known.
    """

    def __init__(self, total: int | None, label: str, *, show: bool = True):
        self.total, self.label, self.done = total, label, 0
        self._bar = None
        self._lines = show and not sys.stderr.isatty()
        self._started = self._last_line = time.monotonic()
        if show and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, desc=label, unit_scale=True, dynamic_ncols=True, leave=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def note(self, label: str) -> None:
        """Say what is being worked on."""
        self.label = label
        if self._bar is not None:
            self._bar.set_description(label)

    def advance(self, count: int = 1) -> None:
        """Count work as done."""
        self.done += count
        if self._bar is not None:
            self._bar.update(count)
        elif self._lines and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            if self.total is None:
                print(f"{self.label}: {self.done}", file=sys.stderr, flush=True)
                return
            elapsed = self._last_line - self._started
            left = elapsed / self.done * (self.total - self.done) if self.done else float("nan")
            print(f"{self.label}: {self.done} of {self.total}, {left:.0f} s left", file=sys.stderr, flush=True)
