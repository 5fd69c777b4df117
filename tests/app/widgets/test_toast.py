"""A toast says what was done and takes it back, once, without taking the focus."""

import pytest
from PySide6.QtWidgets import QLineEdit, QWidget

from app.widgets.toast import Toast
from tests.support.waiting import wait_for


@pytest.fixture
def toast(appearance):
    window = QWidget()
    window.resize(500, 300)
    field = QLineEdit(window)
    window.show()
    window.activateWindow()
    field.setFocus()
    made = Toast(window)
    yield made
    window.close()


def test_it_takes_back_once_and_leaves_the_focus_alone(toast):
    undone = []
    before = toast.window().focusWidget()
    toast.say("2 notes moved", lambda: undone.append(1))
    assert toast.window().focusWidget() is before
    assert toast.accessibleName() == "2 notes moved"
    assert toast.can_undo
    toast.button.click()
    toast.undo()
    assert undone == [1]
    assert not toast.isVisible()


def test_the_next_takes_its_place_and_what_cannot_be_undone_has_no_button(toast):
    undone = []
    toast.say("first", lambda: undone.append("first"))
    toast.say("second")
    assert not toast.button.isVisible()
    assert toast.text.x() == toast.width() - toast.text.geometry().right() - 1, "as much room on both sides"
    assert not toast.can_undo
    toast.undo()
    assert undone == []


def test_it_covers_nothing_that_is_said_at_the_foot(appearance):
    window = QWidget()
    window.resize(500, 300)
    banner = QWidget(window)
    banner.setGeometry(0, 250, 500, 50)
    made = Toast(window, banner)
    window.show()
    made.say("done")
    assert made.geometry().bottom() < 250
    banner.setGeometry(0, 200, 500, 100)
    assert made.geometry().bottom() < 200
    banner.hide()
    assert 200 < made.geometry().bottom() < 300
    window.close()


def test_it_stays_at_the_foot_and_goes_by_itself(toast):
    toast._later._timer.setInterval(1)
    toast.say("done", lambda: None)
    toast.window().resize(700, 400)
    assert toast.geometry().bottom() < 400
    wait_for(lambda: not toast.isVisible())
