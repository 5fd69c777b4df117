"""
The shelf of attachments: their bytes, and what of them is to be sent and fetched.

What it is not: SQL (attachments.py) or transfers (sync.client.transfers). Invariant: a method returns when
what it stores is on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sync.storage import attachments
from sync.storage.attachments import Due, FileCounts
from sync.storage.database import StoreFile
from sync.storage.profile_file import ProfileFile
from sync.storage.projections import Projections
from sync.storage.rows import AttachmentRow


class AttachmentShelf(ProfileFile):
    """A library file whose attachments can be kept, sent and fetched."""

    def __init__(self, db: StoreFile, rid: int, model: str, *, read_only: bool = False) -> None:
        """Use `open`."""
        super().__init__(db, rid, model, read_only=read_only)
        self._projections: Final = Projections()
        self.on_uses: Callable[[], None] | None = None
        """Told after a commit that changed which documents name which attachments."""

    def refresh_projections(self, limit: int = 200) -> int:
        """
        Bring what lists and search show, and the queue of attachments, up to date for at most `limit`
        documents, in one commit.

        Returns:
            How many were brought up to date; less than `limit` means that all are now.

        Cost: about 1 ms for an ordinary note.
        """
        if self.read_only:
            return 0
        with self._reading() as connection:
            if connection.execute("SELECT 1 FROM documents WHERE dirty = 1 LIMIT 1").fetchone() is None:
                return 0
        try:
            with self._writing() as connection:
                done = self._projections.refresh(connection, limit, self._model)
        except BaseException:
            self._projections.forget()
            raise
        if self._projections.uses_changed:
            self._projections.uses_changed = False
            if self.on_uses is not None:
                self.on_uses()
        return done

    def dirty_count(self) -> int:
        """Return how many documents changed since they were projected."""
        with self._reading() as connection:
            return int(connection.execute("SELECT count(*) FROM documents WHERE dirty = 1").fetchone()[0])

    # --- bytes -----------------------------------------------------------------------------------

    def save_attachment(self, body: bytes, mime: str) -> str:
        """Store the bytes of a picture or file once; returns their SHA-256 as hexadecimal text."""
        with self._writing() as connection:
            return attachments.save(connection, body, mime)

    def load_attachment(self, sha256: str) -> bytes | None:
        """Return the bytes of an attachment, or None when they are not on this computer."""
        with self._reading() as connection:
            return attachments.load(connection, sha256)

    def attachments(self) -> list[AttachmentRow]:
        """Return what is known of all attachments, without their bytes."""
        with self._reading() as connection:
            return attachments.rows(connection)

    # --- the queue -------------------------------------------------------------------------------

    def attachments_to_send(self) -> list[Due]:
        """Return what may be sent now, the smallest first."""
        with self._reading() as connection:
            return attachments.to_send(connection)

    def attachments_to_fetch(self) -> list[Due]:
        """Return what notes name and is not here, that of the latest notes first."""
        with self._reading() as connection:
            return attachments.to_fetch(connection)

    def file_counts(self) -> FileCounts:
        """Return how many attachments wait to be sent, are wanted, and were refused."""
        with self._reading() as connection:
            return attachments.counts(connection)

    def attachment_standing(self, sha256: str) -> tuple[str, str]:
        """Return (state, why): waiting, sent, refused or local; wanted or absent where it is not here."""
        with self._reading() as connection:
            return attachments.standing(connection, sha256)

    def attachment_placed(self, sha256: str, notebook: str, state: str, why: str = "") -> None:
        """Store what the server said of an attachment in a notebook: sent, or refused and why."""
        with self._writing() as connection:
            attachments.save_place(connection, sha256, notebook, state, why)

    def retry_attachments(self) -> None:
        """Let what was refused be tried again."""
        with self._writing() as connection:
            attachments.forget_refusals(connection)

    # --- pieces ----------------------------------------------------------------------------------

    def attachment_fetched(self, sha256: str) -> int:
        """Return how many bytes of an attachment are here already, from the first on."""
        with self._reading() as connection:
            return attachments.fetched(connection, sha256)

    def save_attachment_piece(self, sha256: str, at: int, body: bytes) -> None:
        """Keep a piece of what is being fetched."""
        with self._writing() as connection:
            attachments.save_piece(connection, sha256, at, body)

    def finish_attachment(self, sha256: str, notebook: str, rest: bytes) -> bool:
        """Make an attachment of its pieces and the rest; False, and they are dropped, when they are wrong."""
        with self._writing() as connection:
            return attachments.finish(connection, sha256, notebook, rest)
