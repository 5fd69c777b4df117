"""Embeds are selected by a click, and pictures resized by their corner, by keys and by the menu."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage

from app.editor.embeds import PICTURE_PX_MIN
from app.editor.text_menu import text_menu
from tests.support.editor_world import CTRL, World, check_window

PICTURE = {"type": "image", "src": "attachment:" + "a" * 64, "alt": ""}
PRESS, MOVE, RELEASE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
)


@pytest.fixture
def pictured(qt_app):
    """Two windows on a note with a picture of 200 x 100 behind its first word."""
    with World(2, "Hello \nend") as world:
        for window in world.windows:
            image = QImage(200, 100, QImage.Format.Format_RGB32)
            image.fill(QColor("#336699"))
            window.view.find_attachment = lambda _digest, image=image: image
        one = world.windows[0]
        one.place(6)
        one.view.commands.insert_embed(PICTURE)
        world.sync()
        one.view.show()
        world.turn()
        yield world
        one.view.hide()
        world.sync()
        world.agree()


def click(window, place: QPointF) -> None:
    window.mouse(PRESS, place)
    window.mouse(RELEASE, place)


def picture(window):
    frame = window.view._bound.pointing.frame
    return frame.selected()


def middle(window) -> QPointF:
    left, right = window.view.rect_at(6), window.view.rect_at(7)
    return QPointF((left.left() + right.left()) / 2, right.center().y())


def width(window) -> object:
    return next(marks.get("width") for _, marks in window.spans() if "embed" in marks)


def test_a_click_selects_a_picture_and_another_elsewhere_leaves_it(pictured):
    one = pictured.windows[0]
    click(one, middle(one))
    assert sorted(one.selection) == [6, 7]
    assert (picture(one).size.width(), picture(one).size.height()) == (200, 100)
    click(one, QPointF(one.view.rect_at(1).center()))
    assert picture(one) is None


@pytest.mark.parametrize("by", [-90, 60, 130])
def test_the_corner_makes_it_as_wide_as_it_is_drawn_in_one_undoable_step(pictured, by):
    one, other = pictured.windows
    click(one, middle(one))
    corner = picture(one).rect.bottomRight()
    one.mouse(PRESS, corner)
    for part in (0.3, 0.7, 1.0):
        one.mouse(MOVE, corner + QPointF(by * part, 5))
        assert picture(one).size.width() == round(200 + by * part)
    assert width(one) is None
    one.mouse(RELEASE, corner + QPointF(by, 5))
    assert width(one) == 200 + by
    assert picture(one).size.height() == pytest.approx((200 + by) / 2)
    pictured.sync()
    assert width(other) == 200 + by
    one.key(Qt.Key.Key_Z, "z", CTRL)
    assert width(one) is None


def test_it_grows_no_wider_than_the_column_and_no_narrower_than_can_be_held(pictured):
    one = pictured.windows[0]
    click(one, middle(one))
    one.view.commands.set_width(6, 5_000)
    room = one.view.document().textWidth() - 2 * one.view.document().documentMargin()
    assert picture(one).size.width() == room - 1
    one.view.commands.set_width(6, 3)
    assert picture(one).size.width() == PICTURE_PX_MIN
    one.view.commands.set_width(6, None)
    assert picture(one).size.width() == 200


def test_what_another_writes_before_it_does_not_make_the_corner_slip(pictured):
    one, other = pictured.windows
    click(one, middle(one))
    corner = picture(one).rect.bottomRight()
    one.mouse(PRESS, corner)
    one.mouse(MOVE, corner + QPointF(40, 0))
    other.place(0)
    other.type("Oh! ")
    pictured.sync()
    one.mouse(RELEASE, corner + QPointF(40, 0))
    assert width(one) == 240


def test_keys_and_the_menu_do_the_same(pictured):
    one = pictured.windows[0]
    one.place(6, 7)
    one.key(Qt.Key.Key_BracketRight, "", CTRL)
    assert width(one) == 230
    one.key(Qt.Key.Key_BracketLeft, "", CTRL)
    assert width(one) == 200
    sizes = next(
        action.menu() for action in text_menu(one.view).actions() if action.text() == "Picture Width"
    )
    named = {action.text(): action for action in sizes.actions()}
    named["Half"].trigger()
    room = one.view.document().textWidth() - 2 * one.view.document().documentMargin()
    assert width(one) == round(room / 2)
    named["As It Is"].trigger()
    assert width(one) is None


def test_where_nothing_can_be_written_there_is_no_corner(pictured):
    one = pictured.windows[0]
    click(one, middle(one))
    one.view.set_writable(False)
    one.mouse(PRESS, picture(one).rect.bottomRight())
    assert not one.view._bound.pointing.frame.is_dragging
    assert not one.view.resize_picture(1)
    one.view.set_writable(True)


def test_a_width_from_elsewhere_is_shown_as_it_came(pictured):
    one = pictured.windows[0]
    one.place(0)
    one.view.commands.insert_embed({**PICTURE, "width": 77})
    one.place(0, 1)
    assert picture(one).size.width() == 77
    check_window(one)
