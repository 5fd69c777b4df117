"""Which key does what."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.editor import keyboard
from app.editor.commands import TOGGLES
from tests.support.editor_world import ALT, CTRL, NONE, SHIFT

Key = Qt.Key
KEYPAD = Qt.KeyboardModifier.KeypadModifier


def press(key: int, held: Qt.KeyboardModifier = NONE, text: str = "") -> QKeyEvent:
    """A press of a key."""
    return QKeyEvent(QEvent.Type.KeyPress, int(key), held, text)


@pytest.mark.parametrize(
    ("key", "held", "mark"),
    [
        (Key.Key_B, CTRL, "bold"),
        (Key.Key_I, CTRL, "italic"),
        (Key.Key_U, CTRL, "underline"),
        (Key.Key_X, CTRL | SHIFT, "strike"),
        (Key.Key_E, CTRL, "code"),
        (Key.Key_H, CTRL | SHIFT, "highlight"),
    ],
)
def test_shortcuts_of_marks(one, key, held, mark):
    one.place(0, 5)
    one.key(key, "", held)
    assert one.spans()[0] == ("Hello", {mark: True})
    one.key(key, "", held)
    assert one.spans()[0] == ("Hello world", {})


@pytest.mark.parametrize("level", range(7))
def test_shortcuts_of_headings(one, level):
    one.place(0)
    one.key(keyboard.HEADING_KEYS[3], "", CTRL | ALT)
    one.key(keyboard.HEADING_KEYS[level], "", CTRL | ALT)
    assert one.kinds()[0] == ({"kind": "heading", "level": level} if level else {})


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        (Key.Key_7, "numbered"),
        (Key.Key_Ampersand, "numbered"),
        (Key.Key_8, "bullet"),
        (Key.Key_Asterisk, "bullet"),
        (Key.Key_9, "check"),
        (Key.Key_ParenLeft, "check"),
    ],
)
def test_shortcuts_of_lists_on_any_layout(one, key, kind):
    one.place(0)
    one.key(key, "", CTRL | SHIFT)
    assert one.kinds()[0]["kind"] == kind
    one.key(key, "", CTRL | SHIFT)
    assert one.kinds()[0] == {}


def test_ctrl_return_ticks_and_makes_boxes(one):
    one.place(0)
    one.key(Key.Key_Return, "\r", CTRL)
    assert one.kinds()[0] == {"kind": "check", "level": 0, "checked": False}
    one.key(Key.Key_Return, "\r", CTRL)
    assert one.kinds()[0]["checked"] is True
    one.key(Key.Key_Return, "\r", CTRL)
    assert one.kinds()[0]["checked"] is False


def test_ctrl_k_asks_for_a_link(one):
    asked = []
    one.view.link_wanted.connect(lambda: asked.append(True))
    one.key(Key.Key_K, "", CTRL)
    assert asked


def test_ctrl_backslash_clears_marks_but_no_comment(one):
    one.note.edit(lambda edit: edit.text(("body",)).format(0, 5, "comment:1", "x"))
    one.view.bound.show_note("edited beside the view")
    one.place(0, 5)
    one.view.commands.toggle("bold")
    one.view.commands.set_mark("colour", "red")
    one.key(Key.Key_Backslash, "", CTRL)
    assert one.spans()[0] == ("Hello", {"comment:1": "x"})


def test_our_shortcuts_are_left_to_the_windows_menus_first(one):
    for key, held in ((Key.Key_Z, CTRL), (Key.Key_B, CTRL), (Key.Key_Y, CTRL)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, int(key), held, "")
        event.setAccepted(True)
        one.view.event(event)
        assert not event.isAccepted()
    letter = QKeyEvent(QEvent.Type.ShortcutOverride, int(Key.Key_A), NONE, "a")
    one.view.event(letter)
    assert letter.isAccepted()


def test_what_is_text():
    assert keyboard.is_text(press(Key.Key_A, NONE, "a"))
    assert keyboard.is_text(press(Key.Key_A, SHIFT, "A"))
    assert keyboard.is_text(press(Key.Key_Q, CTRL | ALT, "@"))  # AltGr on Windows
    assert keyboard.is_text(press(Key.Key_1, KEYPAD, "1"))
    assert keyboard.is_text(press(0, CTRL | SHIFT, "\u200d"))
    assert not keyboard.is_text(press(Key.Key_A, CTRL, "\x01"))
    assert not keyboard.is_text(press(Key.Key_A, CTRL, "a"))
    assert not keyboard.is_text(press(Key.Key_Escape, NONE, "\x1b"))
    assert not keyboard.is_text(press(Key.Key_Delete, NONE, "\x7f"))
    assert not keyboard.is_text(press(Key.Key_Left))


def test_enter_in_its_forms():
    assert keyboard.is_enter(press(Key.Key_Return))
    assert keyboard.is_enter(press(Key.Key_Enter, KEYPAD))
    assert not keyboard.is_enter(press(Key.Key_Return, SHIFT))
    assert keyboard.is_soft_break(press(Key.Key_Return, SHIFT))
    assert keyboard.is_backspace(press(Key.Key_Backspace, SHIFT))
    assert not keyboard.is_backspace(press(Key.Key_Backspace, CTRL))


def test_every_shortcut_shown_is_a_key_and_none_is_shown_twice():
    shown = [QKeySequence(keys).toString() for keys in keyboard.SHORTCUTS.values()]
    assert all(shown)
    assert len(set(shown)) == len(shown)
    assert set(TOGGLES) <= set(keyboard.SHORTCUTS)
