"""
While you were away: what others wrote in a note since this person looked at it last.

Remembers at each look what the note was then, and says so above the note when somebody else has written
Asked of the library beside the note's own loading; nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject

from app.bridge import Bridge
from app.models.times import long_time
from app.open_note import OpenNote
from app.widgets.browsing import Browsing
from app.widgets.timers import Later
from crdt import Version
from sync.storage.rows import Look, NoteRow

if TYPE_CHECKING:
    from app.library import Library


# Whoever steps through a list looks at what they stop at; each look is a commit.
LOOK_MS = 250


class Known(NamedTuple):
    """What the library knows when a note is looked at."""

    look: Look | None
    """The one before."""
    mine: set[int]
    names: dict[int, str]
    rows: list[NoteRow]


class Looking(QObject):
    """Keeps what this person has seen. GUI thread."""

    def __init__(self, bridge: Bridge, browsing: Browsing, show_since: Callable[[Version], object]) -> None:
        """`show_since` shows what has changed in the note on screen since a version."""
        super().__init__(browsing)
        self._bridge = bridge
        self._browsing = browsing
        self._show_since = show_since
        self._note: OpenNote | None = None
        self._since: Version | None = None
        self._looking = Later(self, LOOK_MS, self._look)
        browsing.shown.connect(self._shown)
        browsing.view.away.clicked.connect(self._show)

    def leave(self) -> None:
        """The note goes from the screen: what it is now has been seen."""
        note, self._note = self._note, None
        if self._looking.waiting:
            self._looking.cancel()
        elif note is not None and not note.draft and self._bridge.accepting:
            version = note.document.version().encode()
            self._bridge.call(
                lambda library: _look_at(library, note.id, version),
                lambda known: self._browsing.notes.update(known.rows),
            )

    def _shown(self, note: OpenNote | None) -> None:
        if note is self._note:
            return
        self.leave()
        self._note, self._since = note, None
        self._browsing.view.say_away("")
        if note is not None and not note.draft:
            self._looking.ask()

    def _look(self) -> None:
        """The note is still on screen: it is being looked at."""
        note = self._note
        if note is None:
            return
        version = note.document.version().encode()
        self._bridge.call(
            lambda library: _look_at(library, note.id, version), lambda known: self._compare(note, known)
        )

    def _compare(self, note: OpenNote, known: Known) -> None:
        self._browsing.notes.update(known.rows)
        if note is not self._note or known.look is None:
            return
        from app.models.past import news_since

        news = news_since(note.document, known.look.version, known.mine)
        if not news:
            return
        names = list(dict.fromkeys(known.names[rid] for rid in sorted(news) if rid in known.names))
        who = self.tr(" and ").join(names[:2]) if names else self.tr("Somebody")
        if len(names) > 2:
            who = self.tr("{name} and {n} others").format(name=names[0], n=len(names) - 1)
        since = long_time(known.look.at_ms)
        self._since = Version(known.look.version)
        text = self.tr("{who} wrote here since you looked on {since}. Show changes")
        self._browsing.view.say_away(text.format(who=who, since=since))

    def _show(self) -> None:
        if self._since is not None:
            self._browsing.view.say_away("")
            self._show_since(self._since)


def _save(library: Library, note: str, version: Mapping[int, int]) -> None:
    library.store.save_look(note, library.ticker.now_ms(), version)


def _look_at(library: Library, note: str, version: Mapping[int, int]) -> Known:
    """Engine thread: the look before, and a new one in its place."""
    store = library.store
    before, people, account = store.look(note), store.people().values(), store.meta("account")
    mine = {store.rid} | {row.rid for row in people if row.account == account}
    _save(library, note, version)
    rows = [row for row in store.find_note(note) if row.id == note]
    return Known(before, mine, {row.rid: row.name for row in people if row.name}, rows)
