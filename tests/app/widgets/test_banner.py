"""At most one banner, the most important first, the others a click away, and never the focus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.widgets import banner
from app.widgets.banner import BannerRoom, Choice, Message, Topic


@pytest.fixture
def room(appearance):
    window = QWidget()
    layout = QVBoxLayout(window)
    made = BannerRoom(appearance)
    layout.addWidget(made)
    window.show()
    yield made
    window.close()


def texts(room):
    QApplication.processEvents()
    return [label.text() for label in room.findChildren(QLabel) if label.text() and label.isVisible()]


def press(room, label):
    QApplication.processEvents()
    next(b for b in room.findChildren(QPushButton) if b.text() == label and b.isVisible()).click()


def test_the_more_important_message_is_shown_and_the_others_are_counted(room):
    room.say(Topic.CLOCK, Message("clock"))
    room.say(Topic.EXPIRED, Message("expired"))
    room.say(Topic.QUARANTINE, Message("quarantine"))
    assert texts(room) == ["expired"]
    press(room, "+2")
    assert texts(room) == ["expired", "clock", "quarantine"]
    press(room, "–")
    assert texts(room) == ["expired"]


def test_what_is_taken_back_makes_room_for_the_next(room):
    room.say(Topic.STORE, Message("store", tone="danger"))
    room.say(Topic.EXPIRED, Message("expired"))
    room.unsay(Topic.STORE)
    assert texts(room) == ["expired"]
    room.unsay(Topic.EXPIRED)
    room.unsay(Topic.EXPIRED)
    assert room.isHidden()
    assert room.first() is None


def test_a_button_does_what_it_says(room):
    done = []
    room.say(Topic.EXPIRED, Message("expired", (Choice("Sign in", lambda: done.append("in"), main=True),)))
    press(room, "Sign in")
    assert done == ["in"]


def test_a_banner_never_takes_the_focus(appearance, qt_app):
    window = QWidget()
    layout = QVBoxLayout(window)
    line, room = QLineEdit(), BannerRoom(appearance)
    layout.addWidget(line)
    layout.addWidget(room)
    window.show()
    line.setFocus()
    room.say(Topic.EXPIRED, Message("expired", (Choice("Sign in", lambda: None),)))
    qt_app.processEvents()
    assert window.focusWidget() is line
    window.close()


def test_the_same_words_again_rebuild_nothing(room):
    room.say(Topic.EXPIRED, Message("expired"))
    before = room.findChildren(QLabel)
    room.say(Topic.EXPIRED, Message("expired"))
    assert room.findChildren(QLabel) == before


def test_a_count_that_grows_with_every_key_changes_in_place(room):
    for edits in range(3):
        room.say(Topic.EXPIRED, Message(f"{edits} edits", (Choice("Sign in", lambda: None),)))
    assert texts(room) == ["2 edits"]
    before = room.findChildren(QPushButton)
    room.say(Topic.EXPIRED, Message("3 edits", (Choice("Sign in", lambda: None),)))
    assert room.findChildren(QPushButton) == before
    assert texts(room) == ["3 edits"]


def test_a_screen_reader_hears_what_comes_to_the_front_once_and_politely(room, monkeypatch):
    heard = []
    monkeypatch.setattr(
        banner.QAccessible,
        "updateAccessibility",
        lambda event: heard.append((event.message(), event.politeness())),
    )
    room.say(Topic.EXPIRED, Message("expired"))
    room.say(Topic.EXPIRED, Message("expired, 2 edits"))
    room.say(Topic.CLOCK, Message("clock"))
    room.say(Topic.STORE, Message("store"))
    room.unsay(Topic.STORE)
    polite = QAccessible.AnnouncementPoliteness.Polite
    assert heard == [("expired", polite), ("store", polite), ("expired, 2 edits", polite)]


def test_a_click_on_a_banner_leaves_the_focus_where_it_was(appearance, qt_app):
    window = QWidget()
    layout = QVBoxLayout(window)
    line, room = QLineEdit(), BannerRoom(appearance)
    layout.addWidget(line)
    layout.addWidget(room)
    window.show()
    line.setFocus()
    room.say(Topic.EXPIRED, Message("expired", (Choice("Later", lambda: None),)))
    qt_app.processEvents()
    QTest.mouseClick(room.findChildren(QPushButton)[-1], Qt.MouseButton.LeftButton)
    assert window.focusWidget() is line
    window.close()


def test_where_the_words_would_become_a_column_the_buttons_stand_below(room):
    choices = (
        Choice("Sign in as somebody@example.org", print, main=True),
        Choice("Keep a separate profile", print),
        Choice("Later", print),
    )
    room.say(
        Topic.EXPIRED, Message("These 37 edits belong to somebody@example.org and are kept here.", choices)
    )
    window = room.window()
    for width, is_below in ((480, True), (1_200, False), (480, True)):
        window.resize(width, 300)
        QApplication.processEvents()
        text = next(label for label in room.findChildren(QLabel) if label.text())
        buttons = room.findChildren(QPushButton)
        tops = {button.mapTo(room, button.rect().topLeft()).y() for button in buttons}
        bottom = text.mapTo(room, text.rect().bottomLeft()).y()
        assert all(top > bottom for top in tops) == is_below
        assert text.width() > 250
