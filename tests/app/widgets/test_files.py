"""Files are attached from a dialog, and saved as a copy by a double click or by a key."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.models.notices import Topic
from tests.support.hands import choose, front, keys
from tests.support.waiting import wait_for
from tests.support.whole_window import type_text


@pytest.fixture
def attached(desk, tmp_path):
    """A note with a file behind a word, and where copies of it go."""
    front(desk.window)
    given, place = tmp_path / "plan.pdf", tmp_path / "copy.pdf"
    given.write_bytes(b"%PDF-1.7 not really")
    type_text(desk.view.title, "Plans")
    desk.view.focus_text()
    type_text(desk.view.edit, "See ")
    desk.window.files.choose = lambda window, title: ([str(given)], "")
    desk.window.files.choose_place = lambda window, title, name: (str(place), "")
    return desk, place


def payloads(desk):
    return [marks["embed"] for _, marks in desk.view.note.body.spans() if "embed" in marks]


def test_by_keys_alone(attached):
    desk, place = attached
    keys("Ctrl+Shift+A")
    assert [(found["type"], found["name"]) for found in payloads(desk)] == [("file", "plan.pdf")]
    keys("Ctrl+Return")
    wait_for(lambda: place.exists() and place.read_bytes())
    assert place.read_bytes() == b"%PDF-1.7 not really"


def test_by_the_menu_and_a_double_click(attached):
    desk, place = attached
    choose(desk.window.menuBar(), "Format", "Picture or file…")
    wait_for(lambda: payloads(desk))
    at = desk.view.edit.rect_at(4).center()
    at.setX(at.x() + 12)
    QTest.mouseDClick(
        desk.view.edit.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    wait_for(place.exists)


def test_what_is_not_here_or_cannot_be_written_is_said(attached, tmp_path):
    desk, place = attached
    files = desk.window.files
    files.save({"type": "file", "src": "attachment:" + "0" * 64, "name": "gone"})
    wait_for(lambda: desk.view.banners.first() is not None)
    desk.view.banners.unsay(Topic.NOTICE)
    files.ask()
    files.choose_place = lambda window, title, name: (str(tmp_path / "no" / "folder"), "")
    files.save(payloads(desk)[0])
    wait_for(lambda: desk.view.banners.first() is not None)
    desk.view.banners.unsay(Topic.NOTICE)
    files.save({"type": "file", "src": "https://example.org/x", "name": "x"})
    assert not place.exists()
