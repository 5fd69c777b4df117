"""The window of a job shows how far it is, stops it once, and ends with a report."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.dialogs.progress import ProgressDialog


def test_progress_is_counted_and_named(appearance):
    dialog = ProgressDialog(None, "Import", "/home/ana/notes")
    dialog.show_progress(3, 10, "a/b.md")
    assert (dialog.bar.value(), dialog.bar.maximum()) == (3, 10)
    assert "3 of 10" in dialog.current.text()
    assert "a/b.md" in dialog.current.text()


@pytest.mark.parametrize("key", [None, Qt.Key.Key_Escape, Qt.Key.Key_Space])
def test_cancelling_is_told_once_and_the_report_stays_to_be_read(appearance, key):
    dialog, seen = ProgressDialog(None, "Import", "x"), []
    dialog.cancelled.connect(lambda: seen.append(1))
    dialog.show()
    for _ in range(2):
        if key is None:
            QTest.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
        else:
            QTest.keyClick(dialog.button, key)
    assert seen == [1]
    dialog.show_progress(8, 10, "late.md")
    assert dialog.current.text() == "Stopping…"
    dialog.show_end("Imported: 2 notes.")
    assert dialog.isVisible()
    assert dialog.button.text() == "Close"
    QTest.keyClick(dialog.button, key or Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert seen == [1]


def test_closing_the_window_cancels_once(appearance):
    dialog, seen = ProgressDialog(None, "Import", "x"), []
    dialog.cancelled.connect(lambda: seen.append(1))
    dialog.show()
    dialog.close()
    assert not dialog.isVisible()
    assert seen == [1]


def test_a_job_that_is_over_shows_its_report_and_closes_quietly(appearance):
    dialog, seen = ProgressDialog(None, "Import", "x"), []
    dialog.cancelled.connect(lambda: seen.append(1))
    dialog.show()
    dialog.show_end("Imported: 2 notes.", ["a.md: too large"])
    assert dialog.summary.text() == "Imported: 2 notes."
    assert dialog.report.toPlainText() == "a.md: too large"
    dialog.button.click()
    assert seen == []


def test_a_failure_is_said_in_place(appearance):
    dialog = ProgressDialog(None, "Import", "x")
    dialog.show_end("", problem="The disk is full.")
    assert dialog.problem.text() == "The disk is full."
    assert dialog.report.isHidden()
