"""
Which keys each command has: what it came with, and what the person chose instead.

Chosen keys are kept in the settings, by the command's name; "" is none at all. Two commands with the same
keys are a conflict: both are told, none is taken away. GUI thread. Not here: showing them.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from app.settings import Settings

SETTING = "shortcuts"

# Keys that write, move and select: a command on one of them would make the text unusable.
_TAKEN = (
    QKeySequence.StandardKey.Copy,
    QKeySequence.StandardKey.Cut,
    QKeySequence.StandardKey.Paste,
    QKeySequence.StandardKey.SelectAll,
)


class Shortcuts(QObject):
    """The keys of some commands."""

    changed = Signal()

    def __init__(
        self, actions: Mapping[str, QAction], settings: Settings, parent: QObject | None = None
    ) -> None:
        """
        Give the commands the keys that were chosen for them.

        Args:
            actions: By their names in settings, with the keys that they come with.
            settings: Where what was chosen is kept. Names that are not known here are left alone.
        """
        super().__init__(parent)
        self.actions = dict(actions)
        self._settings = settings
        self._defaults = {name: action.shortcut() for name, action in actions.items()}
        for name, text in self._chosen().items():
            if name in self.actions and isinstance(text, str):
                self.actions[name].setShortcut(QKeySequence.fromString(text))

    def keys(self, name: str) -> QKeySequence:
        """The keys of a command now; empty for none."""
        return self.actions[name].shortcut()

    def default(self, name: str) -> QKeySequence:
        """The keys it comes with."""
        return self._defaults[name]

    def is_chosen(self, name: str) -> bool:
        """Has the person chosen others?"""
        return self.keys(name) != self.default(name)

    def choose(self, name: str, keys: QKeySequence) -> None:
        """Give a command other keys, or none."""
        self.actions[name].setShortcut(keys)
        self._keep(name)
        self.changed.emit()

    def reset(self, name: str) -> None:
        """Give a command the keys it came with."""
        self.choose(name, self.default(name))

    def reset_all(self) -> None:
        """Give all commands the keys they came with."""
        for name in self.actions:
            self.actions[name].setShortcut(self.default(name))
            self._keep(name)
        self.changed.emit()

    def others(self, name: str, keys: QKeySequence) -> list[str]:
        """The other commands that have these keys."""
        if keys.isEmpty():
            return []
        return [other for other in self.actions if other != name and self.keys(other) == keys]

    def conflicts(self) -> set[str]:
        """All commands that share their keys with another."""
        owners: dict[str, list[str]] = {}
        for name in self.actions:
            keys = self.keys(name).toString()
            if keys:
                owners.setdefault(keys, []).append(name)
        return {name for names in owners.values() if len(names) > 1 for name in names}

    @staticmethod
    def is_taken(keys: QKeySequence) -> bool:
        """Are these keys for writing, and so for no command?"""
        if any(keys in QKeySequence.keyBindings(standard) for standard in _TAKEN):
            return True
        if keys.count() != 1:
            return False
        combination = keys[0]  # type: ignore[index]  # PySide6's stubs do not say that it can be indexed
        held = combination.keyboardModifiers().value
        # Without Ctrl, Alt or Meta only the function keys are free.
        writes = not held & ~0x02000000
        return writes and not 0x01000030 <= combination.key().value <= 0x01000052

    def _chosen(self) -> dict[str, object]:
        chosen: dict[str, object] = self._settings.get(SETTING, {})
        return dict(chosen)

    def _keep(self, name: str) -> None:
        chosen = self._chosen()
        if self.is_chosen(name):
            chosen[name] = self.keys(name).toString(QKeySequence.SequenceFormat.PortableText)
        else:
            chosen.pop(name, None)
        self._settings.set(SETTING, chosen or None)
