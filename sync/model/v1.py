"""
Data model 1: what notes, folders and comments are made of, how new ones are made, and what lists show of
them.

Not here: storing or sending any of it. Invariant: reading never raises for what a newer minor version, or a
stranger, may have put where something else is expected; it reads as if nothing were there.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.document_codec import read_visible
from crdt.edit import Edit
from crdt.patch import Value
from crdt.schema import (
    ANY,
    BOOL,
    ID,
    INT,
    RICH_TEXT,
    STRING,
    TEXT,
    Kind,
    array,
    map_of,
    object_of,
    optional,
)
from crdt.tree import Move, place_all

MODEL: Final = "1.0"

FEATURES: Final[frozenset[str]] = frozenset()
"""What notes of this model have beyond those of the first: see the later models."""

NOTES: Final = "notes"
FOLDERS: Final = "folders"
COMMENTS: Final = "comments"

SCHEMAS: Final[dict[str, Kind]] = {
    NOTES: object_of(
        {
            "title": TEXT,
            "body": RICH_TEXT,
            "folder": optional(ID),
            "tags": map_of(BOOL),
            "pinned": BOOL,
            "created_ms": INT,
            "trashed_ms": optional(INT),
            "attachments": map_of(object_of({"name": STRING, "mime": STRING, "size_bytes": INT})),
        }
    ),
    FOLDERS: object_of({"name": STRING, "parent": optional(ID), "order": STRING}),
    COMMENTS: object_of(
        {
            "note": ID,
            "start": ANY,
            "end": ANY,
            "quote": STRING,
            "resolved": BOOL,
            "replies": array(object_of({"author": STRING, "created_ms": INT, "body": RICH_TEXT})),
        }
    ),
}
"""What each collection's documents may hold; see ``crdt.schema``."""

TITLE_LENGTH_MAX: Final = 80
"""Code points of a title made of the first words of the body."""
PREVIEW_LENGTH_MAX: Final = 200
"""Code points of the body that a list shows under the title."""

LINES_MAX: Final = 50
"""Lines that are looked at for the first words; a body that opens with more empty ones has none."""

_MADE: Final = Stamp(0, 0, 0)
"""Before every move: a folder stands at the top until it is put into another."""

_EMBED: Final = "\ufffc"


class NoteSummary(NamedTuple):
    """What lists and the full-text search know of a note. ``words`` counts those of the body, ``text`` is
    all of it."""

    title: str
    preview: str
    words: int
    text: str
    tags: list[str]
    folder: str | None
    pinned: bool
    created_ms: int
    trashed_ms: int | None
    archived: bool = False
    icon: str = ""
    """A character or two in front of the title; "" for none."""
    tag_colours: Mapping[str, str] = MappingProxyType({})
    """Of the tags that have one: the name of a colour of the theme, or ``#rrggbb``."""


class FolderSummary(NamedTuple):
    """What the sidebar knows of a folder; where it stands is for ``folder_parents``."""

    name: str
    parent: str | None
    order: str


def new_note(
    rid: int, stamp: Stamp, *, title: str = "", created_ms: int, folder: str | None = None
) -> tuple[Document, Delta]:
    """
    Make a note.

    Args:
        rid: This replica.
        stamp: A fresh tick of its clock.
        title: At most as long as one insert may be.
        created_ms: Wall-clock time; an importer gives the original's.
        folder: The folder's document id, or None for none.

    Returns:
        The document and the delta that makes it anywhere else.
    """
    document = Document(rid)

    def fill(edit: Edit) -> None:
        edit.make(("title",), "text")
        edit.make(("body",), "text")
        edit.make(("tags",), "map")
        edit.make(("attachments",), "map")
        edit.set(("pinned",), False)
        edit.set(("created_ms",), created_ms)
        edit.set(("folder",), folder)
        if title:
            edit.text(("title",)).insert(0, title)

    delta = document.edit(stamp, fill)
    # What is typed next is undone without taking the title back.
    document.new_group()
    return document, delta


def new_folder(
    rid: int, stamp: Stamp, *, name: str, parent: str | None = None, order: str = ""
) -> tuple[Document, Delta]:
    """Make a folder; ``order`` is a fractional key (``crdt.fractional``) among its siblings. See
    ``new_note``."""
    document = Document(rid)

    def fill(edit: Edit) -> None:
        edit.set(("name",), name)
        edit.set(("order",), order)
        edit.set(("parent",), parent)

    return document, document.edit(stamp, fill)


