"""Progress of long work: a bar on a terminal, a plain line now and then elsewhere. Always on standard error."""

from __future__ import annotations

import sys
import time

_SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """A count of work done, to be used as a context manager; `show=False` keeps it silent.

    The time left follows from the mean time of what was done. `total`: how much there is to do, None if that is not
    known. `warm_up`: of how many first steps the time says nothing, as where something is loaded or compiled, for each
    worker one; they are left out of the mean.
    """

    def __init__(self, total: int | None, label: str, *, show: bool = True, warm_up: int = 0):
        self.total, self.label, self.done = total, label, 0
        self._bar = None
        self._lines = show and not sys.stderr.isatty()
        self._warm_up = warm_up
        self._started = self._last_line = time.monotonic()
        self._untimed = 0
        if show and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=total, desc=label, unit_scale=True, dynamic_ncols=True, leave=False, smoothing=0)

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

    def expect(self, total: int | None) -> None:
        """Say how much there is to do in all, None if that is not known."""
        self.total = total
        if self._bar is not None:
            self._bar.total = total

    def known(self, count: int) -> None:
        """Count work as done that took no time now, such as what an earlier run has left."""
        self.done += count
        self._restart()

    def advance(self, count: int = 1) -> None:
        """Count work as done."""
        self.done += count
        if self._warm_up > 0:
            self._warm_up -= 1
            self._restart()
        if self._bar is not None:
            self._bar.update(self.done - self._bar.n)
        elif self._lines and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            left = self.seconds_left()
            estimate = "" if left is None else f", {left:.0f} s left"
            amount = "" if self.total is None else f" of {self.total}"
            print(f"{self.label}: {self.done}{amount}{estimate}", file=sys.stderr, flush=True)

    def seconds_left(self) -> float | None:
        """How long the rest will take, None where nothing tells yet."""
        timed = self.done - self._untimed
        if timed <= 0 or self.total is None:
            return None
        return (time.monotonic() - self._started) / timed * (self.total - self.done)

    def _restart(self) -> None:
        """Take the time from here."""
        self._started, self._untimed = time.monotonic(), self.done
        if self._bar is not None:
            self._bar.n = self._bar.initial = self.done
            self._bar.start_t = time.time()
            self._bar.refresh()
