"""Progress counts, and its estimates come near to what happens."""

import pytest

from arise_zoo.common import progress
from arise_zoo.common.progress import Progress


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""

    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

        time = monotonic

    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def test_a_slow_first_unit_is_left_out_of_the_estimate(clock, capsys):
    with Progress(10, "work", warm_up=1) as bar:
        clock.now += 60  # compilation
        bar.advance()
        assert bar.seconds_left() is None
        clock.now += 2
        bar.advance()
        assert bar.seconds_left() == 16
        clock.now += 4
        bar.advance(2)
        assert bar.seconds_left() == 12
    assert capsys.readouterr().err == "work: 1 of 10\nwork: 4 of 10, 12 s left\n"


def test_the_first_estimate_of_workers_that_load_something_is_near(clock):
    with Progress(100, "work", show=False, warm_up=2) as bar:
        for finished in (60.0, 60.1, 62.0, 62.1, 64.0):  # two workers, two seconds a unit once they are warm
            clock.now = 100.0 + finished
            bar.advance()
            left = bar.seconds_left()
            assert left is None or 0.5 < left / ((100 - bar.done) * 1.0) < 2.0
    assert left is not None


def test_what_an_earlier_run_has_left_tells_nothing_of_time(clock, capsys):
    with Progress(100, "work") as bar:
        bar.known(90)
        assert bar.seconds_left() is None
        clock.now += 6
        bar.advance(2)
        assert bar.seconds_left() == 24
    assert capsys.readouterr().err == "work: 92 of 100, 24 s left\n"


def test_more_to_do_than_was_known_counts(clock):
    bar = Progress(1, "work", show=False)
    bar.expect(5)
    clock.now += 3
    bar.advance()
    assert bar.seconds_left() == 12
