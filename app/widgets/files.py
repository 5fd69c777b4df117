"""
Files of notes: chosen in a dialog to be attached, and saved as a copy when they are opened. One that is not
on this computer is fetched instead.

Nothing that came with a note is ever run or handed to another program: what is in it somebody else may have
chosen. Keeping what is attached is `pictures`.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData, QObject, QUrl
from PySide6.QtWidgets import QFileDialog

from app.bridge import Bridge
from app.engine_room import client_of
from app.transfer.addresses import ATTACHMENT_SCHEME
from app.widgets.banner import Choice, Message, Topic
from app.widgets.file_states import FileStates
from app.widgets.note_view import NoteView
from app.wording import sentence

if TYPE_CHECKING:
    from app.library import Library


class Files(QObject):
    """Asks for the files of the note that is shown. GUI thread only."""

    def __init__(self, bridge: Bridge, view: NoteView) -> None:
        """Serve the editor of `view`."""
        super().__init__(view)
        self._bridge = bridge
        self._view = view
        self.states = FileStates(bridge, view.edit)
        self.choose = QFileDialog.getOpenFileNames
        self.choose_place = QFileDialog.getSaveFileName
        view.file_asked.connect(self.save)

    def ask(self) -> None:
        """Attach pictures and files where the caret is."""
        if self._view.note is None or self._view.edit.isReadOnly():
            return
        paths = self.choose(self._view.window(), self.tr("Attach pictures or files"))[0]
        if paths:
            chosen = QMimeData()
            chosen.setUrls([QUrl.fromLocalFile(path) for path in paths])
            self._view.edit.insertFromMimeData(chosen)

    def save(self, payload: dict[str, Any]) -> None:
        """Ask where to, and save a copy of an attached file there."""
        source = str(payload.get("src", ""))
        name = Path(str(payload.get("name") or "file")).name
        digest = source.removeprefix(ATTACHMENT_SCHEME)
        if digest == source:
            return
        if self.states.is_away(digest):
            self.states.try_again(digest)
            self._written(False)
            return
        place = self.choose_place(self._view.window(), self.tr("Save a copy of the file"), name)[0]
        if place:
            work = partial(_write, digest, Path(place))
            self._bridge.call(work, self._written, lambda error: self._say(sentence(error)))

    def _written(self, here: bool) -> None:
        if not here:
            self._say(self.tr("The file has not come from the server yet. Open it again in a moment."))

    def _say(self, text: str) -> None:
        banners = self._view.banners
        banners.say(
            Topic.NOTICE, Message(text, (Choice(self.tr("OK"), lambda: banners.unsay(Topic.NOTICE)),))
        )


def _write(digest: str, place: Path, library: Library) -> bool:
    """Engine thread: False if the file is not on this computer; then it is fetched before all else."""
    body = library.store.load_attachment(digest)
    if body is None:
        client_of(library).want_file(digest)
        return False
    place.write_bytes(body)
    return True
