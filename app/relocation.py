"""
Moving notes into another notebook. Engine thread.

A note belongs to its notebook's stream for ever: who may read it, and in what order its edits stand, is
decided there. So it moves as a copy with a new id, the original goes to the trash with its history, and what
linked to the original links to the copy. Moving back undoes all three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.library import Library
    from crdt import Document, Edit

BODY = ("body",)
SCHEME = "note:"


class Moved(NamedTuple):
    """A note that was moved, and what it has become."""

    old: str
    new: str


def relocate(library: Library, notes: Sequence[str], notebook: str, folder: str | None) -> list[Moved]:
    """
    Move notes into a folder of another notebook, or to its top.

    Returns:
        The old and the new id of each.

    Raises:
        Refused: The notebook they come from or go to may only be read; those before are moved.
        StoreUnavailable: It is not stored.

    Cost: reading and writing each note, and each note that links to it.
    """
    library.check_writable(notebook)
    moved = []
    for note in notes:
        row, document = library.find(note), library.document(note)
        library.check_writable(row.notebook)
        made = _copied(library, document, row.tags, notebook, folder, row.pinned, row.created_ms)
        library.set_trashed(note, True)
        _point(library, note, made)
        moved.append(Moved(note, made))
    return moved


def move_back(library: Library, moved: Sequence[Moved]) -> None:
    """Undo `relocate`. Raises as it does."""
    for one in moved:
        library.set_trashed(one.old, False)
        _point(library, one.new, one.old)
        library.set_trashed(one.new, True)


def _copied(
    library: Library,
    document: Document,
    tags: Sequence[str],
    notebook: str,
    folder: str | None,
    pinned: bool,
    created_ms: int,
) -> str:
    from app.transfer.body import read_body

    attachments = document.value(("attachments",))
    return library.new_note(
        notebook,
        title=document.text(("title",)).text(),
        blocks=read_body(document),
        folder=folder,
        created_ms=created_ms,
        tags=tags,
        pinned=pinned,
        attachments=attachments if isinstance(attachments, dict) else {},
    )


def _point(library: Library, old: str, new: str) -> None:
    """Let what links to a note link to another instead, wherever this person may write."""
    from app.refusals import Refused

    for row in library.store.backlinks(old):
        body = library.document(row.id).text(BODY)
        places: list[tuple[int, int]] = []
        at = 0
        for spans, _ in body.blocks():
            for text, marks in spans:
                if marks.get("link") == SCHEME + old:
                    places.append((at, at + len(text)))
                at += len(text)
            at += 1

        def point(edit: Edit, places: list[tuple[int, int]] = places) -> None:
            for start, end in places:
                edit.text(BODY).format(start, end, "link", SCHEME + new)

        try:
            library.edit(row.id, point)
        except Refused:
            # Of a notebook that may only be read: there the link goes to the original in the trash.
            continue
