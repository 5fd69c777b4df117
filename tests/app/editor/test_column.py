"""The column of text stands still, whether there is anything to scroll or not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.editor.find_bar import FindBar
from app.editor.note_edit import NoteEdit
from tests.support.editor_world import World
from tests.support.waiting import wait_for

PICTURE = {"type": "image", "src": f"attachment:{'0' * 64}"}


class Resizes(QObject):
    """Counts how often a widget gets another size."""

    def __init__(self, widget):
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched, event):
        self.count += event.type() == QEvent.Type.Resize
        return False


def test_a_picture_that_just_fits_has_no_scroll_bar_come_and_go(qt_app):
    picture = QImage(4_000, 3_000, QImage.Format.Format_RGB32)
    with World(1) as world:
        view = world.windows[0].view
        view.find_attachment = lambda digest: picture
        view.resize(600, 400)
        view.show()
        view.commands.insert_embed(PICTURE)
        for height in range(440, 480, 2):
            view.resize(600, height)
            world.turn()
            wait_for(lambda: view.document().documentLayout().is_measured)
            resizes = Resizes(view.viewport())
            for _ in range(50):
                QApplication.processEvents()
            assert resizes.count == 0, height


@pytest.mark.parametrize("width", [300, 600, 1_400])
@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_lines_are_as_wide_and_stand_where_they_did_when_there_is_more_to_scroll(qt_app, width, direction):
    with World(1) as world:
        window = world.windows[0]
        view = window.view
        view.setLayoutDirection(direction)
        view.resize(width, 300)
        view.show()
        world.turn()
        before = view.viewport().geometry()
        window.type("line\n" * 40)
        world.turn()
        wait_for(lambda: view.verticalScrollBar().maximum() > 0)
        assert view.viewport().geometry() == before
        if width > 1_000:
            assert before.center().x() == pytest.approx(width / 2, abs=1)


def test_where_nothing_is_to_scroll_no_scroll_bar_is_seen(qt_app):
    with World(1) as world:
        window = world.windows[0]
        view = window.view
        view.resize(600, 300)
        view.show()
        world.turn()
        bar = view.verticalScrollBar()

        def colours():
            seen = view.grab(bar.geometry().translated(bar.parentWidget().pos())).toImage()
            return {seen.pixelColor(x, y).name() for x in range(seen.width()) for y in range(seen.height())}

        assert colours() == {QColor(view.formats.palette.background).name()}
        window.type("line\n" * 40)
        world.turn()
        wait_for(lambda: bar.maximum() > 0)
        assert len(colours()) > 1


LINES = "\n".join(f"line {number}" for number in range(60))


@pytest.fixture
def scrolled(qt_app):
    """A window on a long note, scrolled to where neither the first nor the last line is seen."""
    with World(1, LINES) as world:
        window = world.windows[0]
        window.view.resize(500, 300)
        window.view.show()
        world.turn()
        wait_for(lambda: window.view.document().documentLayout().is_measured)
        window.view.verticalScrollBar().setValue(700)
        world.turn()
        yield window


@pytest.mark.parametrize("caret", [0, 3, 300])
@pytest.mark.parametrize(("key", "end"), [(Qt.Key.Key_Home, "minimum"), (Qt.Key.Key_End, "maximum")])
def test_the_margin_comes_with_the_first_and_the_last_line(scrolled, caret, key, end):
    bar = scrolled.view.verticalScrollBar()
    scrolled.place(caret)
    bar.setValue(700)
    scrolled.key(key, held=Qt.KeyboardModifier.ControlModifier)
    assert bar.value() == getattr(bar, end)()


def test_arrows_bring_the_margins_too_and_clicks_move_nothing(scrolled):
    bar = scrolled.view.verticalScrollBar()
    scrolled.key(Qt.Key.Key_PageDown)
    bar.setValue(20)
    point = QPointF(60, scrolled.view.rect_at(2).center().y())
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        scrolled.mouse(kind, point)
    assert bar.value() == 20
    scrolled.key(Qt.Key.Key_Down)
    assert bar.value() == 20
    scrolled.key(Qt.Key.Key_Up)
    assert bar.value() == 0


def test_undo_in_the_first_line_shows_the_margin(scrolled):
    scrolled.place(0)
    scrolled.type("x")
    scrolled.view.verticalScrollBar().setValue(700)
    scrolled.view.undo()
    assert scrolled.view.verticalScrollBar().value() == 0


def test_a_find_in_the_first_line_shows_the_margin(scrolled):
    bar = FindBar(scrolled.view, lambda _: QIcon())
    bar.ask()
    bar.query.setText("line 0")
    QTest.keyClick(bar.query, Qt.Key.Key_Return)
    assert scrolled.selection == (0, 6)
    assert scrolled.view.verticalScrollBar().value() == 0


def test_what_was_reads_with_the_same_margins(qt_app):
    view = NoteEdit()
    view.setPlainText(LINES)
    view.resize(500, 300)
    view.show()
    wait_for(lambda: view.document().documentLayout().is_measured)
    for key, end in ((Qt.Key.Key_End, "maximum"), (Qt.Key.Key_Home, "minimum")):
        view.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard)
        QTest.keyClick(view, key, Qt.KeyboardModifier.ControlModifier)
        bar = view.verticalScrollBar()
        assert bar.value() == getattr(bar, end)()
    view.close()
    view.deleteLater()
