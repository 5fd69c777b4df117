"""What is dragged is moved, and its picture hides little of the place it goes to."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListView

from app.widgets.dragging import WIDTH_PX_MAX, chip
from tests.support.hands import carried
from tests.support.waiting import wait_for


@pytest.mark.parametrize("words", ["Plan", "A long title " * 9, ""])
def test_the_picture_is_small_whatever_the_name(qt_app, words):
    view = QListView()
    picture = chip(view, words).deviceIndependentSize()
    assert 0 < picture.width() <= WIDTH_PX_MAX
    assert picture.height() < 40
    view.deleteLater()


def test_notes_and_folders_are_moved_and_their_rows_stay_until_the_library_answers(desk):
    for title in ("one", "two"):
        desk.call(lambda library, title=title: library.new_note(title=title))
    wait_for(lambda: desk.notes.rowCount() >= 2)
    count = desk.notes.rowCount()
    pane, tree = desk.window.pane, desk.window.sidebar.tree
    pane.list.selectAll()
    mime, actions = carried(pane.list, desk.notes.index(0, 0))
    assert actions == Qt.DropAction.MoveAction == desk.window.sidebar.tree.model().supportedDropActions()
    assert len(bytes(mime.data(mime.formats()[0]).data()).split()) == count
    assert desk.notes.rowCount() == count
    assert tree.model().mimeTypes()[0] in mime.formats()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_picture_has_a_ground_that_its_words_stand_out_from(desk, mode):
    desk.program.appearance.set_mode(mode)
    for view in (desk.window.pane.list, desk.window.sidebar.tree):
        picture = chip(view, "MMMM").toImage()
        colours = {
            picture.pixelColor(x, picture.height() // 2).lightness() for x in range(5, picture.width() - 5)
        }
        assert max(colours) - min(colours) > 100
    desk.program.appearance.set_mode("light")
