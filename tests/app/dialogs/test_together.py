"""Two people in two real windows: who is there is seen, and one goes where the other goes."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sync.errors import StoreUnavailable
from tests.support.two_people import show, two_people
from tests.support.waiting import wait_for
from tests.support.whole_window import press, type_text

LINES = "\n".join(f"line {number}" for number in range(200))


def go_to(desk, index):
    """Put the caret of a window somewhere."""
    cursor = QTextCursor(desk.view.edit.document())
    cursor.setPosition(index)
    desk.view.edit.setTextCursor(cursor)


def names(desk):
    return [person.name for person in desk.view.company.people]


def caret_y(desk):
    """Where in the viewport of a window the other's caret stands."""
    (place,) = desk.view.edit.carets.places()
    return desk.view.edit.rect_at(place.head).center().y()


def is_in_sight(desk):
    places = desk.view.edit.carets.places()
    return len(places) == 1 and 0 <= caret_y(desk) <= desk.view.edit.viewport().height()


def follow(desk, name):
    """By the mouse, on the circle."""
    wait_for(lambda: names(desk) == [name] and desk.view.edit.carets.places())
    QTest.mouseClick(desk.view.company.strip.avatars[0], Qt.MouseButton.LeftButton)
    assert desk.window.together.person.name == name
    assert desk.window.together.pill.isVisible()


def test_both_see_each_other_and_one_follows_the_other_through_the_text_and_to_another_note(qt_app, tmp_path):
    with two_people(qt_app, tmp_path, LINES) as (ana, bob, _):
        wait_for(lambda: names(ana) == ["Bob"] and names(bob) == ["Ana"])
        assert ana.view.company.people[0].hue != bob.view.company.people[0].hue
        wait_for(lambda: len(bob.view.edit.toPlainText()) == len(LINES))
        bob.window.show()
        go_to(ana, 0)
        wait_for(lambda: [place.head for place in bob.view.edit.carets.places()] == [0])
        follow(bob, "Ana")
        pill, title = bob.window.together.pill, bob.view.title
        assert pill.text.text() == "Following Ana"
        metrics = title.fontMetrics()
        baseline = (title.height() - metrics.height()) // 2 + metrics.ascent()
        letters = title.mapToGlobal(QPoint(0, baseline + metrics.tightBoundingRect("hd").top()))
        assert pill.geometry().bottom() < pill.parentWidget().mapFromGlobal(letters).y() - 2
        go_to(ana, len(LINES))
        wait_for(lambda: bob.view.edit.verticalScrollBar().value() > 0 and is_in_sight(bob))
        mine = bob.view.edit.textCursor().position()
        type_text(ana.view.edit, "\nmore" * 60)
        wait_for(lambda: bob.view.edit.toPlainText().endswith("more" + "\nmore" * 59) and is_in_sight(bob))
        assert bob.view.edit.textCursor().position() == mine, "the own caret stays"
        ana.window.actions_.new_note.trigger()
        type_text(ana.view.title, "Cellar")
        type_text(ana.view.edit, "wine")
        cellar = wait_for(lambda: ana.browsing.note.id if not ana.browsing.note.draft else None)
        wait_for(lambda: bob.view.note.id == cellar)
        wait_for(lambda: bob.view.edit.toPlainText() == "wine" and names(bob) == ["Ana"])
        assert bob.window.together.person.name == "Ana"
        ana.window.close()
        wait_for(lambda: names(bob) == [])
        bob.window.together._gone._timer.setInterval(0)
        bob.window.together._gone.ask()
        wait_for(lambda: bob.window.together.person is None)
        assert bob.window.toast.text.text() == "Ana is not here any more"
        assert not bob.window.together.pill.isVisible()


def wheel(desk):
    where = QPointF(20, 20)
    turned = QWheelEvent(
        where, where, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(desk.view.edit.viewport(), turned)


def test_whatever_the_follower_does_ends_it_and_the_palette_begins_it(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (ana, bob, note):
        bob.window.show()
        bob.window.activateWindow()
        go_to(ana, 2)
        for act in (
            lambda: type_text(bob.view.edit, "x"),
            lambda: type_text(bob.view.title, "x"),
            lambda: press(bob.view.edit, "Esc"),
            lambda: press(bob.window.pane.list, "Esc"),
            lambda: press(bob.view.edit, "Down"),
            lambda: wheel(bob),
            lambda: QTest.mouseClick(bob.view.edit.viewport(), Qt.MouseButton.LeftButton),
            lambda: QTest.mousePress(bob.view.edit.verticalScrollBar(), Qt.MouseButton.LeftButton),
            bob.window.together.pill.button.click,
            lambda: QTest.mouseClick(bob.view.company.strip.avatars[0], Qt.MouseButton.LeftButton),
            lambda: bob.browsing.new_note(),
        ):
            show(bob, note)
            follow(bob, "Ana")
            QTest.keyClick(bob.view.edit, Qt.Key.Key_Shift)
            assert bob.window.together.person is not None, "a modifier alone is nothing yet"
            act()
            assert bob.window.together.person is None
            assert not bob.window.together.pill.isVisible()
        wait_for(lambda: names(bob) == [] and bob.window.actions_.follow.isEnabled())
        bob.window.actions_.palette.trigger()
        type_text(bob.window.going.picker.field, "follow some")
        press(bob.window.going.picker.field, "Return")
        assert bob.window.going.picker.model.offers[0].title == "Ana"
        assert bob.window.going.picker.model.offers[0].detail == "in another note"
        press(bob.window.going.picker.field, "Return")
        wait_for(lambda: bob.view.note.id == note)
        assert bob.window.together.person.name == "Ana"


def test_nobody_can_be_followed_where_nobody_is(desk):
    assert not desk.window.actions_.follow.isEnabled()


def test_who_is_there_already_is_seen_by_those_who_come(qt_app, tmp_path):
    with two_people(qt_app, tmp_path) as (_, bob, note):
        wait_for(lambda: names(bob) == ["Ana"])
        bob.window.actions_.new_note.trigger()
        assert names(bob) == []
        show(bob, note)
        assert names(bob) == ["Ana"]


def test_a_note_that_is_heard_of_before_it_is_here_is_followed_to_once_it_is(qt_app, tmp_path, monkeypatch):
    with two_people(qt_app, tmp_path) as (ana, bob, _):
        bob.window.show()
        go_to(ana, 2)
        follow(bob, "Ana")
        workspace, asked = bob.program.workspace, []
        load = workspace.open

        def too_early(note, done, failed=None):
            asked.append(note)
            if len(asked) > 2:
                load(note, done, failed)
            else:
                failed(StoreUnavailable(bob.profile.library, "missing", note))

        monkeypatch.setattr(workspace, "open", too_early)
        ana.window.actions_.new_note.trigger()
        type_text(ana.view.title, "Cellar")
        cellar = wait_for(lambda: ana.browsing.note.id if not ana.browsing.note.draft else None)
        wait_for(lambda: bob.view.note.id == cellar)
        assert asked[:3] == [cellar] * 3
        assert bob.window.together.person.name == "Ana"
