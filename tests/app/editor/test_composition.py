"""Text on its way from an input method. (What others do meanwhile: `test_binding`.)"""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtWidgets import QApplication

from tests.support.editor_world import World


def test_a_commit_with_more_to_come_does_both(one):
    one.place(5)
    one.compose("に", "日")
    assert one.text.startswith("Hello日 world")
    assert one.view.is_composing
    one.compose("", "本")
    assert one.text.startswith("Hello日本 world")


def test_a_replacement_without_text_deletes(one):
    one.place(5)
    one.compose("", "", -2, 2)
    assert one.text.startswith("Hel world")


def test_a_replacement_is_counted_in_utf16(one):
    one.place(5)
    one.view.commands.type("\U0001f600")
    one.compose("", "x", -2, 2)
    assert one.text.startswith("Hellox world")


def test_newlines_of_an_input_method_end_blocks(one):
    one.place(5)
    one.compose("", "a\r\nb\rc")
    assert one.text.startswith("Helloa\nb\nc world")


def test_an_event_that_composes_nothing_changes_nothing(one):
    one.place(5)
    one.compose("")
    assert one.caret == 5
    assert one.text.startswith("Hello world")


def test_keys_commit_what_is_composed(one):
    one.place(5)
    one.compose("に")
    one.key(Qt.Key.Key_Return, "\r")
    assert one.text.startswith("Helloに\n world")


def test_where_nothing_can_be_written_nothing_is_composed(one):
    one.view.set_writable(False)
    one.compose("に")
    one.compose("", "日")
    assert one.text.startswith("Hello world")


def test_the_preedit_is_shown_at_the_caret(qt_app):
    with World(1, "one\ntwo") as world:
        window = world.windows[0]
        window.place(6)
        window.compose("に")
        QApplication.processEvents()
        layout = window.view.document().lastBlock().layout()
        assert (layout.preeditAreaText(), layout.preeditAreaPosition()) == ("に", 2)
        window.compose("")
        assert layout.preeditAreaText() == ""


def test_a_preedit_goes_from_the_block_it_was_shown_in_wherever_the_caret_went(one):
    one.place(3)
    one.compose("に")
    one.place(14)
    one.compose("に")
    assert [text for text in preedits(one) if text] == ["に"]
    one.place(0)
    one.compose("", "日")
    assert not any(preedits(one))
    assert one.text.startswith("日Hello world")


def preedits(window):
    document = window.view.document()
    return [
        document.findBlockByNumber(number).layout().preeditAreaText()
        for number in range(document.blockCount())
    ]


@pytest.mark.parametrize("key", [Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_End])
def test_a_key_that_moves_commits_what_is_composed_first(one, key):
    one.place(len(one.view.bound.mirror))
    one.compose("かな")
    one.key(key)
    assert not one.view.is_composing
    assert one.text.endswith("かな")


def test_a_click_commits_what_is_composed_where_it_was_begun(one):
    end = len(one.view.bound.mirror)
    one.place(end)
    one.compose("かな")
    one.mouse(QEvent.Type.MouseButtonPress, QPointF(one.view.rect_at(2).center()))
    one.mouse(QEvent.Type.MouseButtonRelease, QPointF(one.view.rect_at(2).center()))
    assert not one.view.is_composing
    assert one.text.endswith("かな")
    assert one.view.textCursor().position() < 5


def test_a_point_behind_what_is_composed_is_a_place_in_the_text(one):
    end = len(one.view.bound.mirror)
    one.place(end)
    one.compose("かな かな")
    layout = one.view.document().documentLayout()
    far = QPointF(590.0, one.view.rect_at(end).center().y())
    assert layout.hitTest(far, Qt.HitTestAccuracy.FuzzyHit) == one.view.document().characterCount() - 1


def test_a_preedit_stays_at_the_caret_when_a_foreign_hand_edits_around_it(qt_app):
    with World(1, "the quick brown\nfox") as world:
        window = world.windows[0]
        view = window.view
        view.show()
        window.place(15)
        window.compose("に")
        window.cursor(0, 10).removeSelectedText()
        world.turn()
        layout = view.document().firstBlock().layout()
        assert (layout.preeditAreaText(), layout.preeditAreaPosition()) == ("に", 5)
        window.mouse(QEvent.Type.MouseMove, QPointF(view.viewport().rect().topLeft()))
        window.cursor(0, 6).removeSelectedText()
        world.turn()
        layout = view.document().firstBlock().layout()
        assert (layout.preeditAreaText(), layout.preeditAreaPosition()) == ("に", 0)
        window.compose("", "日")
        assert window.text == "日fox"
        assert not any(preedits(window))
