"""Rows are painted whole, quickly, and say what they must."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QListView

from app.models.note_list import NoteListModel
from app.models.scope import Scope
from app.widgets.note_delegate import ROW_HEIGHT_PX, NoteDelegate
from tests.support.rows import note_row
from tests.support.waiting import wait_for
from tests.support.work import calls_of

NOW = 1_700_000_000_000


@pytest.fixture
def view(appearance):
    made = QListView()
    made.setModel(NoteListModel(made))
    made.setItemDelegate(NoteDelegate(appearance, made, lambda: NOW))
    made.setUniformItemSizes(True)
    made.resize(300, 10 * ROW_HEIGHT_PX)
    return made


def picture(view, *rows):
    view.model().show(Scope(), rows)
    return view.grab().toImage()


def has(image, colour):
    return any(
        image.pixelColor(x, y).name() == colour.name()
        for x in range(0, image.width())
        for y in range(0, min(image.height(), ROW_HEIGHT_PX))
    )


def test_the_unsent_dot_is_shown_where_there_is_a_server(view, appearance):
    unsent = appearance.theme.colour("unsent")
    assert not has(picture(view, note_row(unsent=2)), unsent)
    view.itemDelegate().show_unsent = True
    assert has(picture(view, note_row(unsent=2)), unsent)
    assert not has(picture(view, note_row()), unsent)


def test_the_note_that_one_looks_at_is_not_marked_as_unread(view, appearance):
    accent = appearance.theme.colour("accent")
    assert has(picture(view, note_row(seen=False)), accent)
    view.show()
    view.activateWindow()
    wait_for(view.isActiveWindow)
    view.setCurrentIndex(view.model().index(0))
    assert not has(view.grab().toImage(), accent)
    view.hide()


def test_strange_texts_are_painted_without_complaint(view):
    for text in ("", "🙂" * 300, "عربي " * 90, "漢" * 500, "a\nb\u2028c", "x" * 100_000):
        picture(view, note_row(title=text, preview=text, pinned=True, unsent=1))
    view.model().show_hits([(note_row(), "a snippet")])
    view.grab()


def test_every_row_is_as_high_as_the_next(view):
    view.model().show(Scope(), [note_row("a"), note_row("b", preview="")])
    assert view.itemDelegate().sizeHint(None, view.model().index(0)) == QSize(0, ROW_HEIGHT_PX)


def test_a_screenful_costs_the_same_however_long_the_list(view):
    def scrolled(count):
        view.model().show(Scope(), [note_row(f"n{n}", preview="words " * 40) for n in range(count)])
        view.grab()
        return calls_of(lambda: scroll(view))

    assert scrolled(11_024) < 1.1 * scrolled(1_000)


def scroll(view):
    bar = view.verticalScrollBar()
    for step in range(20):
        bar.setValue(bar.maximum() * step // 20)
        view.grab()
