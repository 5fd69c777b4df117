"""
Makes the QTextDocument of a note from its blocks.

Runs of alike blocks are inserted at once, a slice of the note in one edit block. The first slice is shown
before any view shows the document; of a long note the rest follows while the person reads (`binding`).
Formatted 1 MB takes some 0.2 s in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextCursor, QTextDocument, QTextOption

from app.editor.embeds import EmbedObject
from app.editor.formats import EMBED_OBJECT, INDENT_PX, Formats
from app.editor.keys import Marks, key_of
from app.editor.looks import look_of
from app.editor.mirror import Mirror, MirrorBlock, joined
from app.editor.surface import Surface
from app.editor.text_layout import TextLayout

Blocks = Sequence[tuple[Sequence[tuple[str, Marks]], Marks]]

DOCUMENT_MARGIN_PX = 28  # room inside the viewport for list markers, carets' names and boxes


def mirror_of(blocks: Blocks) -> Mirror:
    """Make the mirror of what `RichText.blocks` returned."""
    made: list[MirrorBlock] = []
    for spans, attributes in blocks:
        text = "".join(piece for piece, _ in spans)
        made.append(
            MirrorBlock(
                text, joined((len(piece), key_of(marks)) for piece, marks in spans), key_of(attributes)
            )
        )
    return Mirror(made)


def empty_document(formats: Formats, parent: QObject) -> QTextDocument:
    """
    Make a QTextDocument with our settings and one empty paragraph; Qt's undo is off, ours is the CRDT's.
    """
    document = QTextDocument(parent)
    document.setUndoRedoEnabled(False)
    document.setDefaultFont(formats.font())
    document.setIndentWidth(INDENT_PX)
    document.setDocumentMargin(DOCUMENT_MARGIN_PX)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    layout = TextLayout(document)
    layout.registerHandler(EMBED_OBJECT, EmbedObject(formats.palette, document))
    document.setDocumentLayout(layout)
    return document


class Loader:
    """Shows the blocks of a note in an empty document, from the first on, as many at a time as wanted."""

    def __init__(self, surface: Surface, blocks: Blocks) -> None:
        """Args: surface: Of an empty document; blocks: As `RichText.blocks` returned them, or their first."""
        self._surface: Final = surface
        self._blocks = blocks
        self._shown = 0

    def know(self, blocks: Blocks) -> None:
        """Take all blocks of the note of which only the first were known."""
        self._blocks = blocks

    @property
    def is_done(self) -> bool:
        """Whether all blocks are shown."""
        return self._shown == len(self._blocks)

    def show(self, most: int | None = None) -> None:
        """
        Show so many more blocks, or all; in one edit block, with their formats.

        Cost: some 10 µs for each block and 3 µs for each span.
        """
        surface, first = self._surface, self._shown
        stop = len(self._blocks) if most is None else min(first + most, len(self._blocks))
        made = mirror_of(self._blocks[first:stop]).blocks if first < stop else []
        cursor = QTextCursor(surface.document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        _write(cursor, surface, made, is_first=not first)
        mirror = surface.mirror
        at = len(mirror.blocks) if first else 0  # somebody may have edited what is shown already
        mirror.splice(at, len(mirror.blocks), made)
        surface.mark_edges(max(0, at - 1), len(mirror.blocks))
        surface.render()
        cursor.endEditBlock()
        self._shown = stop


def _write(cursor: QTextCursor, surface: Surface, blocks: Sequence[MirrorBlock], *, is_first: bool) -> None:
    """Write blocks at the end of a document; the first of all has its paragraph there already."""
    formats = surface.formats
    number = 0
    while number < len(blocks):
        block = blocks[number]
        look = look_of(block.attributes)
        plain = formats.char("", look)
        if number or not is_first:
            cursor.insertBlock(formats.block(block.attributes, 0), plain)
        else:
            cursor.setBlockFormat(formats.block(block.attributes, 0))
            cursor.setBlockCharFormat(plain)
        stop = _alike(blocks, number)
        if stop > number + 1:
            cursor.insertText("\n".join(alike.text for alike in blocks[number:stop]), plain)
        else:
            _insert_spans(cursor, surface, block)
        number = stop


def _alike(blocks: Sequence[MirrorBlock], first: int) -> int:
    """Where the run of unmarked blocks with the same attributes ends."""
    stop = first
    while stop < len(blocks):
        block = blocks[stop]
        if block.attributes != blocks[first].attributes or any(key for _, key in block.spans):
            break
        if Surface.holds_impossible(block.text):
            break
        stop += 1
    return max(stop, first + 1)


def _insert_spans(cursor: QTextCursor, surface: Surface, block: MirrorBlock) -> None:
    look = look_of(block.attributes)
    if Surface.holds_impossible(block.text):
        cursor.insertText(Surface.shown(block.text), surface.formats.char("", look))
        block.stale = True
        return
    at = 0
    for length, key in block.spans:
        cursor.insertText(block.text[at : at + length], surface.formats.char(key, look))
        at += length
