"""
Which key does what in the text.

A table of shortcuts and the keys that write. What is not named here (moving, selecting, copying) is left to
QTextEdit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextCursor

from app.editor.following import open_link

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit

_Key = Qt.Key
_Standard = QKeySequence.StandardKey
_Action = Callable[["NoteEdit"], object]

_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_ALT: Final = Qt.KeyboardModifier.AltModifier
_NONE: Final = Qt.KeyboardModifier.NoModifier

HEADING_KEYS: Final = (_Key.Key_0, _Key.Key_1, _Key.Key_2, _Key.Key_3, _Key.Key_4, _Key.Key_5, _Key.Key_6)

# Shown in tooltips and menus: one place for both.
SHORTCUTS: Final[dict[str, str]] = {
    "bold": "Ctrl+B",
    "italic": "Ctrl+I",
    "underline": "Ctrl+U",
    "strike": "Ctrl+Shift+X",
    "code": "Ctrl+E",
    "link": "Ctrl+K",
    "highlight": "Ctrl+Shift+H",
    "paragraph": "Ctrl+Alt+0",
    **{f"heading{level}": f"Ctrl+Alt+{level}" for level in range(1, 7)},
    "numbered": "Ctrl+Shift+7",
    "bullet": "Ctrl+Shift+8",
    "check": "Ctrl+Shift+9",
    "tick": "Ctrl+Return",
    "find": "Ctrl+F",
    "undo": "Ctrl+Z",
    "redo": "Ctrl+Shift+Z",
    "clear": "Ctrl+\\",
    "wider": "Ctrl+]",
    "narrower": "Ctrl+[",
}

_CTRL_SHIFT_KEYS: Final[dict[int, str]] = {
    _Key.Key_X: "strike",
    _Key.Key_H: "highlight",
    _Key.Key_V: "paste_plain",
    # With a digit it arrives as the digit on some layouts and as what stands above it on others.
    _Key.Key_7: "numbered",
    _Key.Key_Ampersand: "numbered",
    _Key.Key_8: "bullet",
    _Key.Key_Asterisk: "bullet",
    _Key.Key_9: "check",
    _Key.Key_ParenLeft: "check",
}


_MOVEMENTS: Final = frozenset(
    (
        *(_Key.Key_Left, _Key.Key_Right, _Key.Key_Up, _Key.Key_Down),
        *(_Key.Key_Home, _Key.Key_End, _Key.Key_PageUp, _Key.Key_PageDown),
    )
)


def _toggle(kind: str) -> _Action:
    return lambda view: view.commands.toggle(kind)


def _heading(level: int) -> _Action:
    return lambda view: view.commands.set_kind({"kind": "heading", "level": level} if level else {})


def _list(kind: str) -> _Action:
    return lambda view: view.commands.toggle_kind({"kind": kind, "level": 0})


ACTIONS: Final[dict[str, _Action]] = {
    **{name: _toggle(name) for name in ("bold", "italic", "underline", "strike", "code", "highlight")},
    **{name: _list(name) for name in ("numbered", "bullet", "check")},
    "paragraph": _heading(0),
    **{f"heading{level}": _heading(level) for level in range(1, 7)},
    "link": lambda view: view.link_wanted.emit(),
    "find": lambda view: view.find_wanted.emit(),
    "clear": lambda view: view.commands.clear_marks(),
    "tick": lambda view: open_link(view) or view.commands.toggle_check(),
    "wider": lambda view: view.resize_picture(1),
    "narrower": lambda view: view.resize_picture(-1),
    "undo": lambda view: view.undo(),
    "redo": lambda view: view.redo(),
    "cut": lambda view: view.cut(),
    "paste_plain": lambda view: view.paste_plain(),
}
"""What each shortcut does, by the name that the window's command of it has in settings."""


def shortcut_of(event: QKeyEvent) -> str | None:
    """Give the name in `ACTIONS` of what a key with modifiers does, if the editor has a shortcut for it."""
    key = event.key()
    held = event.modifiers() & (_CTRL | _SHIFT | _ALT)
    if event.matches(_Standard.Undo):
        return "undo"
    if (
        event.matches(_Standard.Redo)
        or (held == _CTRL and key == _Key.Key_Y)
        or (held == _CTRL | _SHIFT and key == _Key.Key_Z)
    ):
        return "redo"
    if event.matches(_Standard.Cut):
        return "cut"
    if held == _CTRL:
        return _CTRL_KEYS.get(key)
    if held == _CTRL | _ALT and key in HEADING_KEYS:
        level = HEADING_KEYS.index(_Key(key))
        return f"heading{level}" if level else "paragraph"
    if held == _CTRL | _SHIFT:
        return _CTRL_SHIFT_KEYS.get(key)
    return None


_CTRL_KEYS: Final[dict[int, str]] = {
    _Key.Key_B: "bold",
    _Key.Key_I: "italic",
    _Key.Key_U: "underline",
    _Key.Key_E: "code",
    _Key.Key_K: "link",
    _Key.Key_F: "find",
    _Key.Key_BracketRight: "wider",
    _Key.Key_BracketLeft: "narrower",
    _Key.Key_Backslash: "clear",
    _Key.Key_Return: "tick",
    _Key.Key_Enter: "tick",
}

# Deletions that take more than a character: the selection a movement makes is deleted.
_DELETIONS: Final = (
    (_Standard.DeleteStartOfWord, QTextCursor.MoveOperation.PreviousWord),
    (_Standard.DeleteEndOfWord, QTextCursor.MoveOperation.NextWord),
    (_Standard.DeleteEndOfLine, QTextCursor.MoveOperation.EndOfBlock),
)


def deletion_of(event: QKeyEvent) -> QTextCursor.MoveOperation | None:
    """Give the movement whose way a key deletes, for keys that delete more than a character."""
    for standard, movement in _DELETIONS:
        if event.matches(standard):
            return movement
    if event.key() == _Key.Key_Backspace and event.modifiers() == _CTRL | _SHIFT:
        return QTextCursor.MoveOperation.StartOfBlock
    return None


def is_backspace(event: QKeyEvent) -> bool:
    """Whether a key deletes the character before the caret."""
    return (
        event.key() == _Key.Key_Backspace
        and not event.modifiers() & ~_SHIFT & ~Qt.KeyboardModifier.KeypadModifier
    )


def is_delete(event: QKeyEvent) -> bool:
    """Whether a key deletes the character behind the caret."""
    return event.matches(_Standard.Delete)


def is_enter(event: QKeyEvent) -> bool:
    """Whether a key ends a block."""
    plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == _NONE
    return event.key() in (_Key.Key_Return, _Key.Key_Enter) and plain


def is_soft_break(event: QKeyEvent) -> bool:
    """Whether a key begins a line inside the block."""
    return (
        event.key() in (_Key.Key_Return, _Key.Key_Enter)
        and event.modifiers() & (_CTRL | _SHIFT | _ALT) == _SHIFT
    )


def is_movement(event: QKeyEvent) -> bool:
    """Whether a key moves the caret."""
    return event.key() in _MOVEMENTS


def is_text(event: QKeyEvent) -> bool:
    """
    Whether a key writes its text: printing characters, joiners and marks of direction, not Ctrl
    combinations.
    """
    text = event.text()
    if not text:
        return False
    if text[0] in "\u00ad\u061c" or "\u200b" <= text[0] <= "\u200f" or "\u202a" <= text[0] <= "\u202e":
        return True
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier in (_CTRL, _CTRL | _SHIFT):
        return False
    return text[0] >= " " and text[0] != "\x7f"
