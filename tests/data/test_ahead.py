"""Stages in threads: order, bounds, and an end for all of them however it comes."""

import threading
import time
from contextlib import closing

import pytest

from nanonet.data import ahead


def _counted(made, stop=None):
    for number in range(10_000):
        if number == stop:
            raise ValueError(f"at {number}")
        made.append(number)
        yield number


def _alone(before):
    """Whether the threads are those there were before, within a second."""
    deadline = time.monotonic() + 1
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    return not set(threading.enumerate()) - before


def test_order_is_kept_through_two_stages():
    doubled = ahead(number * 2 for number in ahead(_counted([])))
    assert list(doubled) == [number * 2 for number in range(10_000)]


def test_work_is_ahead_but_not_far():
    made = []
    with closing(ahead(_counted(made), depth=3)) as items:
        next(items)
        time.sleep(0.3)
        assert 3 < len(made) <= 6


def test_the_stages_run_at_the_same_time():
    def slow(items):
        for item in items:
            time.sleep(0.05)
            yield item

    start = time.monotonic()
    list(slow(ahead(slow(ahead(slow(range(10)))))))
    assert time.monotonic() - start < 1.2  # one after the other: 1.5 s


def test_what_a_stage_raises_comes_behind_the_items_before_it():
    before, got = set(threading.enumerate()), []
    with pytest.raises(ValueError, match="at 7"):
        got.extend(ahead(ahead(_counted([], 7))))
    assert got == list(range(7))
    assert _alone(before)


def test_closing_ends_every_stage():
    before, made = set(threading.enumerate()), []
    first = ahead(_counted(made))
    with closing(ahead(ahead(first))) as items:
        assert next(items) == 0
    assert _alone(before)
    assert len(made) < 20
    assert next(first, "closed") == "closed"


def test_an_interrupt_in_the_last_stage_ends_the_others():
    def last():
        with closing(ahead(ahead(_counted([])))) as items:
            for item in items:
                if item == 5:
                    raise KeyboardInterrupt

    before = set(threading.enumerate())
    with pytest.raises(KeyboardInterrupt):
        last()
    assert _alone(before)


def test_nothing_begins_before_it_is_asked_for():
    before, made = set(threading.enumerate()), []
    ahead(_counted(made))
    assert set(threading.enumerate()) == before
    assert made == []
