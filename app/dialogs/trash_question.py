"""
The answer to a mass deletion: the notes come back for everybody, or stay in the trash.

Not here: noticing it (`trash_guard`), the banner that asks (`widgets.status`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.bridge import Bridge
from app.models.notices import Act
from app.trash_guard import TrashQuestion
from app.widgets.status import StatusRoom
from app.widgets.toast import Toast
from app.window_library import WindowLibrary
from app.workspace import Workspace

if TYPE_CHECKING:
    from app.library import Library


class TrashAnswer(QObject):
    """Asks in one window, and does what is answered. GUI thread."""

    def __init__(self, bridge: Bridge, workspace: Workspace, status: StatusRoom, toast: Toast) -> None:
        """Listen to the engine and to the banner."""
        super().__init__(status)
        self._bridge = bridge
        self._workspace = workspace
        self._status = status
        self._toast = toast
        self.question = TrashQuestion()
        bridge.trash_asked.connect(self._ask)
        status.asked.connect(self._act)

    def _ask(self, question: TrashQuestion) -> None:
        self.question = question
        self._status.take_axes(
            removals=len(question.notes), removals_of=question.total, removals_by=question.by
        )

    def _act(self, act: Act) -> None:
        ids = self.question.notes
        if not ids or act not in (Act.KEEP_NOTES, Act.REMOVE_HERE):
            return
        if act is Act.KEEP_NOTES:
            self._workspace.set_trashed(ids, False)
            self._toast.say(
                self.tr("1 note restored")
                if len(ids) == 1
                else self.tr("{n} notes restored").format(n=len(ids)),
                lambda: self._workspace.set_trashed(ids, True),
            )
        self._bridge.call(answer)


def answer(library: Library) -> None:
    """Engine thread."""
    assert isinstance(library, WindowLibrary), "a window's library is asked"
    library.trash_answered()
