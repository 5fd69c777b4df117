"""
What is said of the attachments in a view: beside their names, in the corners of pictures, and to those who
hear the window instead of seeing it.

The editor knows no server: whoever does gives a `FileLine` for each attachment of which there is something to
say. Not here: where an attachment stands (`app.widgets.file_states`), painting it (`embeds`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QImage, QTextDocument

from app.editor.embeds import ATTACHMENT_SCHEME, EmbedObject, digest_of, payload_of
from app.editor.file_lines import FileLine
from app.editor.formats import EMBED_OBJECT
from app.editor.keys import OBJECT

if TYPE_CHECKING:
    from app.editor.note_edit import NoteEdit


class Attached(QObject):
    """What is said of the attachments of the note in one view."""

    noticed = Signal(str)
    """An attachment is painted that was not since the note was opened; its SHA-256."""
    again_asked = Signal(str)
    """Something shall be done about what is said of an attachment; its SHA-256."""

    def __init__(self, view: NoteEdit) -> None:
        """Say nothing of any."""
        super().__init__(view)
        self._view = view
        self.line_of: Callable[[str], FileLine | None] = lambda digest: None
        """Gives what there is to say of the attachment of a SHA-256."""
        self.names: dict[str, str] = {}
        """What was painted since the note was opened: by its SHA-256, what people call it."""

    def serve(self, document: QTextDocument) -> None:
        """Say it in a document that the view shows from now on."""
        self.names.clear()
        self.describe()
        handler = document.documentLayout().handlerForObject(EMBED_OBJECT)
        if isinstance(handler, EmbedObject):
            handler.seen, handler.line_of = self._seen, lambda digest: self.line_of(digest)

    def _seen(self, digest: str, name: str) -> None:
        if digest not in self.names:
            self.names[digest] = name
            self.noticed.emit(digest)

    def changed(self, digest: str) -> None:
        """There is something else to say of an attachment."""
        self._lay_out(digest)
        self.describe()

    def picture_arrived(self, digest: str, picture: QImage) -> None:
        """A picture is here that was not."""
        kind = int(QTextDocument.ResourceType.ImageResource.value)
        self._view.document().addResource(kind, QUrl(f"{ATTACHMENT_SCHEME}:{digest}"), picture)
        self._lay_out(digest)

    def line(self, payload: dict[str, Any]) -> FileLine | None:
        """What there is to say of an embed."""
        digest = digest_of(payload)
        return self.line_of(digest) if digest else None

    def ask_again(self, payload: dict[str, Any]) -> bool:
        """Have something done about what is said of an embed; False if nothing is or can be."""
        line = self.line(payload)
        if line is None or not line.again:
            return False
        self.again_asked.emit(digest_of(payload))
        return True

    def describe(self) -> None:
        """Say all of it to those who hear the window."""
        found = ((name, self.line_of(digest)) for digest, name in self.names.items())
        self._view.setAccessibleDescription(
            " ".join(f"{name}: {line.words}." for name, line in found if line is not None)
        )

    def _lay_out(self, digest: str) -> None:
        """An attachment is drawn otherwise, and may be larger or smaller."""
        for place in list(self._places(digest)):
            self._view.document().markContentsDirty(place, 1)
        self._view.viewport().update()

    def _places(self, digest: str) -> Iterator[int]:
        """Where an attachment stands. Cost: a search of the whole text, 10 ms in one of 20,000 blocks."""
        document = self._view.document()
        found = document.find(OBJECT, 0)
        while not found.isNull():
            if digest_of(payload_of(found.charFormat())) == digest:
                yield found.selectionStart()
            found = document.find(OBJECT, found)
