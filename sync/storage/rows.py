"""
What goes into the client's store and what comes out of it: plain immutable rows.

Not here: tables (schema.py) or statements. NamedTuples, because a list of 11,024 notes is built in one go.
The core is imported where a document is built, here and beside: listing a library needs none of it, and it
costs 0.1 s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from crdt import Delta, Document
    from sync.model.references import Content
    from sync.model.v1 import NoteSummary


class LocalChange(NamedTuple):
    """One delta made on this computer, or carried to it, to be stored and sent."""

    stream: str
    document: str
    delta: Delta
    summary: NoteSummary | None = None
    """
    What lists show of the document after this delta, when whoever made it knows; saves reading it again.
    """
    model: str | None = None
    """Of the document in which it was made, where that may be an older one than the store's."""
    carried: bool = False
    """Whether another replica wrote it, long ago: it came in an archive, and this replica hands it over."""
    content: Content | None = None
    """What it refers to and has, given with `summary`."""
    state: bytes | None = None
    """The document after this delta, given with `summary` where it is long: it is opened sooner by that."""


class RemoteDelta(NamedTuple):
    """One delta as a server ordered it."""

    document: str
    body: bytes
    seq: int


class StoredDocument(NamedTuple):
    """What the store holds of one document: a state and the deltas since, causes before effects."""

    stream: str
    snapshot: bytes | None
    deltas: list[bytes]

    def build(self, rid: int) -> Document:
        """
        Return the document, to be edited as replica `rid`. May be called on any thread.

        A delta whose cause is missing (what it builds on was refused by the server) is left out, and so is
        one that makes no sense: the rest of a note can be read without it.

        Raises:
            CrdtError: Bytes that are no state or no delta at all.

        Cost: decoding the state, plus applying the deltas.
        """
        from crdt import Delta, Document

        document = Document(rid) if self.snapshot is None else Document.decode(self.snapshot, rid)
        apply_all(document, [Delta.decode(body) for body in self.deltas])
        return document


def apply_all(document: Document, deltas: list[Delta]) -> list[Delta]:
    """
    Apply deltas in whatever order their causes allow; return those whose cause is missing, or that make no
    sense.
    """
    waiting = deltas
    while waiting:
        late = list(_refused(document, waiting))
        if len(late) == len(waiting):
            return late
        waiting = late
    return []


def _refused(document: Document, deltas: list[Delta]) -> Iterator[Delta]:
    """Apply what can be applied and yield the rest."""
    from crdt import CrdtError

    for delta in deltas:
        try:
            document.apply(delta)
        except CrdtError:
            yield delta


class FetchedDocument(NamedTuple):
    """A document as a library beside this one has it from a server."""

    id: str
    snapshot: bytes | None
    deltas: list[bytes]


class FetchedStream(NamedTuple):
    """A stream as a library beside this one has it from a server, and where that is."""

    id: str
    epoch: int
    cursor: int
    documents: list[FetchedDocument]


class StreamRow(NamedTuple):
    """Where this store stands in one stream."""

    key: int
    id: str
    notebook: str
    collection: str
    epoch: int
    cursor: int
    role: str
    next_n: int
    chain: bytes
    acked_n: int
    acked_chain: bytes
    staged_to: int
    staged_after: str


class OutboxRow(NamedTuple):
    """One delta that may have to be sent."""

    n: int
    document: str
    model: str
    body: bytes


class SentRow(NamedTuple):
    """One delta of a document on its way to the server."""

    n: int
    size_bytes: int
    acked: bool
    """Whether the server has confirmed it."""
    rejected: bool


class QuarantineRow(NamedTuple):
    """One delta that the server refused, kept for the person to see, copy or drop."""

    key: int
    stream: str
    document: str
    n: int
    code: str
    message: str
    at_ms: int
    body: bytes


class NotebookRow(NamedTuple):
    """One notebook of the library."""

    id: str
    name: str
    role: str
    local: bool
    """Whether no server knows it yet."""
    notes: int
    """How many notes are in it, the trash not counted."""
    members: int = 1
    """Whom the notebook is shared with, this account counted, as the server said last."""
    note: str = ""
    """The note that the notebook was made for, when it is one note shared by itself."""
    hidden: bool = False
    """Whether it was deleted, here or on another device of the account."""
    owner: str | None = None
    """Whose it is, as the server said once; "" while that is not known, None for this person's own."""

    @property
    def is_shown(self) -> bool:
        """Whether lists have it: a deleted one comes back with a note that is restored from the trash."""
        return not self.hidden or (self.notes > 0 and self.role != "none")


class NoteRow(NamedTuple):
    """What lists show of one note."""

    id: str
    stream: str
    notebook: str
    notebook_name: str
    title: str
    preview: str
    tags: tuple[str, ...]
    folder: str | None
    pinned: bool
    created_ms: int
    updated_ms: int
    trashed_ms: int | None
    unsent: int
    """Deltas of it that are not on the server."""
    words: int
    archived: bool = False
    """Put away: in no list but that of the archive; search finds it."""
    icon: str = ""
    """A picture in front of the title, as text; "" for none."""
    tag_colours: tuple[tuple[str, str], ...] = ()
    """(tag, colour) of the tags that have one: the name of a colour of the theme, or ``#rrggbb``."""
    who: str = ""
    """Who wrote in it last, when that was somebody else."""
    seen: bool = True
    """False where somebody else has written since this person looked at it last."""


class TitleRow(NamedTuple):
    """What it takes to find a note by its name."""

    id: str
    title: str
    notebook_name: str
    folder: str | None
    updated_ms: int
    notebook: str


class SearchHit(NamedTuple):
    """One note that answers a search, and the place in it that does."""

    row: NoteRow
    snippet: str


class LinkRow(NamedTuple):
    """A note that names another: by a link, or by its title in the text."""

    id: str
    title: str
    notebook_name: str
    snippet: str
    updated_ms: int
    notebook: str


class PersonRow(NamedTuple):
    """Whose a replica is."""

    rid: int
    account: str
    name: str


class Look(NamedTuple):
    """When this person looked at a note last."""

    at_ms: int
    version: dict[int, int]
    """What it was then: replica -> end."""


class FolderRow(NamedTuple):
    """One folder of a notebook."""

    id: str
    name: str
    parent: str | None
    order: str


class AttachmentRow(NamedTuple):
    """One attachment in the store, without its bytes."""

    sha256: str
    mime: str
    size_bytes: int
    state: str
