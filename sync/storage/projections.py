"""
What lists and search read: titles, previews, folders and the index, derived from stored documents.

What it is not: the truth. All of it may be thrown away and built again. Invariants:
- A row says what its document said when it was last clean; a document that changed since is marked dirty.
- A document that cannot be read is marked so, once, and stops nobody else.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from sync.storage import attachments, documents, moves, search, traits
from sync.storage.rows import apply_all
from sync.storage.vocabulary import Vocabulary

if TYPE_CHECKING:
    from crdt import Document
    from sync.model.v1 import FolderSummary, NoteSummary

KEPT_MAX: Final = 4
"""Documents kept decoded between two refreshes: those somebody is typing in."""

_log = logging.getLogger(__name__)


class Projections:
    """
    Refreshes what is dirty, keeping the last few documents decoded so that typing costs only its own deltas.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[Document, int]] = OrderedDict()
        self.vocabulary: Final = Vocabulary()
        """The words of the index."""
        self.uses_changed = False
        """Whether a refresh found another use of attachments since somebody set this to False."""

    def forget(self) -> None:
        """Drop the decoded documents, because stored deltas were changed or withdrawn."""
        self._kept.clear()
        self.vocabulary.forget()

    def refresh(self, connection: sqlite3.Connection, limit: int, model: str) -> int:
        """
        Project at most `limit` dirty documents of a model, in the caller's transaction; returns how many it
        did.

        Cost: decoding one document, its summary, and the index, each time; for one of the last KEPT_MAX only
        its new deltas. About 1 ms for an ordinary note.
        """
        from crdt import CrdtError

        rows = connection.execute(
            "SELECT d.key, s.key, s.collection, d.left, d.updated_ms FROM documents d"
            " JOIN streams s ON s.key = d.stream WHERE d.dirty = 1 ORDER BY d.key LIMIT ?",
            (limit,),
        ).fetchall()
        for key, _, collection, left, updated_ms in rows:
            state = 0
            if left:
                moves.unlist(connection, key)
                connection.execute("UPDATE documents SET dirty = 0 WHERE key = ?", (key,))
                continue
            try:
                self._project(connection, key, (collection, model), updated_ms)
            except CrdtError as error:
                self._kept.pop(key, None)
                state = 2
                _log.error("document %d cannot be read: %s", key, error)
            connection.execute("UPDATE documents SET dirty = ? WHERE key = ?", (state, key))
        for stream in {row[1] for row in rows if row[2] == "folders"}:
            place_folders(connection, stream)
        return len(rows)

    def _project(
        self, connection: sqlite3.Connection, key: int, kind: tuple[str, str], updated_ms: int
    ) -> None:
        """Build the rows of one document of a collection and model."""
        if kind[0] == "notes" and self._glanced(connection, key, kind[1], updated_ms):
            return
        document, ms = self._built(connection, key)
        if ms > updated_ms:
            connection.execute("UPDATE documents SET updated_ms = ? WHERE key = ?", (ms, key))
        # Imported here: listing a clean library needs no data model.
        from sync.model import v1
        from sync.model.references import attachments_named, content_of
        from sync.model.versions import model_of

        collection, model = kind
        if collection == v1.NOTES:
            save_note(connection, key, model_of(model).note_summary(document), self.vocabulary)
            traits.save(connection, key, content_of(document), document.written_ms())
            if attachments.save_uses(connection, key, attachments_named(document)):
                self.uses_changed = True
        elif collection == v1.FOLDERS:
            save_folder(connection, key, v1.folder_summary(document))

    def _glanced(self, connection: sqlite3.Connection, key: int, model: str, updated_ms: int) -> bool:
        """
        Build the rows of a note of which a state is all there is, without decoding its history: what a new
        device has ten thousand of. False for any other.
        """
        if key in self._kept:
            return False
        (state,) = connection.execute(
            "SELECT CASE WHEN whole IS NULL THEN snapshot END FROM documents WHERE key = ?", (key,)
        ).fetchone()
        if state is None or documents.tail_after(connection, key, 0):
            return False
        from crdt import read_glance
        from sync.model.references import attachments_glanced, content_glanced
        from sync.model.versions import model_of

        note = read_glance(state)
        if note.updated_ms > updated_ms:
            connection.execute("UPDATE documents SET updated_ms = ? WHERE key = ?", (note.updated_ms, key))
        save_note(connection, key, model_of(model).summarise(note.value), self.vocabulary)
        traits.save(connection, key, content_glanced(note), note.written_ms)
        if attachments.save_uses(connection, key, attachments_glanced(note)):
            self.uses_changed = True
        return True

    def _built(self, connection: sqlite3.Connection, key: int) -> tuple[Document, int]:
        """Return a document with all that is stored of it, and when somebody last wrote in it."""
        kept = self._kept.pop(key, None)
        if kept is None:
            documents.fold(connection, key)
            snapshot, whole, whole_key = connection.execute(
                "SELECT snapshot, whole, whole_key FROM documents WHERE key = ?", (key,)
            ).fetchone()
            state = whole if whole is not None else snapshot
            kept = (documents.state_of(state), whole_key)
        from crdt import Delta

        document, after = kept
        tail = documents.tail_after(connection, key, after)
        deltas = [Delta.decode(body) for _, body in tail]
        late = apply_all(document, deltas)
        last = tail[-1][0] if tail else after
        if not late:
            self._keep(key, document, last)
            documents.shorten(connection, key, document, last)
        return document, document.updated_ms()

    def _keep(self, key: int, document: Document, last: int) -> None:
        self._kept[key] = (document, last)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)


