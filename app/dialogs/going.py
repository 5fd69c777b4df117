"""
Going somewhere by a few letters: to a note, or to a command.

Opens the picker with the one or the other; it is made when first wanted. Not here: how a picker looks
(`widgets.picker`), which names fit (`models.fuzzy`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from app.actions import Menu
from app.models.fuzzy import best, folded
from app.models.recents import Recents
from app.models.times import short_time
from app.theme import Appearance

if TYPE_CHECKING:
    from app.models.titles import Titles
    from app.widgets.browsing import Browsing
    from app.widgets.picker import Offer, Picker
    from sync.storage.rows import TitleRow

SHOWN_MAX = 50

# The key of the line that makes a note of what was typed.
_CREATE = None


class Going(QObject):
    """The quick switcher and the command palette of one window."""

    def __init__(
        self,
        window: QMainWindow,
        appearance: Appearance,
        browsing: Browsing,
        titles: Titles,
        recents: Recents,
    ) -> None:
        """Nothing is made yet."""
        super().__init__(window)
        self._window = window
        self._appearance = appearance
        self._browsing = browsing
        self._titles = titles
        self._recents = recents
        self._picker: Picker | None = None
        self._showing_notes = False
        self._done_last: list[str] = []
        self.menus: Callable[[], Sequence[Menu]] = lambda: ()
        """Every command there is, by menu."""

    @property
    def picker(self) -> Picker:
        """The field and its list."""
        if self._picker is None:
            from app.widgets.picker import Picker

            self._picker = Picker(self._window, self._appearance)
            self._titles.changed.connect(self._titles_changed)
        return self._picker

    # ---- notes ------------------------------------------------------------------------------------------

    def ask_note(self) -> None:
        """Go to a note by its name; one that is missing is made."""
        self._titles.want()
        self._showing_notes = True
        self.picker.ask(
            self.tr("Go to note"), self._notes, self._open, self.tr("Type a name to find a note or make one.")
        )

    def _notes(self, text: str) -> list[Offer]:
        from app.widgets.picker import Offer

        now_ms = time.time_ns() // 1_000_000
        text = " ".join(text.split())
        here = self._browsing.note.id if self._browsing.note is not None else None
        recent = [note_id for note_id in self._recents.ids if note_id != here]
        if not text:
            rows: list[tuple[TitleRow, tuple[int, ...]]] = [
                (row, ()) for row in self._titles.latest(SHOWN_MAX, recent) if row.id != here
            ]
        else:
            rows = [(one.row, one.match.places) for one in self._titles.find(text, SHOWN_MAX, recent)]
        offers = [
            Offer(
                row.id,
                row.title or self.tr("New note"),
                self._titles.place_of(row),
                short_time(row.updated_ms, now_ms),
                "clock" if row.id in recent else "file-text",
                tuple(places),
            )
            for row, places in rows
        ]
        if text and not self._titles.named(text):
            offers.append(
                Offer((_CREATE, text), self.tr("Make “{title}”").format(title=text), icon="square-pen")
            )
        return offers

    def _open(self, key: object) -> None:
        if isinstance(key, tuple):
            self._browsing.new_note(key[1])
        elif isinstance(key, str):
            self._browsing.open(key, write=True)

    def _titles_changed(self) -> None:
        if self.picker.isVisible() and self._showing_notes:
            self.picker.refresh()

    def pick(
        self,
        name: str,
        seek: Callable[[str], Sequence[Offer]],
        done: Callable[[Any], object],
        nothing: str = "",
    ) -> None:
        """Choose anything else by a few letters; as `Picker.ask`."""
        self._showing_notes = False
        self.picker.ask(name, seek, done, nothing)

    # ---- commands ---------------------------------------------------------------------------------------

    def ask_command(self) -> None:
        """Do anything that the window can do, by its name."""
        self._showing_notes = False
        self.picker.ask(
            self.tr("Do something"), self._commands, self._trigger, self.tr("No command is called so.")
        )

    def _commands(self, text: str) -> list[Offer]:
        from app.widgets.picker import Offer

        rows = [
            (menu.name, action)
            for menu in self.menus()
            for group in menu.groups
            for action in group
            if action.isEnabled()
        ]
        names = [_plain(action.text()) for _, action in rows]
        if text.strip():
            # A command is found by its menu as well: "note trash".
            long = [folded(f"{name} {menu}") for name, (menu, _) in zip(names, rows, strict=True)]
            found = [
                (one.number, tuple(p for p in one.match.places if p < len(names[one.number])))
                for one in best(text, long, len(rows))
            ]
        else:
            found = [(index, ()) for index in range(len(rows))]
            found.sort(key=lambda one: self._rank(rows[one[0]][1]))
        return [
            Offer(
                rows[index][1],
                names[index],
                rows[index][0],
                rows[index][1].shortcut().toString(QKeySequence.SequenceFormat.NativeText),
                "check" if rows[index][1].isChecked() else "",
                places,
            )
            for index, places in found
        ]

    def _rank(self, action: QAction) -> int:
        """What was done last stands first."""
        name = action.objectName()
        return self._done_last.index(name) if name in self._done_last else len(self._done_last)

    def _trigger(self, action: object) -> None:
        if isinstance(action, QAction):
            name = action.objectName()
            self._done_last = [name, *(known for known in self._done_last if known != name)]
            action.trigger()


def _plain(text: str) -> str:
    """A command's name without what only menus need."""
    return text.replace("&", "").removesuffix("…")
