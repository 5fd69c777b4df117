"""The field that asks for a link's address."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication

from app.editor.link_popup import LinkPopup
from tests.support.editor_world import CTRL, NONE


@pytest.fixture
def popup(one):
    one.view.show()
    made = LinkPopup(one.view)
    yield made
    one.view.hide()


def enter(popup: LinkPopup, typed: str) -> None:
    """Type an address and press Enter."""
    popup.field.setText(typed)
    popup.field.returnPressed.emit()


def test_a_link_is_set_on_the_selection(popup, one):
    one.place(0, 5)
    one.key(Qt.Key.Key_K, "", CTRL)
    assert popup.isVisible()
    enter(popup, "example.org")
    assert not popup.isVisible()
    assert one.spans()[0] == ("Hello", {"link": "https://example.org"})


def test_a_link_at_the_caret_is_changed_and_taken_away(popup, one):
    one.view.commands.set_link(0, 5, "https://example.org")
    one.place(2)
    popup.ask()
    assert popup.field.text() == "https://example.org"
    enter(popup, "https://example.com")
    assert one.spans()[0] == ("Hello", {"link": "https://example.com"})
    one.place(2)
    popup.ask()
    enter(popup, "")
    assert one.spans()[0] == ("Hello world", {})


def test_without_a_selection_the_address_is_written_out(popup, one):
    one.place(5)
    popup.ask()
    enter(popup, "example.org/x")
    assert ("example.org/x", {"link": "https://example.org/x"}) in one.spans()


def test_an_address_no_link_can_have_is_said_so(popup, one):
    one.place(0, 5)
    popup.ask()
    enter(popup, "javascript:x")
    assert popup.isVisible()
    assert popup.hint.isVisible()
    assert one.spans()[0] == ("Hello world", {})


def test_the_link_lands_on_its_words_whatever_others_wrote_meanwhile(two):
    one, other = two.windows
    popup = LinkPopup(one.view)
    one.place(4, 7)
    popup.ask()
    other.place(0)
    other.type("See: ")
    two.sync()
    enter(popup, "example.org")
    assert ("fox", {"link": "https://example.org"}) in one.spans()


def test_escape_and_going_elsewhere_change_nothing(popup, one):
    one.place(0, 5)
    for event in (
        QKeyEvent(QEvent.Type.KeyPress, int(Qt.Key.Key_Escape), NONE),
        QFocusEvent(QEvent.Type.FocusOut),
    ):
        popup.ask()
        popup.field.setText("example.org")
        QApplication.sendEvent(popup.field, event)
        assert not popup.isVisible()
    assert one.spans()[0] == ("Hello world", {})


def test_the_field_stays_inside_the_window(popup, one):
    one.view.resize(340, 120)
    one.place(len(one.text))
    popup.ask()
    assert one.view.rect().contains(popup.geometry())


def test_nobody_is_asked_where_nothing_can_be_written(popup, one):
    one.view.set_writable(False)
    popup.ask()
    assert not popup.isVisible()


def test_the_field_has_a_name_for_assistive_technology(popup):
    assert popup.field.accessibleName()
