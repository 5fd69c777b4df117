"""Which link a click opens: a note's at once, others with Ctrl, all where nothing can be written."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.editor.following import link_at, open_link
from tests.support.editor_world import CTRL, NONE


def linked(one, address):
    one.view.show()
    one.place(0, 5)
    one.view.commands.set_mark("link", address)
    one.place(11)
    return QPointF(one.view.rect_at(2).center())


@pytest.mark.parametrize(
    ("address", "held", "opens"),
    [
        ("note:abc", NONE, True),
        ("#Heading", NONE, True),
        ("https://example.org", NONE, False),
        ("https://example.org", CTRL, True),
    ],
)
def test_a_click_opens_what_it_should(one, address, held, opens):
    place = linked(one, address)
    assert link_at(one.view, place, held) == (address if opens else "")
    opened = []
    one.view.link_activated.connect(opened.append)
    QTest.mouseClick(one.view.viewport(), Qt.MouseButton.LeftButton, held, place.toPoint())
    assert opened == ([address] if opens else [])
    one.view.hide()


def test_where_nothing_can_be_written_every_click_opens(one):
    place = linked(one, "https://example.org")
    one.view.set_writable(False)
    assert link_at(one.view, place, NONE) == "https://example.org"
    one.view.set_writable(True)
    one.view.hide()


def test_a_key_opens_the_link_around_the_caret_and_ticks_elsewhere(one):
    linked(one, "https://example.org")
    opened = []
    one.view.link_activated.connect(opened.append)
    assert not open_link(one.view)
    one.key(Qt.Key.Key_Return, "", CTRL)
    assert one.kinds()[0]["kind"] == "check"
    one.place(2)
    one.key(Qt.Key.Key_Return, "", CTRL)
    assert opened == ["https://example.org"]
    one.view.hide()