def save_note(
    connection: sqlite3.Connection, document: int, summary: NoteSummary, vocabulary: Vocabulary
) -> None:
    """Store what lists and search show of a note, in place of what they showed before."""
    tags = "\n".join(sorted(" ".join(tag.split()) for tag in summary.tags))
    before = connection.execute(
        "SELECT n.title, t.body, n.tags FROM notes n JOIN texts t ON t.document = n.document WHERE"
        " n.document = ?",
        (document,),
    ).fetchone()
    content = (summary.title, summary.text, tags)
    if before is not None and tuple(before) != content:
        search.remove(connection, document, *before)
    if tuple(before or ()) != content:
        search.add(connection, document, *content)
        for text in content:
            vocabulary.learn(search.plain(search.indexed(text)))
        connection.execute(
            "INSERT OR REPLACE INTO texts(document, body) VALUES (?, ?)", (document, summary.text)
        )
    connection.execute(
        "INSERT OR REPLACE INTO notes(document, title, preview, words, tags, folder, pinned, created_ms,"
        " trashed_ms, archived, icon, colours)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document,
            summary.title,
            summary.preview,
            summary.words,
            tags,
            summary.folder,
            int(summary.pinned),
            summary.created_ms,
            summary.trashed_ms,
            int(summary.archived),
            summary.icon,
            _colours(summary),
        ),
    )


def _colours(summary: NoteSummary) -> str:
    """The colours of tags, as JSON under the tags' names as lists show them; "" for none."""
    found = {" ".join(tag.split()): colour for tag, colour in sorted(summary.tag_colours.items())}
    return json.dumps(found, ensure_ascii=False) if found else ""


def save_folder(connection: sqlite3.Connection, document: int, summary: FolderSummary) -> None:
    """Store what the tree shows of a folder; its parent as it says itself, see `place_folders`."""
    connection.execute(
        "INSERT OR REPLACE INTO folders(document, name, parent, position) VALUES (?, ?, ?, ?)",
        (document, summary.name, summary.parent, summary.order),
    )


def place_folders(connection: sqlite3.Connection, stream: int) -> None:
    """
    Give each folder of a stream its one place: no circles, no orphans, the same on every replica (T1).

    Cost: decoding all folders of the notebook, after one of them has changed.
    """
    from sync.model import v1

    rows = connection.execute(
        "SELECT key, id FROM documents WHERE stream = ? AND dirty < 2", (stream,)
    ).fetchall()
    found: dict[str, Document] = {}
    for _, name in rows:
        stored = documents.load(connection, name)
        if stored is not None:
            found[name] = stored.build(documents.READER)
    parents = v1.folder_parents(found)
    connection.executemany(
        "UPDATE folders SET parent = ? WHERE document = ?", [(parents.get(name), key) for key, name in rows]
    )
