"""Cycles are looked for on one thread alone."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from app.collecting import Collecting
from tests.support.waiting import wait_for


class Knot:
    """An object that only a look for cycles lets go of."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def collecting(qt_app):
    threshold = gc.get_threshold()
    gc.collect()
    made = Collecting(qt_app)
    yield made
    made.end()
    made.deleteLater()
    gc.set_threshold(*threshold)


def test_no_other_thread_looks_however_much_it_makes(collecting):
    where = []
    knot = Knot()
    weakref.finalize(knot, lambda: where.append(threading.current_thread()))
    del knot
    gc.set_threshold(100, 1, 1)
    other = threading.Thread(target=lambda: [[] for _ in range(100_000)])
    other.start()
    other.join()
    assert where == []
    wait_for(lambda: where)
    assert where == [threading.current_thread()]


def test_nothing_is_looked_at_before_enough_was_made(collecting, monkeypatch):
    looked = []
    monkeypatch.setattr(gc, "collect", looked.append)
    monkeypatch.setattr(gc, "get_threshold", lambda: (700, 10, 0))
    for counts, expected in (
        ((700, 10, 99), []),
        ((701, 10, 0), [0]),
        ((5, 11, 0), [1]),
        ((701, 11, 9), [1]),
    ):
        monkeypatch.setattr(gc, "get_count", lambda counts=counts: counts)
        collecting.collect_due()
        assert looked == expected
        looked.clear()


@pytest.mark.parametrize("left_to_python", [True, False])
def test_after_its_end_looks_who_looked_before(qt_app, monkeypatch, left_to_python):
    switched = []
    for name in ("enable", "disable"):
        monkeypatch.setattr(gc, name, lambda name=name: switched.append(name))
    monkeypatch.setattr(gc, "isenabled", lambda: left_to_python)
    made = Collecting(qt_app)
    assert switched == ["disable"]
    made.end()
    made.deleteLater()
    assert switched == ["disable"] + ["enable"] * left_to_python
