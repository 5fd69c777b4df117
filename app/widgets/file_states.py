"""
Where each attachment of the note on screen stands: asked of the engine when something changes, said in the
text.

Asked for is only what was painted. What is over in a moment is not said, so that a file which is sent at once
leaves no trace on screen. Not here: words (`models.file_words`), where they stand (`editor.file_lines`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from app.bridge import Bridge
from app.editor.file_lines import FileLine
from app.editor.note_edit import NoteEdit
from app.engine_room import client_of
from app.models.file_words import AWAY, PASSING, file_line
from sync.client.state import Status

if TYPE_CHECKING:
    from app.library import Library
    from sync.client.transfers import FileState

PASSING_MS: Final = 1_000
"""What is over by then is not worth a word."""


class FileStates(QObject):
    """Keeps what is said of attachments in one editor true. GUI thread only."""

    def __init__(self, bridge: Bridge, edit: NoteEdit) -> None:
        """Say nothing before the first status."""
        super().__init__(edit)
        self._bridge = bridge
        self._attached = edit.attached
        self._status: Status | None = None
        self._states: dict[str, FileState] = {}
        self._shown: dict[str, FileLine] = {}
        self._asking = False
        self._ask_again = False
        self._passing = QTimer(self, singleShot=True, interval=PASSING_MS)
        self._passing.timeout.connect(self._passed)
        self._attached.line_of = self._shown.get
        self._attached.noticed.connect(lambda digest: self._ask())
        self._attached.again_asked.connect(self.try_again)
        bridge.file_came.connect(lambda digest: self._ask())

    def take_status(self, status: Status) -> None:
        """Something about syncing changed: ask anew."""
        self._status = status
        self._ask()

    def is_away(self, digest: str) -> bool:
        """Whether an attachment is known not to be on this computer."""
        state = self._states.get(digest)
        return state is not None and state.state in AWAY

    def try_again(self, digest: str) -> None:
        """Send or fetch an attachment now."""
        self._bridge.call(partial(_try_again, digest))
        self._ask()

    def _ask(self) -> None:
        """Ask where the attachments on screen stand; what is asked meanwhile is asked once more."""
        digests = list(self._attached.names)
        if self._status is None or not digests:
            return
        self._ask_again = self._asking
        if not self._asking:
            self._asking = True
            self._bridge.call(partial(_states_of, digests), self._take, lambda error: self._take({}))

    def _take(self, states: Mapping[str, FileState]) -> None:
        self._asking = False
        names = self._attached.names
        self._states = {**{key: old for key, old in self._states.items() if key in names}, **states}
        for digest in list(self._shown):
            if digest not in names:
                del self._shown[digest]
        self._show(lambda digest, state: digest in self._shown or state.state not in PASSING)
        if self._ask_again:
            self._ask()

    def _passed(self) -> None:
        self._show(lambda digest, state: True)

    def _show(self, is_due: Callable[[str, FileState], bool]) -> None:
        """Say what is due, and unsay what is over."""
        assert self._status is not None
        for digest, state in self._states.items():
            line, before = file_line(state, self._status), self._shown.get(digest)
            if line is not None and not is_due(digest, state):
                if not self._passing.isActive():
                    self._passing.start()
            elif line != before:
                if line is None:
                    del self._shown[digest]
                else:
                    self._shown[digest] = line
                self._attached.changed(digest)


def _states_of(digests: list[str], library: Library) -> dict[str, FileState]:
    """Engine thread."""
    client = client_of(library)
    return {digest: client.file_state(digest) for digest in digests}


def _try_again(digest: str, library: Library) -> None:
    """Engine thread."""
    client = client_of(library)
    client.retry_files()
    client.want_file(digest)
