"""The watch sees what it should: each kind of leftover is planted once and must be reported."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from tests.support.watch import Watch

log = logging.getLogger("tests.support.watch")


@pytest.fixture
def inner() -> Watch:
    """A second watch inside the test's own, started."""
    started = Watch()
    started.start()
    return started


def test_a_quiet_test_brings_no_complaint(inner):
    log.info("nothing to see")

    assert inner.finish() == []


def test_a_warning_nobody_expected_is_reported(inner, expect_log):
    expect_log("disk is nearly full")
    log.warning("disk is nearly %s", "full")

    assert inner.finish() == ["unexpected log record: tests.support.watch: disk is nearly full"]


def test_an_expected_warning_is_no_complaint_and_a_missing_one_is(inner, expect_log):
    expect_log("nearly")
    inner.log.allow("nearly")
    inner.log.allow("server gone")
    log.error("nearly")

    assert inner.finish() == ["expected log record never came: server gone"]


def test_an_exception_in_a_record_is_named(inner, expect_log):
    expect_log("odd")
    try:
        raise KeyError("x")
    except KeyError:
        log.exception("odd")

    assert inner.finish() == ["unexpected log record: tests.support.watch: odd [KeyError: 'x']"]


def test_a_thread_left_running_is_reported(inner, monkeypatch):
    monkeypatch.setattr("tests.support.watch.JOIN_SECONDS_MAX", 0.05)
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="forgotten")
    thread.start()

    complaints = inner.finish()
    stop.set()
    thread.join()

    assert complaints == ["thread left running: forgotten"]


def test_a_loop_left_open_with_a_task_is_reported(inner):
    loop = asyncio.new_event_loop()
    task = loop.create_task(asyncio.sleep(3600), name="forgotten")

    complaints = inner.finish()
    task.cancel()
    loop.run_until_complete(asyncio.wait([task]))
    loop.close()

    assert [c.split(":")[0] for c in complaints] == ["event loop left open", "task left pending"]


def test_a_finished_asyncio_run_is_no_complaint(inner):
    asyncio.run(asyncio.sleep(0))

    assert inner.finish() == []


def test_a_window_left_open_is_reported_and_closed(qt_app):
    from PySide6.QtWidgets import QWidget

    watch = Watch()
    watch.start()
    window = QWidget()
    window.setWindowTitle("left")
    window.show()

    assert watch.finish() == ["window left open: QWidget '' 'left'"]
    assert not [w for w in qt_app.topLevelWidgets() if w.isVisible()]


def test_a_qt_warning_is_reported(qt_app):
    from PySide6.QtCore import QTimer

    watch = Watch()
    watch.start()
    timer = QTimer()
    thread = threading.Thread(target=lambda: timer.start(1))
    thread.start()
    thread.join()

    assert ["Timers" in c for c in watch.finish()] == [True]


def test_a_failed_test_is_not_blamed_for_leftovers_too(inner, expect_log):
    expect_log("late")
    log.warning("late")

    assert inner.finish(passed=False) == []
