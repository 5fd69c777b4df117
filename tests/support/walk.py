"""
A walk through every window and dialog: each command of the menus is given, and what it opens is looked at.

New commands are walked by themselves. What would ask the system (file dialogs), end the program or change the
account is left out here, and its dialogs are opened where they are tested.

`python -m tests.support.walk FOLDER [--rtl]` walks through the program in a process of its own, which a
magnified screen needs (`QT_SCALE_FACTOR`), and prints what is wrong where, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from app.collecting import Collecting
from tests.support.whole_window import started, type_text

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


def cut_off(top: QWidget) -> list[str]:
    """The words of labels and buttons of a window for which there is no room."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    found = []
    for widget in top.findChildren(QWidget):
        if (
            not widget.isVisibleTo(top)
            or not isinstance(widget, QLabel | QAbstractButton)
            or not widget.text()
        ):
            continue
        room = widget.size()
        needed = widget.sizeHint() if isinstance(widget, QLabel) else widget.minimumSizeHint()
        if isinstance(widget, QLabel) and widget.wordWrap():
            needed = QSize(0, widget.heightForWidth(room.width()))
        if needed.width() > room.width() + 1 or needed.height() > room.height() + 1:
            found.append(f"{type(widget).__name__} {widget.objectName()!r} {widget.text()!r}")
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


def main(folder: Path, *, right_to_left: bool) -> dict[str, list[str]]:
    """Walk through a program on a folder: for each place, controls without a name or room for their words."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    Collecting(app)
    app.setQuitOnLastWindowClosed(False)
    if right_to_left:
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    with started(app, folder) as desk:
        type_text(desk.view.title, "A note")
        walked = {}
        for name, tops in every_place(desk):
            walked[name] = [wrong for top in tops for wrong in (*nameless(top), *cut_off(top))]
    return walked


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), right_to_left="--rtl" in sys.argv)))
