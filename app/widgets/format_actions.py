"""
What can be done to the text, as commands of the window: in the Format menu, in the palette, with shortcuts
that can be changed.

The shortcuts work while the text has the focus. What they do is the editor's (`app.editor.commands`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

from app.actions import Menu
from app.editor.following import open_link
from app.editor.keyboard import ACTIONS, SHORTCUTS
from app.editor.note_edit import NoteEdit
from app.models.shortcuts import Shortcuts

_HEADINGS: Final = range(1, 7)
_OF_THE_WINDOW: Final = {"find_in_note": "find"}
"""Commands of the window whose shortcut has another name in the text."""


class FormatActions(QObject):
    """The commands of one editor."""

    attach_wanted = Signal()
    """Files shall be chosen and attached where the caret is."""

    def __init__(self, edit: NoteEdit) -> None:
        """Make them; they are enabled while a note can be written in."""
        super().__init__(edit)
        self._edit = edit
        self.named: dict[str, QAction] = {}
        """Every command by its name in settings."""
        self._marks = [
            self._toggle("bold", self.tr("Bold")),
            self._toggle("italic", self.tr("Italic")),
            self._toggle("underline", self.tr("Underline")),
            self._toggle("strike", self.tr("Strikethrough")),
            self._toggle("code", self.tr("Code")),
            self._toggle("highlight", self.tr("Highlight")),
            self._make("link", self.tr("Link…"), edit.link_wanted.emit),
            self._make("clear", self.tr("Clear formatting"), lambda: edit.commands.clear_marks()),
        ]
        self._kinds = [self._kind("paragraph", self.tr("Text"), {})]
        self._kinds += [
            self._kind(
                f"heading{level}",
                self.tr("Heading {level}").format(level=level),
                {"kind": "heading", "level": level},
            )
            for level in _HEADINGS
        ]
        self._lists = [
            self._list("bullet", self.tr("Bullet list"), {"kind": "bullet", "level": 0}),
            self._list("numbered", self.tr("Numbered list"), {"kind": "numbered", "level": 0}),
            self._list("check", self.tr("Check list"), {"kind": "check", "level": 0}),
            self._list("quote", self.tr("Quote"), {"kind": "quote"}),
            self._list("code_block", self.tr("Code block"), {"kind": "code"}),
        ]
        self._others = [
            self._make(
                "tick",
                self.tr("Tick, or open the link"),
                lambda: open_link(edit) or edit.commands.toggle_check(),
            ),
            self._make("indent", self.tr("Indent"), lambda: edit.commands.indent(1)),
            self._make("outdent", self.tr("Outdent"), lambda: edit.commands.indent(-1)),
            self._make(
                "divider",
                self.tr("Divider"),
                lambda: edit.commands.insert_embed({"type": "divider"}, alone=True),
            ),
            self._make("attach", self.tr("Picture or file…"), self.attach_wanted.emit, "Ctrl+Shift+A"),
            self._make("paste_plain", self.tr("Paste as plain text"), edit.paste_plain, "Ctrl+Shift+V"),
        ]
        edit.state_changed.connect(self._look)
        self._look()

    def menu(self) -> Menu:
        """All of them, in groups."""
        return Menu(self.tr("F&ormat"), [self._marks, self._kinds, self._lists, self._others])

    def follow(self, shortcuts: Shortcuts) -> None:
        """Have the text's own keys follow what the person chose for the window's commands."""

        def look() -> None:
            known = {_OF_THE_WINDOW.get(name, name): name for name in shortcuts.actions}
            self._edit.rebound = frozenset(
                name for name in ACTIONS if name in known and shortcuts.is_chosen(known[name])
            )

        shortcuts.changed.connect(look)
        look()

    def _make(self, name: str, text: str, work: Callable[[], object], keys: str | None = None) -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(SHORTCUTS.get(name, "") if keys is None else keys))
        # Only in the text itself: elsewhere these keys belong to whatever has the focus.
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: self._do(work))
        self._edit.addAction(action)
        self.named[name] = action
        return action

    def _toggle(self, mark: str, text: str) -> QAction:
        return self._make(mark, text, lambda: self._edit.commands.toggle(mark))

    def _kind(self, name: str, text: str, attributes: dict[str, Any]) -> QAction:
        return self._make(name, text, lambda: self._edit.commands.set_kind(attributes))

    def _list(self, name: str, text: str, attributes: dict[str, Any]) -> QAction:
        return self._make(name, text, lambda: self._edit.commands.toggle_kind(attributes))

    def _do(self, work: Callable[[], object]) -> None:
        """Do it where something can be written; what is being composed is text first."""
        if self._edit.is_open and not self._edit.isReadOnly():
            self._edit.end_composition()
            work()

    def _look(self) -> None:
        writes = self._edit.is_open and not self._edit.isReadOnly()
        # At every move of the caret: all of them are enabled, or none.
        if self._marks[0].isEnabled() != writes:
            for action in self.named.values():
                action.setEnabled(writes)
