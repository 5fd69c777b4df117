"""
A walk through every window and dialog: each command of the menus is given, and what it opens is looked at.

New commands are walked by themselves. What would ask the system (file dialogs), end the program or change the
account is left out here, and its dialogs are opened where they are tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT_OUT = frozenset(
    {
        "import_folder", "import_files", "quit", "close_window", "sign_out",
        "trash", "restore", "archive", "unarchive", "delete_place",
    }
)  # fmt: skip

_FOREIGN = ("qt_", "QColor", "fontCombo")
"""Beginnings of the object names of parts that Qt puts inside its own controls."""


def every_place(desk: Any) -> Iterator[tuple[str, list[QWidget]]]:
    """
    Give each command, and say what is on screen then; what it opened is closed again.

    Yields:
        The command's name ("window" before any), the window, and what opened beside it.
    """
    yield "window", _visible()
    for name, action in desk.window.actions_.named().items():
        if name in LEFT_OUT or name.startswith("theme_") or not action.isEnabled():
            continue
        before = set(_visible())
        action.trigger()
        _settle()
        opened = [widget for widget in _visible() if widget not in before]
        yield name, [desk.window, *opened]
        for widget in opened:
            widget.close()
        focus = QApplication.focusWidget()
        if focus is not None:
            QTest.keyClick(focus, Qt.Key.Key_Escape)  # what opened inside the window
        if action.isCheckable():
            action.trigger()
        _settle()


def controls(top: QWidget) -> Iterator[QWidget]:
    """Every control of a window that a person can reach with the keyboard."""
    for widget in (top, *top.findChildren(QWidget)):
        focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        reachable = focus and widget.isVisible() and widget.isEnabled()
        foreign = widget.objectName().startswith(_FOREIGN) or widget.focusProxy() is not None
        if reachable and not foreign and not (widget is top and widget.isWindow()):
            yield widget


def nameless(top: QWidget) -> list[str]:
    """The controls of a window that a screen reader could not name."""
    found = []
    for widget in controls(top):
        face = QAccessible.queryAccessibleInterface(widget)
        if face is None or not face.text(QAccessible.Text.Name).strip():
            found.append(f"{type(widget).__name__} {widget.objectName()!r}")
    return found


def texts(top: QWidget, kinds: tuple[type, ...]) -> Iterator[str]:
    """What is written on the controls of some kinds, and in the menus, of a window."""
    for child in top.findChildren(QWidget):
        if isinstance(child, kinds) and child.isVisibleTo(top):
            yield child.text()
    for action in top.findChildren(QAction):
        if not action.isSeparator() and action.text():
            yield action.text()


def _visible() -> list[QWidget]:
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


def _settle(turns: int = 4) -> None:
    for _ in range(turns):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
