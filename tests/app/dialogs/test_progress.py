"""The window of a job shows how far it is, stops it once, and ends with a report."""

from app.dialogs.progress import ProgressDialog


def test_progress_is_counted_and_named(appearance):
    dialog = ProgressDialog(None, "Import", "/home/ana/notes")
    dialog.show_progress(3, 10, "a/b.md")
    assert (dialog.bar.value(), dialog.bar.maximum()) == (3, 10)
    assert "3 of 10" in dialog.current.text()
    assert "a/b.md" in dialog.current.text()


def test_cancelling_is_told_once(appearance):
    dialog, seen = ProgressDialog(None, "Import", "x"), []
    dialog.cancelled.connect(lambda: seen.append(1))
    dialog.show()
    dialog.button.click()
    dialog.close()
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