def new_comment(
    rid: int, stamp: Stamp, *, note: str, start: Value, end: Value, quote: str
) -> tuple[Document, Delta]:
    """Make a thread on a stretch of a note: two anchors of its body, and the words that stood there."""
    document = Document(rid)

    def fill(edit: Edit) -> None:
        edit.set(("note",), note)
        edit.set(("start",), start)
        edit.set(("end",), end)
        edit.set(("quote",), quote)
        edit.set(("resolved",), False)
        edit.make(("replies",), "array")

    return document, document.edit(stamp, fill)


def add_reply(edit: Edit, *, author: str, created_ms: int, text: str) -> None:
    """Write a reply at the end of a thread, inside an edit of its document."""
    item = edit.append(("replies",), kind="map")
    edit.set(("replies", item, "author"), author)
    edit.set(("replies", item, "created_ms"), created_ms)
    edit.make(("replies", item, "body"), "text")
    edit.text(("replies", item, "body")).insert(0, text)


def set_pinned(edit: Edit, pinned: bool) -> None:
    """Pin a note, or let it go."""
    edit.set(("pinned",), pinned)


def set_trashed(edit: Edit, trashed_ms: int | None) -> None:
    """Put a note into the trash at a time, or take it out (None)."""
    edit.set(("trashed_ms",), trashed_ms)


def set_folder(edit: Edit, folder: str | None) -> None:
    """Put a note into a folder of its notebook; None: into none."""
    edit.set(("folder",), folder)


def add_tag(edit: Edit, tag: str, now_ms: int, colour: str = "") -> None:
    """Give a note a tag; this model knows neither colours nor when."""
    edit.set(("tags", tag), True)


def remove_tag(edit: Edit, tag: str) -> None:
    """Take a tag away."""
    edit.set(("tags", tag), None)


def note_title(document: Document) -> str:
    """The title of a note; when it is empty, the first words of the body; "" when there are none."""
    title, _ = _titled(_text(document.value(("title",))), _text(document.value(("body",))))
    return title


def note_summary(document: Document) -> NoteSummary:
    """What lists and the search show of a note. Cost: O(text)."""
    return summarise(document.to_value())


def encoded_note_summary(state: bytes) -> NoteSummary:
    """The same for an encoded document, without decoding its history. Raises CrdtError for bytes that are
    none."""
    return summarise(read_visible(state))


def summarise(note: Mapping[str, Value]) -> NoteSummary:
    """The summary of a note given as plain values. Never raises."""
    body = _text(note.get("body"))
    title, rest = _titled(_text(note.get("title")), body)
    readable = body.replace(_EMBED, " ")
    tags = note.get("tags")
    folder = note.get("folder")
    return NoteSummary(
        title=title,
        preview=" ".join(rest.replace(_EMBED, " ")[: PREVIEW_LENGTH_MAX * 4].split())[:PREVIEW_LENGTH_MAX],
        words=len(readable.split()),
        text=readable,
        tags=sorted(tag for tag, on in tags.items() if on is True) if isinstance(tags, dict) else [],
        folder=folder if isinstance(folder, str) else None,
        pinned=note.get("pinned") is True,
        created_ms=_number(note.get("created_ms")) or 0,
        trashed_ms=_number(note.get("trashed_ms")),
    )


def folder_summary(document: Document) -> FolderSummary:
    """What the sidebar shows of a folder."""
    parent = document.value(("parent",))
    return FolderSummary(
        name=_text(document.value(("name",))),
        parent=parent if isinstance(parent, str) else None,
        order=_text(document.value(("order",))),
    )


def folder_parents(folders: Mapping[str, Document]) -> dict[str, str | None]:
    """
    Where each folder of a notebook stands: one parent each, no circles, no orphans (T1).

    Args:
        folders: The documents of the collection by document id.

    Returns:
        {folder: parent, or None for the top}.
    """
    moves: list[Move] = []
    for folder, document in folders.items():
        stamp = document.stamp_of(("parent",))
        parent = document.value(("parent",))
        moves.append(Move(_MADE, folder, None))
        if stamp is not None:
            moves.append(Move(stamp, folder, parent if isinstance(parent, str) else None))
    return place_all(moves)


def _titled(title: str, body: str) -> tuple[str, str]:
    """The title to show, and what of the body follows it."""
    shown = " ".join(title.split())
    if shown:
        return shown, body
    at = 0
    for _ in range(LINES_MAX):
        end = body.find("\n", at)
        line = body[at : end if end >= 0 else len(body)]
        words = " ".join(line.replace(_EMBED, " ").split())
        if words:
            if len(words) <= TITLE_LENGTH_MAX:
                return words, body[end + 1 :] if end >= 0 else ""
            cut = words.rfind(" ", 0, TITLE_LENGTH_MAX)
            return words[: cut if cut > 0 else TITLE_LENGTH_MAX] + "…", body
        if end < 0:
            break
        at = end + 1
    return "", ""


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
