"""The preview of the note that is shown."""

from PySide6.QtPrintSupport import QPrintPreviewWidget

from tests.support.waiting import wait_for
from tests.support.whole_window import type_text


def test_the_note_is_shown_as_it_will_be_printed(desk):
    type_text(desk.view.title, "On paper")
    desk.window.actions_.print_note.trigger()
    wait_for(lambda: desk.window.printing.dialog is not None)
    dialog = desk.window.printing.dialog
    (preview,) = dialog.findChildren(QPrintPreviewWidget)
    wait_for(lambda: preview.pageCount() == 1)
    desk.window.actions_.print_note.trigger()
    assert desk.window.printing.dialog is dialog
    dialog.close()
    wait_for(lambda: desk.window.printing.dialog is None)


def test_without_a_note_there_is_nothing_to_print(desk):
    desk.window.browsing.show_nothing()
    desk.window.actions_.print_note.trigger()
    assert desk.window.printing.dialog is None
