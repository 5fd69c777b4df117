"""
Tags as a whole: renamed or deleted in all notes that have them, with a word that takes it back.

Not here: tags of single notes (`moving`), their colours (`adornments`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.bridge import Bridge
from app.dialogs.moving import TAG_LENGTH_MAX
from app.models.scope import Kind, Scope
from app.widgets.browsing import Browsing
from app.widgets.toast import Toast
from app.workspace import Workspace
from sync.storage.rows import NoteRow

if TYPE_CHECKING:
    from app.library import Library


class Tagging(QObject):
    """Renames and deletes tags, for one window."""

    def __init__(self, bridge: Bridge, workspace: Workspace, browsing: Browsing, toast: Toast) -> None:
        """Listen to names that are typed in the sidebar."""
        super().__init__(browsing)
        self._bridge = bridge
        self._workspace = workspace
        self._browsing = browsing
        self._toast = toast
        browsing.places.renamed.connect(self._named)

    def delete(self, tag: str) -> None:
        """Take a tag away from every note."""

        def done(rows: Sequence[NoteRow]) -> None:
            self._change(rows, tag, "")
            self._browsing.show_place(Scope())
            self._say(rows, self.tr("#{tag} deleted").format(tag=tag), partial(self._put_back, rows, tag, ""))

        self._of(tag, done)

    def _named(self, scope: Scope, name: str) -> None:
        fresh = " ".join(name.removeprefix("#").split())[:TAG_LENGTH_MAX]
        if scope.kind is not Kind.TAG or scope.tag is None:
            return
        if not fresh or fresh == scope.tag:
            self._workspace.read_shelf()
            return
        tag = scope.tag

        def done(rows: Sequence[NoteRow]) -> None:
            self._change(rows, tag, fresh)
            words = self.tr("#{tag} is #{fresh} now").format(tag=tag, fresh=fresh)
            self._say(rows, words, partial(self._put_back, rows, tag, fresh))
            if self._browsing.scope == scope:
                self._browsing.show_place(Scope(Kind.TAG, tag=fresh))

        self._of(tag, done)

    def _of(self, tag: str, done: Callable[[Sequence[NoteRow]], None]) -> None:
        self._bridge.call(partial(_tagged, tag=tag), done, self._workspace.failed.emit)

    def _change(self, rows: Sequence[NoteRow], tag: str, fresh: str) -> None:
        """Give every note the other tag ("" for none) with the colour of this one, and take this one away."""
        for row in rows:
            colour = dict(row.tag_colours).get(tag)
            if fresh and fresh not in row.tags:
                self._workspace.set_tag([row.id], fresh, True)
                if colour:
                    self._workspace.set_tag_colour([row.id], fresh, colour)
            self._workspace.set_tag([row.id], tag, False)

    def _put_back(self, rows: Sequence[NoteRow], tag: str, fresh: str) -> None:
        for row in rows:
            self._workspace.set_tag([row.id], tag, True)
            colour = dict(row.tag_colours).get(tag)
            if colour:
                self._workspace.set_tag_colour([row.id], tag, colour)
            if fresh and fresh not in row.tags:
                self._workspace.set_tag([row.id], fresh, False)

    def _say(self, rows: Sequence[NoteRow], words: str, undo: partial[None]) -> None:
        count = self.tr("1 note") if len(rows) == 1 else self.tr("{n} notes").format(n=len(rows))
        self._toast.say(f"{words}, {count}", undo)


def _tagged(library: Library, tag: str) -> list[NoteRow]:
    """The notes with a tag, those in the trash too. Engine thread."""
    store = library.store
    return [*store.notes(tag=tag), *store.notes(tag=tag, trashed=True)]
