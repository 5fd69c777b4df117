"""A bug is logged and shown once, from whatever thread, and the program goes on."""

import logging
import sys
import threading

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning
from PySide6.QtWidgets import QApplication, QMessageBox

from app.crash import CrashDesk
from tests.support.waiting import wait_for


@pytest.fixture
def desk(qt_app, tmp_path):
    made = CrashDesk(tmp_path)
    yield made
    for box in boxes():
        box.close()
    made.deleteLater()


def boxes():
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()]


def test_an_exception_nobody_expected_is_shown_once_with_its_trace(desk, expect_log, tmp_path):
    expect_log("unexpected: (?s:.*)ValueError: first")
    expect_log("unexpected: (?s:.*)ValueError: second")
    desk.report(ValueError("first"))
    wait_for(boxes)
    desk.report(ValueError("second"))
    QApplication.processEvents()
    assert len(boxes()) == 1
    box = boxes()[0]
    assert "safe" in box.text()
    assert str(tmp_path) in box.informativeText()
    assert "ValueError: first" in box.detailedText()
    assert not box.isModal()
    box.close()


def test_after_it_was_closed_the_next_one_is_shown(desk, expect_log):
    expect_log("unexpected")
    desk.report(ValueError("first"))
    wait_for(boxes)
    boxes()[0].close()
    wait_for(lambda: not boxes())
    desk.report(ValueError("second"))
    wait_for(boxes)


def test_the_hooks_of_python_lead_here_and_are_given_back(desk, expect_log):
    expect_log("unexpected: (?s:.*)here")
    expect_log("unexpected: (?s:.*)there")
    before = (sys.excepthook, threading.excepthook)
    desk.install()
    try:
        sys.excepthook(ValueError, ValueError("here"), None)

        def wrong():
            raise ValueError("there")

        thread = threading.Thread(target=wrong)
        thread.start()
        thread.join()
    finally:
        desk.remove()
    assert (sys.excepthook, threading.excepthook) == before
    wait_for(boxes)


def test_qts_own_words_go_to_the_log(desk, expect_log):
    expect_log("qt: something odd")
    previous = qInstallMessageHandler(None)
    desk.install()
    try:
        qWarning("something odd")
    finally:
        desk.remove()
        qInstallMessageHandler(previous)


def test_an_interrupt_is_no_bug(desk, caplog):
    with caplog.at_level(logging.DEBUG):
        desk.report(KeyboardInterrupt())
        desk.report(SystemExit())
    assert not caplog.records
