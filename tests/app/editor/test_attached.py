"""What is said of attachments in the text: seen, clicked, pressed, heard, and gone when it is over."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from app.editor.file_lines import FileLine
from app.editor.text_menu import text_menu
from tests.support.editor_world import CTRL, World

DIGEST, OTHER = "a" * 64, "b" * 64
FILE = {"type": "file", "src": f"attachment:{DIGEST}", "name": "plan.pdf"}
PICTURE = {"type": "image", "src": f"attachment:{OTHER}", "name": "river.png"}
REFUSED = FileLine("Not sent: no room", "Try again")
WAITING = FileLine("Waiting to be sent")
PRESS, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease


@pytest.fixture
def said():
    """What there is to say, by SHA-256."""
    return {}


@pytest.fixture
def one(qt_app, said):
    """A window on a note with a file, words behind it, and a picture of 300 x 120."""
    with World(1, "See  behind\n") as world:
        window = world.windows[0]
        view = window.view
        view.attached.line_of = said.get
        image = QImage(300, 120, QImage.Format.Format_RGB32)
        image.fill(QColor("#336699"))
        view.find_attachment = lambda digest: image if digest == OTHER else None
        window.place(4)
        view.commands.insert_embed(FILE)
        window.place(len(window.text))
        view.commands.insert_embed(PICTURE)
        view.show()
        world.turn()
        view.grab()
        yield window
        view.hide()


def chip(window) -> QRectF:
    """Where the file is drawn."""
    begin, end = window.view.rect_at(4), window.view.rect_at(5)
    return QRectF(begin.left(), begin.top(), end.left() - begin.left(), begin.height())


def tell(window, said, digest, line):
    said[digest] = line
    if line is None:
        del said[digest]
    window.view.attached.changed(digest)
    window.view.grab()


def click(window, place: QPointF) -> None:
    window.mouse(PRESS, place)
    window.mouse(RELEASE, place)


def asked(window) -> list[str]:
    found: list[str] = []
    window.view.attached.again_asked.connect(found.append)
    return found


def test_what_is_painted_is_noticed_once_by_the_name_that_people_know(one):
    assert one.view.attached.names == {DIGEST: "plan.pdf", OTHER: "river.png"}
    noticed = []
    one.view.attached.noticed.connect(noticed.append)
    one.view.grab()
    assert noticed == []
    one.view.bound.reload()
    one.view.grab()
    assert noticed == [DIGEST, OTHER]


def test_a_chip_grows_by_what_is_said_and_shrinks_when_it_is_over(one, said):
    before = chip(one).width()
    tell(one, said, DIGEST, WAITING)
    grown = chip(one).width()
    assert grown > before + 80
    tell(one, said, DIGEST, FileLine("Sending 4 %", widest="Sending 100 %"))
    shares = {chip(one).width()}
    tell(one, said, DIGEST, FileLine("Sending 44 %", widest="Sending 100 %"))
    assert shares == {chip(one).width()}
    tell(one, said, DIGEST, None)
    assert chip(one).width() == before


def test_a_picture_stays_as_large_and_has_a_badge_in_its_corner(one, said):
    line = one.view.document().lastBlock().layout().lineAt(0)
    size = line.naturalTextRect()
    plain = one.view.grab().toImage()
    tell(one, said, OTHER, WAITING)
    marked = one.view.grab().toImage()
    assert one.view.document().lastBlock().layout().lineAt(0).naturalTextRect() == size
    differing = [
        (x, y)
        for x in range(0, plain.width(), 2)
        for y in range(0, plain.height(), 2)
        if plain.pixel(x, y) != marked.pixel(x, y)
    ]
    foot = one.view.rect_at(len(one.text))
    assert differing
    assert all(y > foot.bottom() - 50 for _, y in differing)
    tell(one, said, OTHER, None)
    assert one.view.grab().toImage() == plain


@pytest.mark.parametrize("writable", [True, False])
def test_a_click_on_the_words_asks_again_and_one_beside_them_does_not(one, said, writable):
    one.view.set_writable(writable)
    tell(one, said, DIGEST, REFUSED)
    found = asked(one)
    place = chip(one)
    one.mouse(QEvent.Type.MouseMove, QPointF(place.right() - 20, place.center().y()))
    assert one.view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    click(one, QPointF(place.right() - 20, place.center().y()))
    assert found == [DIGEST]
    click(one, QPointF(place.left() + 20, place.center().y()))
    one.mouse(PRESS, QPointF(place.right() - 20, place.center().y()))
    one.mouse(RELEASE, QPointF(place.right() + 40, place.center().y()))
    assert found == [DIGEST]
    assert one.text == "See \ufffc behind\n\ufffc"


def test_a_click_on_the_badge_of_a_picture_asks_again(one, said):
    tell(one, said, OTHER, REFUSED)
    found = asked(one)
    foot = one.view.rect_at(len(one.text) - 1)
    click(one, QPointF(foot.left() + 30, foot.bottom() - 22))
    assert found == [OTHER]


def test_by_keys_from_the_menu_and_behind_a_picture_by_the_key_that_opens(one, said):
    found = asked(one)
    tell(one, said, DIGEST, REFUSED)
    tell(one, said, OTHER, REFUSED)
    one.place(5)
    actions = {action.text(): action for action in text_menu(one.view).actions()}
    assert not actions["Not sent: no room"].isEnabled()
    actions["Try again"].trigger()
    one.place(len(one.text))
    one.key(Qt.Key.Key_Return, "\r", CTRL)
    assert found == [DIGEST, OTHER]
    tell(one, said, OTHER, WAITING)
    assert "Try again" not in {action.text() for action in text_menu(one.view).actions()}


def test_a_file_that_is_waiting_offers_nothing(one, said):
    tell(one, said, DIGEST, WAITING)
    found = asked(one)
    place = chip(one)
    click(one, QPointF(place.right() - 20, place.center().y()))
    assert found == []
    assert not one.view.attached.ask_again(FILE)
    assert not one.view.attached.ask_again({"type": "file", "src": "https://example.org/x"})


def test_it_is_said_to_those_who_hear_and_shown_under_the_mouse(one, said):
    tell(one, said, DIGEST, REFUSED)
    tell(one, said, OTHER, WAITING)
    heard = one.view.accessibleDescription()
    assert heard == "plan.pdf: Not sent: no room. river.png: Waiting to be sent."
    place = chip(one)
    one.mouse(QEvent.Type.MouseMove, place.center())
    assert one.view.viewport().toolTip() == "Not sent: no room\nTry again"
    one.mouse(QEvent.Type.MouseMove, QPointF(5, 5))
    assert one.view.viewport().toolTip() == ""
    said.clear()
    one.view.attached.changed(DIGEST)
    assert one.view.accessibleDescription() == ""
    tell(one, said, OTHER, WAITING)
    one.view.close_note()
    assert one.view.accessibleDescription() == ""


def test_a_double_click_on_a_picture_that_is_not_here_opens_it_for_whoever_can(one):
    opened = []
    one.view.embed_activated.connect(opened.append)
    place = QPointF(one.view.rect_at(len(one.text)).center())
    QTest.mouseDClick(one.view.viewport(), Qt.MouseButton.LeftButton, pos=(place - QPointF(30, 0)).toPoint())
    assert [payload["name"] for payload in opened] == ["river.png"]
