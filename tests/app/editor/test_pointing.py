"""What a press of the mouse means, before QTextEdit sees it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from tests.support.editor_world import NONE, SHIFT


def test_a_press_in_a_tick_box_ticks_it_and_leaves_the_caret(one):
    one.view.show()
    one.view.commands.toggle_check()
    one.place(20)
    left = one.view.rect_at(0)
    box = QPointF(left.left() - 16, left.center().y())
    assert one.view._bound.pointing.shape(box, Qt.KeyboardModifier.NoModifier) == (
        Qt.CursorShape.PointingHandCursor
    )
    one.mouse(QEvent.Type.MouseButtonPress, box)
    one.mouse(QEvent.Type.MouseButtonRelease, box)
    assert one.kinds()[0]["checked"] is True
    assert one.caret == 20
    one.mouse(QEvent.Type.MouseButtonPress, box)
    one.mouse(QEvent.Type.MouseButtonRelease, QPointF(one.view.rect_at(8).center()))
    assert one.kinds()[0]["checked"] is True
    one.view.hide()


def test_a_menu_is_for_the_place_under_the_mouse_or_for_what_is_selected(one):
    one.view.show()
    one.place(0, 5)
    inside, outside = QPointF(one.view.rect_at(3).center()), QPointF(one.view.rect_at(9).center())
    one.view._bound.pointing.stand_at(inside)
    assert one.selection == (0, 5)
    one.view._bound.pointing.stand_at(outside)
    assert one.selection == (9, 9)
    place, viewport = inside.toPoint(), one.view.viewport()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, place, viewport.mapToGlobal(place)))
    assert one.selection == (3, 3)
    for menu in one.view.findChildren(QMenu):
        menu.close()
    one.view.hide()


def test_shift_and_a_click_select_from_the_caret_also_when_a_word_was_pressed_twice_before_a_reload(one):
    def click(index, kinds, held=NONE):
        place = QPointF(one.view.rect_at(index).center())
        for kind in kinds:
            one.mouse(kind, place, held)

    one.view.show()
    press, twice, release = (
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseButtonRelease,
    )
    click(20, (press, release, twice, release))
    assert one.view.textCursor().hasSelection()
    one.place(12, len(one.view.bound.mirror))
    one.key(Qt.Key.Key_Delete)
    one.view.bound.reload()
    one.place(2)
    click(8, (press, release), SHIFT)
    cursor = one.view.textCursor()
    assert (cursor.anchor(), cursor.position()) == (2, 8)
    click(4, (press, release), SHIFT)
    assert one.view.textCursor().position() == 4
