"""
Makes the QTextDocument of a note from its blocks.

A new QTextDocument is filled before any view shows it, in one edit block and with runs of alike blocks
inserted at once: nothing is laid out meanwhile and no signal of a bound document is involved. Formatted 1
MB: some 0.3 s.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QTextCursor, QTextDocument, QTextOption

from app.editor.embeds import EmbedObject
from app.editor.formats import EMBED_OBJECT, INDENT_PX, Formats
from app.editor.keys import Marks, key_of
from app.editor.looks import look_of
from app.editor.mirror import Mirror, MirrorBlock, joined
from app.editor.surface import Surface

DOCUMENT_MARGIN_PX = 28  # room inside the viewport for list markers, carets' names and boxes


def mirror_of(blocks: Sequence[tuple[Sequence[tuple[str, Marks]], Marks]]) -> Mirror:
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
    document.documentLayout().registerHandler(EMBED_OBJECT, EmbedObject(formats.palette, document))
    return document


def load(surface: Surface, mirror: Mirror) -> None:
    """
    Show all blocks of a mirror in a document that is still empty.

    Args:
        surface: Of an empty document no view shows yet; it takes the mirror over.
        mirror: What to show.

    Cost: some 10 µs for each block and 3 µs for each span.
    """
    formats, blocks = surface.formats, mirror.blocks
    cursor = QTextCursor(surface.document)
    cursor.beginEditBlock()
    number = 0
    while number < len(blocks):
        block = blocks[number]
        look = look_of(block.attributes)
        plain = formats.char("", look)
        if number:
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
    surface.mirror = mirror
    surface.mark_edges(0, len(blocks))
    surface.render()
    cursor.endEditBlock()


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
