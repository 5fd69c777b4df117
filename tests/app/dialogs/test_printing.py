"""The preview of the note that is shown."""

import pytest
from PySide6.QtGui import QPageLayout

from app.dialogs.transfer_flow import Wanted
from tests.support.hands import choose, click, front, keys
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text


@pytest.mark.parametrize("by", ["mouse", "keys"])
def test_the_note_is_shown_as_it_will_be_printed(desk, tmp_path, by):
    front(desk.window)
    type_text(desk.view.title, "On paper")
    type_text(desk.view.edit, "[x] boots\n\n")
    if by == "mouse":
        choose(desk.window.menuBar(), "File", "Print…")
    else:
        keys("Ctrl+Alt+Shift+P")
    dialog = wait_for(lambda: desk.window.printing.dialog)
    wait_for(lambda: dialog.pages.pageCount() == 1)
    desk.window.actions_.print_note.trigger()
    assert desk.window.printing.dialog is dialog
    place = tmp_path / "paper.pdf"
    dialog.choose_printer = lambda printer, parent: printer.setOutputFileName(str(place)) is None
    front(dialog)
    if by == "mouse":
        click(dialog.print_button)
    else:
        keys("Return")
    wait_for(lambda: desk.window.printing.dialog is None)
    assert place.read_bytes().startswith(b"%PDF-1.")


def test_the_page_that_was_set_up_is_that_of_the_next_time_and_of_a_pdf(desk, tmp_path):
    front(desk.window)
    type_text(desk.view.title, "Across")
    desk.window.actions_.print_note.trigger()
    dialog = wait_for(lambda: desk.window.printing.dialog)
    click(dialog.setup)
    front(dialog.question)
    dialog.question.turned.choose(True)
    keys("Return")
    wait_for(lambda: dialog._printer.pageLayout().orientation() == QPageLayout.Orientation.Landscape)
    dialog.close()
    wait_for(lambda: desk.window.printing.dialog is None)
    desk.window.actions_.print_note.trigger()
    again = wait_for(lambda: desk.window.printing.dialog)
    assert again._printer.pageLayout().orientation() == QPageLayout.Orientation.Landscape
    again.close()
    folder = tmp_path / "out"
    folder.mkdir()
    desk.window.transfer.choose = lambda parent, title: str(folder)
    ended = []
    desk.window.transfer.exported.connect(lambda: ended.append(1))
    desk.window.transfer.export(Wanted("pdf"))
    wait_for(lambda: ended)
    desk.window.transfer.dialog.close()
    (made,) = folder.rglob("*.pdf")
    assert b"/MediaBox [0 0 842" in made.read_bytes()


def test_without_a_note_there_is_nothing_to_print(desk):
    desk.window.browsing.show_nothing()
    desk.window.actions_.print_note.trigger()
    assert desk.window.printing.dialog is None
