"""
The pictures and files of notes: kept in the library, pictures shown in the text.

A pasted or dropped picture is stored on the engine thread and named in the note; the text shows it at once.
A picture that a note names is loaded when it is first painted, and decoded at most as large as is useful on a
screen; what cannot be decoded is shown by its words. What is not on this
computer yet is fetched before all else, and shown when it comes. Not here: sending and fetching.
"""

from __future__ import annotations

import hashlib
import logging
import mimetypes
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.bridge import Bridge
from app.editor.decoding import decoded
from app.editor.note_edit import NoteEdit
from app.engine_room import client_of
from app.open_note import OpenNote
from app.transfer.addresses import ATTACHMENT_SCHEME, picture_payload
from app.transfer.pictures import PICTURE_SIZE_MAX, picture_mime
from app.widgets.note_view import NoteView
from crdt import Edit

logger = logging.getLogger(__name__)

# Decoded pictures kept: going back to a note shows its pictures at once.
KEPT_SIZE_MAX = 64 << 20


class Pictures(QObject):
    """Keeps and finds the pictures of whatever note is shown. GUI thread only."""

    arrived = Signal(str)
    """A picture that was asked for is here; its SHA-256."""

    def __init__(self, bridge: Bridge, view: NoteView) -> None:
        """Serve the editor of `view`."""
        super().__init__(view)
        self._bridge = bridge
        self._view = view
        self._kept: OrderedDict[str, QImage] = OrderedDict()
        self._asked: set[str] = set()
        view.edit.take_picture = self.take
        view.edit.take_files = self.take_files
        self.serve(view.edit)
        bridge.file_came.connect(self._came)

    def serve(self, edit: NoteEdit) -> None:
        """Have an editor show the pictures that are named in what it shows."""
        edit.find_attachment = self.find
        self.arrived.connect(edit.picture_arrived)

    def take(self, body: bytes, name: str) -> dict[str, Any] | None:
        """
        Keep a picture for the note that is shown.

        Args:
            body: A PNG, JPEG, GIF, BMP or WebP.
            name: Of its file; "" when it has none.

        Returns:
            The embed to insert; None for what is no picture or too large.
        """
        note, mime = self._view.note, picture_mime(body)
        picture = decoded(body)
        if note is None or mime is None or picture is None or len(body) > PICTURE_SIZE_MAX:
            return None
        digest = self._store(note, body, mime, name)
        self._keep(digest, picture)
        return picture_payload(ATTACHMENT_SCHEME + digest, "", name)

    def _store(self, note: OpenNote, body: bytes, mime: str, name: str) -> str:
        """Keep an attachment and name it in the note; its SHA-256."""
        digest = hashlib.sha256(body).hexdigest()
        self._bridge.call(lambda library: library.store.save_attachment(body, mime))
        facts = {"name": name or digest[:8], "mime": mime, "size_bytes": len(body)}
        if not note.document.has(("attachments", digest)):
            note.edit(partial(_name_attachment, digest, facts))
        return digest

    def take_files(self, paths: Sequence[str]) -> list[dict[str, Any]]:
        """Keep dropped files, pictures as such; the embeds to insert, one for each that could be read."""
        taken = (self._take_file(Path(path)) for path in paths)
        return [payload for payload in taken if payload is not None]

    def find(self, digest: str) -> QImage | None:
        """A picture by its SHA-256; None while it is loaded, or when it is not on this computer."""
        known = self._kept.get(digest)
        if known is not None:
            self._kept.move_to_end(digest)
            return known
        if digest not in self._asked:
            self._asked.add(digest)
            self._bridge.call(
                lambda library: library.store.load_attachment(digest), partial(self._loaded, digest)
            )
        return None

    def _take_file(self, path: Path) -> dict[str, Any] | None:
        try:
            if not path.is_file() or path.stat().st_size > PICTURE_SIZE_MAX:
                return None
            body = path.read_bytes()
            payload = self.take(body, path.name)
            note = self._view.note
            if payload is not None or note is None:
                return payload
            mime = picture_mime(body) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            digest = self._store(note, body, mime, path.name)
            return {"type": "file", "src": ATTACHMENT_SCHEME + digest, "name": path.name}
        except OSError as error:
            logger.info("a dropped file cannot be read: %s", error.strerror)
            return None

    def _came(self, digest: str) -> None:
        """Something was fetched; if it is what the note waits for, it is shown."""
        if digest in self._asked:
            self._asked.discard(digest)
            self.find(digest)

    def _loaded(self, digest: str, body: bytes | None) -> None:
        self._asked.discard(digest)
        picture = decoded(body) if body is not None else None
        if body is None:
            self._bridge.call(lambda library: client_of(library).want_file(digest))
        if picture is None:
            # Not asked for again at each paint; the next note that opens asks anew.
            self._asked.add(digest)
            return
        self._keep(digest, picture)
        self.arrived.emit(digest)

    def _keep(self, digest: str, picture: QImage) -> None:
        self._kept[digest] = picture
        while len(self._kept) > 1 and sum(kept.sizeInBytes() for kept in self._kept.values()) > KEPT_SIZE_MAX:
            self._kept.popitem(last=False)


def _name_attachment(digest: str, facts: dict[str, Any], edit: Edit) -> None:
    """Say in the note that it has this attachment."""
    edit.make(("attachments", digest), "map")
    for key, value in facts.items():
        edit.set(("attachments", digest, key), value)
