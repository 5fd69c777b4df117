"""Timers do their work once, late enough, and die with their parent."""

from PySide6.QtCore import QObject

from app.widgets.timers import Every, Later
from tests.support.waiting import wait_for


def test_asking_again_before_the_time_does_the_work_once(qt_app):
    parent, done = QObject(), []
    later = Later(parent, 5, lambda: done.append(1))
    for _ in range(5):
        later.ask()
    assert later.waiting
    wait_for(lambda: done)
    assert done == [1]
    assert not later.waiting


def test_steady_asking_does_not_put_the_work_off(qt_app):
    parent, done = QObject(), []
    later = Later(parent, 5, lambda: done.append(1))

    def ask():
        later.ask_at_most()
        return done

    wait_for(ask)


def test_what_was_cancelled_is_not_done(qt_app):
    parent, done, other = QObject(), [], []
    later = Later(parent, 1, lambda: done.append(1))
    later.ask()
    later.cancel()
    Later(parent, 5, lambda: other.append(1)).ask()
    wait_for(lambda: other)
    assert done == []


def test_a_repeating_timer_goes_on(qt_app):
    parent, done = QObject(), []
    every = Every(parent, 1, lambda: done.append(1))
    wait_for(lambda: len(done) > 3)
    every.stop()
