"""The menu of the right mouse button."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QMenu

from app.editor.text_menu import text_menu


def enabled(menu: QMenu) -> set[str]:
    """The labels that can be chosen."""
    return {action.text() for action in menu.actions() if action.isEnabled() and action.text()}


@pytest.fixture(autouse=True)
def clipboard(qt_app):
    QGuiApplication.clipboard().setText("clip")


def test_the_menu_offers_what_can_be_done_now(one):
    assert "Copy" not in enabled(text_menu(one.view))
    one.place(0, 5)
    assert {"Cut", "Copy", "Paste", "Undo", "Link…"} <= enabled(text_menu(one.view))
    one.view.set_writable(False)
    assert enabled(text_menu(one.view)) == {"Copy", "Select All"}


def test_choosing_does_it(one):
    one.place(0, 5)
    actions = {action.text(): action for action in text_menu(one.view).actions()}
    actions["Cut"].trigger()
    assert one.text.startswith(" world")
    actions["Undo"].trigger()
    assert one.text.startswith("Hello world")


def test_the_right_button_shows_it(one):
    one.view.show()
    place = QPoint(50, 50)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, one.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(one.view.viewport(), event)
    menu = one.view.findChild(QMenu)
    assert menu is not None
    menu.close()
    one.view.hide()
