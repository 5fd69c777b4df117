"""
Hands on a window: one that has only a keyboard, and one that has only a mouse.

Keys go to whatever has the focus, so a test that uses them alone shows that the focus is where the next
key is wanted. Buttons of the mouse go to points of real widgets.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QMenuBar, QWidget

from app.widgets import dragging
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text

LEFT = Qt.MouseButton.LeftButton


def front(window: QWidget) -> None:
    """Bring a window to the front, as the desktop does with one that opens."""
    window.activateWindow()
    wait_for(lambda: QApplication.activeWindow() is window)


def focused() -> QWidget:
    """What the next key goes to: an open menu, the control with the focus, or the window in front."""
    found = QApplication.activePopupWidget() or QApplication.focusWidget() or QApplication.activeWindow()
    assert found is not None, "no control has the focus"
    return found


def keys(*combinations: str) -> None:
    """Press combinations such as Ctrl+N, one after the other."""
    for combination in combinations:
        QTest.keySequence(focused(), QKeySequence(combination))
        QApplication.processEvents()


def write(text: str) -> None:
    """Type into what has the focus."""
    type_text(focused(), text)


def keys_until(reached: Any, key: str, most: int = 60) -> None:
    """Press a key again and again until the control, or the condition, is reached."""
    for _ in range(most):
        if reached() if callable(reached) else QApplication.focusWidget() is reached:
            return
        keys(key)
    raise AssertionError(f"{key} does not lead to {reached}")


def in_menu(opened_by: Callable[[], object], then: Callable[[], object]) -> None:
    """Open a menu, which keeps whoever opened it waiting, and do something in it that closes it."""
    done: list[int] = []

    def act() -> None:
        if QApplication.activePopupWidget() is None:
            QTimer.singleShot(5, act)
            return
        then()
        done.append(1)

    QTimer.singleShot(0, act)
    opened_by()
    wait_for(lambda: done and QApplication.activePopupWidget() is None)


def command(window: Any, words: str) -> None:
    """Give a command by its name, through the list of all commands."""
    keys("Ctrl+Shift+P")
    wait_for(lambda: window.going.picker.isVisible())
    write(words)
    keys("Return")


def click(widget: QWidget, at: QPoint | None = None, button: Qt.MouseButton = LEFT) -> None:
    """Click a widget, in its middle or at a point of it."""
    QTest.mouseClick(
        widget, button, Qt.KeyboardModifier.NoModifier, widget.rect().center() if at is None else at
    )
    QApplication.processEvents()


def click_row(view: QAbstractItemView, index: QModelIndex, button: Qt.MouseButton = LEFT) -> None:
    """Click a row of a list or a tree."""
    view.scrollTo(index)
    click(view.viewport(), view.visualRect(index).center(), button)


def choose(menu: QMenu | QMenuBar, *names: str) -> None:
    """Click through a menu to an action."""
    for name in names:
        action = next(a for a in menu.actions() if a.text().replace("&", "") == name)
        click(menu, menu.actionGeometry(action).center())
        inner = action.menu()
        menu = inner if isinstance(inner, QMenu) else menu


def carried(source: QAbstractItemView, index: QModelIndex) -> tuple[QMimeData, Qt.DropAction]:
    """What the source gives into a drag of a row, and as what; the drag itself needs a desktop."""
    given: list[tuple[QMimeData, Qt.DropAction]] = []

    class Taken(QDrag):
        def exec(self, actions: Qt.DropAction, *_rest: Any) -> Qt.DropAction:
            kept = QMimeData()
            for name in self.mimeData().formats():
                kept.setData(name, self.mimeData().data(name))
            given.append((kept, actions))
            return actions

    if not source.selectionModel().isSelected(index):
        source.setCurrentIndex(index)
    with mock.patch.object(dragging, "QDrag", Taken):
        source.startDrag(source.model().supportedDragActions())
    (found,) = given
    return found


def drag(source: QAbstractItemView, index: QModelIndex, target: QWidget, at: QPoint) -> None:
    """Drag a row and let it go over a point of a widget, as Qt tells the widget of it."""
    mime, action = carried(source, index)
    none = Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(at, action, mime, LEFT, none)
    QApplication.sendEvent(target, entered)
    assert entered.isAccepted(), "it cannot be dropped on this widget"
    moved = QDragMoveEvent(at, action, mime, LEFT, none)
    QApplication.sendEvent(target, moved)
    assert moved.isAccepted(), "it cannot be dropped there"
    QApplication.sendEvent(target, QDropEvent(QPointF(at), action, mime, LEFT, none))
