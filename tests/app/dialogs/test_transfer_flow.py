"""Import and export through their menu commands; only the folder dialog is answered by the test."""

import pytest
from PySide6.QtWidgets import QPushButton

from app.dialogs.transfer_flow import Steady
from tests.support.hands import choose, click, front
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text


@pytest.fixture
def markdown(tmp_path):
    folder = tmp_path / "notes"
    (folder / "Kitchen").mkdir(parents=True)
    for number in range(60):
        (folder / f"note {number}.md").write_text(f"# Title {number}\n\nSome *words*.\n", encoding="utf-8")
    (folder / "Kitchen" / "Bread.md").write_text("# Bread\n\nFlour. ![](gone.png)\n", encoding="utf-8")
    (folder / "broken.md").write_bytes(b"\x00\x01\x02 not text \x80\x81")
    return folder


def imported(desk, folder):
    desk.window.transfer.choose = lambda window, title: str(folder)
    desk.window.actions_.import_folder.trigger()
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.summary.text() or dialog.problem.text(), 60)
    return dialog


def exported(desk, format="md", *, alone=False, trash=False):
    """Go through the question as a person does."""
    desk.window.actions_.export_library.trigger()
    question = desk.window.transfer.question
    question.format.setCurrentIndex(question.format.findData(format))
    if alone:
        question.scope.choose("note")
    question.trash.setChecked(trash)
    next(button for button in question.findChildren(QPushButton) if button.isDefault()).click()
    wait_for(lambda: desk.window.transfer.question is None)


def test_a_folder_is_imported_with_a_report_while_the_window_takes_keys(desk, markdown):
    type_text(desk.view.title, "typed before")
    dialog = imported(desk, markdown)
    assert dialog.summary.text() == "Imported: 61 notes. Left out: 1. With a remark: 1."
    said = dialog.report.toPlainText().split("\n")
    assert [line.partition(":")[0] for line in said] == [
        "Left out", "broken.md", "", "With a remark", "Kitchen/Bread.md",
    ]  # fmt: skip
    dialog.button.click()
    wait_for(lambda: desk.window.transfer.dialog is None)
    wait_for(lambda: {"Title 0", "Title 59", "Bread", "typed before"} <= set(desk.titles()))
    notebook = desk.program.workspace.shelf.notebooks[0].id
    wait_for(lambda: [row.name for row in desk.program.workspace.shelf.folders[notebook]] == ["Kitchen"])


def test_what_is_true_of_many_files_is_said_once(desk, tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    for number in range(12):
        (folder / f"ch{number:02}.md").write_text(f"# C{number}\n\n<!-- old -->\n\ntext\n", encoding="utf-8")
    dialog = imported(desk, folder)
    assert dialog.summary.text() == "Imported: 12 notes. With a remark: 12."
    assert dialog.report.toPlainText().split("\n") == [
        "With a remark: 12.",
        "Comments of HTML (12) were left out. Copy by hand what they say. "
        "In 12 files: ch00.md, ch01.md, ch02.md and 9 more.",
    ]
    dialog.close()


def test_what_was_imported_can_be_exported_again(desk, markdown, tmp_path):
    imported(desk, markdown).close()
    wait_for(lambda: desk.window.transfer.dialog is None)
    target = tmp_path / "out"
    target.mkdir()
    desk.window.transfer.choose = lambda window, title: str(target)
    exported(desk)
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.summary.text() or dialog.problem.text(), 60)
    assert dialog.summary.text().startswith("Exported: 61 notes.")
    dialog.close()
    assert len(list(target.rglob("*.md"))) == 61


def test_closing_the_window_of_a_job_stops_it_and_keeps_what_is_done(desk, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number}.md").write_text(f"# T{number}\n\n" + "words " * 200, encoding="utf-8")
    desk.window.transfer.choose = lambda window, title: str(folder)
    desk.window.actions_.import_folder.trigger()
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.bar.value() > 0)
    dialog.close()
    wait_for(lambda: desk.window.transfer.dialog is None)

    def settled():
        before = len(desk.call(lambda library: library.store.notes()))
        desk.call(lambda library: None)
        return before == len(desk.call(lambda library: library.store.notes())) and before

    count = wait_for(settled)
    assert 0 < count < 400


