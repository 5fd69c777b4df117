"""At most one banner, the most important first, the others a click away, and never the focus."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

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
