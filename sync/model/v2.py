"""
Data model 2: notes can be archived and have an icon, and a tag knows its colour and when it was added.

    pinned: bool       ->  state: object {pinned, archived}
    created_ms: int    ->  created: int
    tags: map(bool)    ->  tags: map(object {colour, added})
                           icon: optional(string)

What it shares with model 1 is imported from there. Not here: the way from one to the other
(``sync.model.versions``). Invariant: reading never raises, see model 1.
"""

from collections.abc import Mapping
from typing import Final

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.document_codec import read_visible
from crdt.edit import Edit
from crdt.patch import Value
from crdt.schema import BOOL, ID, INT, RICH_TEXT, STRING, TEXT, Kind, map_of, object_of, optional
from sync.model import v1
from sync.model.lenses import Add, Convert, Lens, Plunge, Rename
from sync.model.v1 import (
    COMMENTS,
    FOLDERS,
    NOTES,
    FolderSummary,
    NoteSummary,
    add_reply,
    folder_parents,
    folder_summary,
    new_comment,
    new_folder,
    note_title,
    remove_tag,
    set_folder,
    set_trashed,
)

__all__ = [
    "COMMENTS", "FEATURES", "FOLDERS", "LENSES", "MODEL", "NOTES", "SCHEMAS", "FolderSummary", "NoteSummary",
    "add_reply", "add_tag", "colour_tag", "encoded_note_summary", "folder_parents", "folder_summary",
    "new_comment", "new_folder", "new_note", "note_summary", "note_title", "remove_tag", "set_archived",
    "set_folder", "set_icon", "set_pinned", "set_trashed", "summarise",
]  # fmt: skip

MODEL: Final = "2.0"

FEATURES: Final = frozenset({"archive", "icon", "tag_colours"})
"""What notes of this model have beyond those of the first."""

ICON_LENGTH_MAX: Final = 16
"""Code points: one picture may be a family of people with skin tones."""
COLOUR_LENGTH_MAX: Final = 32

_TAG: Final = object_of({"colour": STRING, "added": INT})

SCHEMAS: Final[dict[str, Kind]] = {
    **v1.SCHEMAS,
    NOTES: object_of(
        {
            "title": TEXT,
            "body": RICH_TEXT,
            "folder": optional(ID),
            "icon": optional(STRING),
            "tags": map_of(_TAG),
            "state": object_of({"pinned": BOOL, "archived": BOOL}),
            "created": INT,
            "trashed_ms": optional(INT),
            "attachments": v1.SCHEMAS[NOTES].attributes["attachments"],
        }
    ),
}
"""What each collection's documents may hold; see ``crdt.schema``."""


def flag_to_tag(value: Value, time_ms: int) -> Value:
    """A tag of model 1, a flag, as one of model 2: without a colour, added when the flag was set."""
    return {"added": time_ms, "colour": ""} if value is True else None


LENSES: Final[dict[str, Lens]] = {
    NOTES: Lens(
        2,
        (
            Plunge("pinned", "state"),
            Add(("state", "archived"), False),
            Rename(("created_ms",), "created"),
            Convert(("tags", "*"), flag_to_tag),
            Add(("icon",)),
        ),
    )
}
"""From model 1, by collection; what is not named stays as it is."""


def new_note(
    rid: int, stamp: Stamp, *, title: str = "", created_ms: int, folder: str | None = None
) -> tuple[Document, Delta]:
    """Make a note; see model 1."""
    document = Document(rid)

    def fill(edit: Edit) -> None:
        edit.make(("title",), "text")
        edit.make(("body",), "text")
        edit.make(("tags",), "map")
        edit.make(("attachments",), "map")
        edit.make(("state",), "map")
        edit.set(("state", "pinned"), False)
        edit.set(("state", "archived"), False)
        edit.set(("created",), created_ms)
        edit.set(("folder",), folder)
        if title:
            edit.text(("title",)).insert(0, title)

    delta = document.edit(stamp, fill)
    # What is typed next is undone without taking the title back.
    document.new_group()
    return document, delta


def set_pinned(edit: Edit, pinned: bool) -> None:
    """Pin a note, or let it go."""
    edit.set(("state", "pinned"), pinned)


def set_archived(edit: Edit, archived: bool) -> None:
    """Put a note into the archive, out of the lists, or take it back."""
    edit.set(("state", "archived"), archived)


def set_icon(edit: Edit, icon: str | None) -> None:
    """Give a note a picture in front of its title, at most ICON_LENGTH_MAX code points; None: none."""
    edit.set(("icon",), icon[:ICON_LENGTH_MAX] if icon else None)


def add_tag(edit: Edit, tag: str, now_ms: int, colour: str = "") -> None:
    """
    Give a note a tag.

    Args:
        now_ms: When, for those who read along.
        colour: The name of a colour of the theme, or ``#rrggbb``; "" for none.
    """
    edit.set(("tags", tag), {"added": now_ms, "colour": colour[:COLOUR_LENGTH_MAX]})


def colour_tag(edit: Edit, note: Document, tag: str, colour: str, now_ms: int) -> None:
    """
    Give a tag of a note another colour; a tag that is not there is added.

    Args:
        note: The document that is edited: what else a newer version keeps with the tag stays.
    """
    known = note.value(("tags", tag))
    facts = dict(known) if isinstance(known, dict) else {"added": now_ms}
    edit.set(("tags", tag), {**facts, "colour": colour[:COLOUR_LENGTH_MAX]})


def note_summary(document: Document) -> NoteSummary:
    """What lists and the search show of a note. Cost: O(text)."""
    return summarise(document.to_value())


def encoded_note_summary(state: bytes) -> NoteSummary:
    """The same for an encoded document, without decoding its history. Raises CrdtError for bytes that are
    none."""
    return summarise(read_visible(state))


def summarise(note: Mapping[str, Value]) -> NoteSummary:
    """The summary of a note given as plain values. Never raises."""
    state, tags, icon = note.get("state"), note.get("tags"), note.get("icon")
    state = state if isinstance(state, dict) else {}
    tags = tags if isinstance(tags, dict) else {}
    shown = {tag: facts for tag, facts in tags.items() if isinstance(facts, dict)}
    as_before = {
        **note,
        "pinned": state.get("pinned"),
        "created_ms": note.get("created"),
        "tags": dict.fromkeys(shown, True),
    }
    colours = {tag: facts.get("colour") for tag, facts in shown.items()}
    return v1.summarise(as_before)._replace(
        archived=state.get("archived") is True,
        icon=icon[:ICON_LENGTH_MAX] if isinstance(icon, str) else "",
        tag_colours={tag: one for tag, one in colours.items() if isinstance(one, str) and one},
    )