def test_an_import_is_stopped_half_way_and_says_what_it_did(desk, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.md").write_text(f"# T{number}\n\n" + "words " * 400, encoding="utf-8")
    desk.window.transfer.choose = lambda window, title: str(folder)
    front(desk.window)
    choose(desk.window.menuBar(), "File", "Import folder…")
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.bar.maximum() == 300 and dialog.bar.value() > 40)
    assert ".md" in dialog.current.text()
    assert str(folder) not in dialog.current.text()
    click(dialog.button)
    wait_for(lambda: dialog.summary.text())
    count = len(desk.call(lambda library: library.store.notes()))
    assert 0 < count < 300
    assert dialog.summary.text() == f"Imported: {count} notes. Stopped before the end; what is done stays."
    wait_for(lambda: desk.notes.rowCount() >= count)
    click(dialog.button)
    wait_for(lambda: desk.window.transfer.dialog is None)


def test_thinking_better_of_it_starts_nothing(desk):
    desk.window.transfer.choose = lambda window, title: ""
    desk.window.actions_.import_folder.trigger()
    exported(desk)
    assert desk.window.transfer.dialog is None


def test_one_job_at_a_time(desk, markdown):
    dialog = imported(desk, markdown)
    desk.window.transfer.choose = lambda window, title: pytest.fail("asked for another folder")
    desk.window.actions_.export_library.trigger()
    assert desk.window.transfer.dialog is dialog
    dialog.close()


def test_a_folder_that_cannot_be_exported_to_is_said_in_place(desk, tmp_path):
    type_text(desk.view.title, "a")
    target = tmp_path / "full"
    target.mkdir()
    (target / "somebody's file.txt").write_text("x")
    desk.window.transfer.choose = lambda window, title: str(target)
    exported(desk)
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.problem.text())
    dialog.close()


def test_progress_is_passed_on_at_a_pace_that_can_be_read():
    seen = []
    steady = Steady(lambda *step: seen.append(step), seconds=60)
    for number in range(1, 11):
        steady(number, 10, "x")
    assert seen == [(1, 10, "x"), (10, 10, "x")]


@pytest.mark.parametrize(("format", "beginning"), [("pdf", b"%PDF"), ("odt", b"PK")])
def test_one_note_can_be_exported_alone_as_pdf_or_for_a_word_processor(desk, tmp_path, format, beginning):
    type_text(desk.view.title, "First")
    desk.window.actions_.new_note.trigger()
    type_text(desk.view.title, "Second")
    wait_for(lambda: {"First", "Second"} <= set(desk.titles()))
    target = tmp_path / "out"
    desk.window.transfer.choose = lambda window, title: str(target)
    exported(desk, format, alone=True)
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.summary.text() or dialog.problem.text(), 60)
    assert dialog.summary.text().startswith("Exported: 1 note.")
    dialog.close()
    assert (target / f"Second.{format}").read_bytes().startswith(beginning)
    assert not (target / f"First.{format}").exists()


def test_an_archive_is_imported_from_its_file(desk, tmp_path):
    type_text(desk.view.title, "Kept")
    wait_for(lambda: "Kept" in desk.titles())
    desk.window.transfer.choose = lambda window, title: str(tmp_path / "out")
    exported(desk, "archive")
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.summary.text() or dialog.problem.text(), 60)
    dialog.close()
    wait_for(lambda: desk.window.transfer.dialog is None)
    desk.window.transfer.choose_files = lambda window, title: [str(tmp_path / "out" / "library.commonplace")]
    desk.window.actions_.import_files.trigger()
    dialog = desk.window.transfer.dialog
    wait_for(lambda: dialog.summary.text() or dialog.problem.text(), 60)
    assert dialog.summary.text().startswith("Imported: 1 note.")
    dialog.close()
    assert desk.titles().count("Kept") == 1
