"""Other people's carets."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app.editor.carets import FADE_MS, NAME_MS
from app.editor.note import Caret
from tests.support.editor_world import Window


def caret(window: Window, name: str, anchor: int, head: int) -> Caret:
    """Somebody in the note of a window."""
    body = window.note.body
    return Caret(name, QColor("#d9480f"), body.anchor(anchor), body.anchor(head))


def places(window: Window) -> list[tuple[str, int, int]]:
    """Where the others are."""
    return [(place.name, place.anchor, place.head) for place in window.view.carets.places()]


@pytest.fixture
def clock(two, monkeypatch):
    """Milliseconds that only the test moves, in the first window."""
    now = [0]
    monkeypatch.setattr(
        two.windows[0].view.carets, "_clock", type("Clock", (), {"elapsed": lambda _self: now[0]})()
    )
    return now


def test_carets_stay_on_their_letters_while_anybody_types(two):
    one, other = two.windows
    one.note.presence.emit([caret(one, "Ana", 4, 7)])
    one.place(0)
    one.type("See: ")
    other.place(5)
    other.type("!")
    two.sync()
    assert places(one) == [("Ana", 9, 13)]
    assert one.text[9:13] == "f!ox"


def test_a_caret_whose_letter_has_not_arrived_is_left_out_until_it_has(two):
    one, other = two.windows
    other.place(3)
    other.type("!!!")
    one.note.presence.emit([caret(other, "Sam", 5, 5), caret(one, "Ana", 1, 1)])
    assert places(one) == [("Ana", 1, 1)]
    two.sync()
    assert places(one) == [("Sam", 5, 5), ("Ana", 1, 1)]


def test_two_machines_of_one_person_are_two_carets(two):
    one, _ = two.windows
    one.note.presence.emit([caret(one, "Ana", 1, 1), caret(one, "Ana", 5, 5)])
    assert places(one) == [("Ana", 1, 1), ("Ana", 5, 5)]


def test_a_name_fades_two_seconds_after_its_caret_moved(two, clock):
    one, _ = two.windows
    one.view.show()
    QApplication.processEvents()
    quiet = one.view.grab().toImage()
    one.note.presence.emit([caret(one, "Ana", 5, 5)])
    flagged = one.view.grab().toImage()
    clock[0] = NAME_MS - 10
    assert one.view.grab().toImage() == flagged
    clock[0] = NAME_MS + FADE_MS
    bare = one.view.grab().toImage()
    assert bare != flagged
    assert bare != quiet
    one.note.presence.emit([caret(one, "Ana", 5, 5)])
    assert one.view.grab().toImage() == bare, "who did not move is not named again"
    one.note.presence.emit([caret(one, "Ana", 6, 6)])
    assert one.view.grab().toImage() != bare
    one.note.presence.emit([])
    one.view.hide()


def test_the_fading_stops_when_all_is_faded(two, clock):
    one, _ = two.windows
    carets = one.view.carets
    one.note.presence.emit([caret(one, "Ana", 5, 5)])
    assert carets._fading.isActive()
    clock[0] = NAME_MS + FADE_MS + 1
    carets._fade()
    assert not carets._fading.isActive()


def test_a_selection_is_washed_in_its_colour(two):
    one, _ = two.windows
    one.view.show()
    QApplication.processEvents()
    before = one.view.grab().toImage()
    one.note.presence.emit([caret(one, "Ana", 4, 20)])
    after = one.view.grab().toImage()
    rect = one.view.rect_at(6)
    margin = one.view.viewportMargins().left()
    place = (rect.left() + margin + 1, rect.top() + 2)
    assert before.pixelColor(*place) != after.pixelColor(*place)
    one.view.hide()


def test_long_names_are_cut(two):
    one, _ = two.windows
    one.view.show()
    one.note.presence.emit([caret(one, "A very long name that would cover the text " * 3, 2, 2)])
    one.view.grab()
    one.view.hide()


def test_who_is_idle_is_painted_faintly(two, clock):
    one, _ = two.windows
    one.view.show()
    QApplication.processEvents()
    one.note.presence.emit([caret(one, "Ana", 5, 5)])
    clock[0] = NAME_MS + FADE_MS
    rect = one.view.rect_at(5)
    place = (rect.left() + one.view.viewportMargins().left(), rect.center().y())
    awake = one.view.grab().toImage().pixelColor(*place)
    one.note.presence.emit([caret(one, "Ana", 5, 5)._replace(idle=True)])
    faint = one.view.grab().toImage().pixelColor(*place)
    assert faint.lightness() > awake.lightness()
    one.view.hide()
