"""The upgrade window: steps as they pass, cancelling while that is possible, and the receipt."""

import asyncio
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.models.notices import Act
from sync.client.offers import STEPS, Progress, Receipt
from sync.errors import AuthFailed, UpgradeStopped
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text

RECEIPT = Receipt("1.0", "2.0", 143, 145, 2, 1, 1, "/b/library-model-1.0.sqlite3", 30, 1)


class Slow:
    """An upgrade that goes on a step whenever the test says so, on the engine thread."""

    def __init__(self, show):
        self.show = show
        self.cancelled = threading.Event()
        self.steps = iter(STEPS)
        self.go = threading.Semaphore(0)
        self.error = None

    def cancel(self):
        self.cancelled.set()
        self.go.release()

    async def run(self):
        for step in self.steps:
            self.show(Progress(step, 1, 2))
            while not self.go.acquire(blocking=False):
                await asyncio.sleep(0.005)
            if self.error is not None:
                raise self.error
            if self.cancelled.is_set():
                raise UpgradeStopped("cancelled")
        return RECEIPT


@pytest.fixture
def slow(desk):
    made = []

    def prepare(library, show):
        made.append(Slow(show))
        return made[-1]

    desk.window.upgrade.prepare = prepare
    return made


def shown(dialog):
    return next(step for step in STEPS[:-1] if dialog._counts[step].text())


def begin(desk, slow):
    desk.window.remedies.act(Act.UPGRADE)
    dialog = desk.window.upgrade.dialog
    dialog.go.click()
    wait_for(lambda: slow)
    wait_for(lambda: any(label.text() for label in dialog._counts.values()))
    return dialog, slow[-1]


def test_enter_closes_the_receipt(desk, slow):
    dialog, attempt = begin(desk, slow)
    dialog.activateWindow()
    for _ in STEPS:
        attempt.go.release()
    wait_for(lambda: dialog.go.isHidden() and dialog.summary.text())
    QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Return)
    wait_for(lambda: desk.window.upgrade.dialog is None)


def test_the_steps_pass_one_writes_meanwhile_and_the_receipt_counts(desk, slow):
    dialog, attempt = begin(desk, slow)
    desk.view.edit.setFocus()
    for step in STEPS[:-1]:
        wait_for(lambda step=step: shown(dialog) == step)
        type_text(desk.view.edit, "x")
        assert dialog.cancel.isEnabled() == (step != "swap")
        attempt.go.release()
    attempt.go.release()
    wait_for(lambda: dialog.summary.text())
    assert dialog.summary.text().startswith("143 notes before, 145 after (2 new).")
    assert "1 edit is still to be sent." in dialog.details.text()
    assert desk.view.edit.toPlainText() == "x" * 7
    assert all(not label.isVisible() for label in dialog._names.values())
    dialog.cancel.click()
    wait_for(lambda: desk.window.upgrade.dialog is None)


def test_it_can_be_cancelled_and_says_that_nothing_has_changed(desk, slow):
    dialog, _ = begin(desk, slow)
    height = dialog.height()
    dialog.cancel.click()
    wait_for(lambda: dialog.problem.text())
    assert dialog.height() == height
    assert dialog.problem.text() == "Stopped. Your notes are as they were."
    assert desk.window.upgrade.dialog is dialog
    dialog.go.click()
    wait_for(lambda: len(slow) == 2)
    slow[-1].error = AuthFailed("offline")
    slow[-1].go.release()
    wait_for(lambda: "cannot be reached" in dialog.problem.text())
    dialog.cancel.click()
    wait_for(lambda: desk.window.upgrade.dialog is None)


def test_asking_twice_shows_one_window_and_says_where_the_notes_come_from(desk):
    desk.window.remedies.ask_upgrade()
    first = desk.window.upgrade.dialog
    desk.window.remedies.ask_upgrade()
    assert desk.window.upgrade.dialog is first
    said = " ".join(label.text() for label in first.findChildren(QLabel))
    assert "on this computer" in said
    assert "go on writing" in said
    first.close()


def test_a_program_that_is_too_old_says_so_and_names_no_build_that_is_not_there(desk):
    desk.window.remedies.act(Act.UPDATE_APP)
    assert "No newer one is known for this system" in desk.view.banners.first().text
