"""
Writes into the QTextDocument of one view, and into its mirror, in one step.

A `Surface` shows patches and operations: text goes in and out with a QTextCursor and explicit formats, marks
and attributes go into the mirror first, and `render` then compares the formats of the blocks that are stale.
It is the only place that edits a bound QTextDocument. Callers open and close the edit block and keep the
caret; where an edit comes from and whether the CRDT has it already is their business (`binding`).

Invariant: after `render`, each block in the view has the text, marks and attributes of its block in the
mirror.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextDocument, QTextLayout

from app.editor.formats import FIRST, LAST, STAND_IN, Formats
from app.editor.keys import EMBED, OBJECT, key_of, values_of
from app.editor.looks import JOINED_KINDS, PLAIN, Look, look_of
from app.editor.mirror import Mirror, MirrorBlock, Spans, joined
from app.editor.operations import Delete, Format, Insert, InsertEmbed, Operation, SetBlock
from app.editor.units import points_of, units_at, units_in
from crdt.patch import BlockSet, Deleted, Formatted, Inserted, Patch

# Characters that QTextDocument takes for the ends of blocks or frames: the stand-in shows, and carries them.
_IMPOSSIBLE: Final = re.compile("[\r\x00\u2029\ufdd0\ufdd1]")
SHOWN_INSTEAD: Final = "\ufffd"


class Surface:
    """The view's text, written and read."""

    def __init__(self, document: QTextDocument, formats: Formats) -> None:
        """
        Args: document: Shows an empty paragraph, or what `read` is about to read; formats: Of its palette.
        """
        self.document: Final = document
        self.formats: Final = formats
        self.mirror = Mirror()
        self._cursor = QTextCursor(document)
        self._low = 0  # the blocks low <= n < high may be stale; empty when high is 0
        self._high = 0

    # Places

    def offset(self, index: int) -> int:
        """Give the view's offset (UTF-16) of an index."""
        number, inside = self.mirror.locate(index)
        return self.document.findBlockByNumber(number).position() + units_at(
            self.mirror.blocks[number].wides, inside
        )

    def index(self, offset_u16: int) -> int:
        """Give the index of an offset of the view; one inside a pair is the place before it."""
        block = self.document.findBlock(offset_u16)
        if not block.isValid():
            return len(self.mirror)
        number = block.blockNumber()
        return self.mirror.start(number) + points_of(
            self.mirror.blocks[number].wides, offset_u16 - block.position()
        )

    # Reading the view

    def read(self, block: QTextBlock) -> tuple[MirrorBlock, bool]:
        """
        Read a block of the view.

        Returns:
            What it shows, without lone halves of surrogate pairs; and whether its formats are exactly those
            it should have, which a block somebody else touched has not.
        """
        attributes, exact = self.formats.read_block(block)
        look = look_of(attributes)
        text = block.text()
        units = block.length() - 1
        if units_in(text) != units:
            return self._read_torn(block, attributes, look), False
        runs = block.textFormats()
        if not text:
            return MirrorBlock("", [], attributes), exact
        made = MirrorBlock(text, [], attributes)
        spans: Spans = []
        at = 0
        for run in runs:
            end = points_of(made.wides, run.start + run.length)
            key, fits = self.formats.read_char(run.format, look)
            exact = exact and fits
            stand_in = run.format.property(STAND_IN) if SHOWN_INSTEAD in text else None
            if isinstance(stand_in, str):
                piece = text[at:end]
                exact = exact and piece == SHOWN_INSTEAD * len(
                    piece
                )  # else somebody typed on with its format
                text = text[:at] + piece.replace(SHOWN_INSTEAD, stand_in) + text[end:]
            if EMBED in values_of(key) and text[at:end] != OBJECT * (end - at):
                exact = False  # somebody typed on with an embed's format
                spans.extend(_embeds_alone(text[at:end], key))
            else:
                spans.append((end - at, key))
            at = end
        if text is not made.text:
            made.set_text(text)
        made.spans = joined(spans)
        return made, exact

    def _read_torn(self, block: QTextBlock, attributes: str, look: Look) -> MirrorBlock:
        """Read a block that holds half a surrogate pair, which Python strings cannot."""
        parts: list[str] = []
        spans: Spans = []
        start = block.position()
        for run in block.textFormats():
            units = [self.document.characterAt(start + run.start + n) for n in range(run.length)]
            raw = "".join(units).encode("utf-16-le", "surrogatepass")
            piece = raw.decode("utf-16-le", "ignore")
            key, _ = self.formats.read_char(run.format, look)
            parts.append(piece)
            spans.extend(_embeds_alone(piece, key) if EMBED in values_of(key) else [(len(piece), key)])
        return MirrorBlock("".join(parts), joined(spans), attributes)

    # Showing

    @staticmethod
    def holds_impossible(text: str) -> bool:
        """Whether a text holds characters that Qt cannot."""
        return _IMPOSSIBLE.search(text) is not None

    @staticmethod
    def shown(text: str) -> str:
        """Give a text with a stand-in for each character that Qt cannot hold."""
        return _IMPOSSIBLE.sub(SHOWN_INSTEAD, text)

    def show_patch(self, patch: Patch) -> None:
        """Show what became visible in the CRDT; a new newline has no attributes until a patch says so."""
        match patch:
            case Inserted(index, text, marks):
                self.insert(index, text, key_of(marks), "")
            case Deleted(index, count):
                self.delete(index, count)
            case Formatted(start, end, marks):
                key = key_of(marks)
                self.mark(start, end, lambda _: key)
            case BlockSet(index, attributes):
                self.set_attributes(index, key_of(attributes))

    def show_operation(self, operation: Operation) -> None:
        """Show what a command does; a new newline has the attributes of the block it splits."""
        match operation:
            case Insert(at, text, marks):
                self.insert(at, text, key_of(marks or {}), None)
            case InsertEmbed(at, payload, marks):
                self.insert(at, OBJECT, key_of({**marks, EMBED: payload}), None)
            case Delete(at, length):
                self.delete(at, length)
            case Format(start, end, kind, value):
                self.mark(start, end, lambda key: _with(key, kind, value))
            case SetBlock(at, changes):
                number, _ = self.mirror.locate(at)
                merged = {**values_of(self.mirror.blocks[number].attributes), **changes}
                kept = {name: value for name, value in merged.items() if value is not None}
                self.set_attributes(at, key_of(kept))

    def insert(self, index: int, text: str, marks: str, attributes: str | None) -> None:
        """Insert text; arguments as `Mirror.insert` has them."""
        number, inside = self.mirror.locate(index)
        block = self.mirror.blocks[number]
        look = look_of(block.attributes)
        cursor = self._cursor
        cursor.setPosition(self.document.findBlockByNumber(number).position() + units_at(block.wides, inside))
        format_ = self.formats.char(marks, look)
        for count, line in enumerate(text.split("\n")):
            if count:
                cursor.insertBlock(self.formats.block(block.attributes, 0), self.formats.char("", look))
            if line:
                cursor.insertText(self.shown(line), format_)
        _, added = self.mirror.insert(index, text, marks, attributes)
        self._touch(number, added)

    def delete(self, index: int, count: int) -> None:
        """Delete text; the last of the blocks that join gives its attributes."""
        start, end = self.offset(index), self.offset(index + count)
        self._cursor.setPosition(start)
        self._cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self._cursor.removeSelectedText()
        number, removed = self.mirror.delete(index, count)
        self._touch(number, -removed)

    def mark(self, start: int, end: int, change: Callable[[str], str]) -> None:
        """Change marks; they show with the next `render`."""
        first, last = self.mirror.mark(start, end, change)
        self._touch(first, 0)
        self._touch(last, 0)

    def set_attributes(self, index: int, attributes: str) -> None:
        """Change a block's attributes; they show with the next `render`."""
        self._touch(self.mirror.set_attributes(index, attributes), 0)

    def mark_stale(self, first: int, stop: int) -> None:
        """Have the formats of the blocks first <= n < stop compared by the next `render`."""
        for number in range(first, min(stop, len(self.mirror.blocks))):
            self.mirror.blocks[number].stale = True
        if first < stop:
            self._touch(first, 0)
            self._touch(stop - 1, 0)

    def mark_edges(self, first: int, stop: int) -> None:
        """Have the edges of the boxes among first <= n < stop compared by the next `render`."""
        if first < stop:
            self._touch(first, 0)
            self._touch(stop - 1, 0)

    def rewrite(self, number: int) -> None:
        """Write a block's text afresh: somebody left half a surrogate pair in it."""
        block = self.document.findBlockByNumber(number)
        self._cursor.setPosition(block.position())
        self._cursor.setPosition(block.position() + block.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        self._cursor.insertText(self.shown(self.mirror.blocks[number].text), self.formats.char("", PLAIN))
        self.mark_stale(number, number + 1)

    @property
    def is_stale(self) -> bool:
        """Whether `render` has something to look at."""
        return self._high > 0

    def _touch(self, number: int, added: int) -> None:
        """Widen the stale range to a block behind which `added` blocks came (or went)."""
        if not self._high:
            self._low, self._high = number, number + 1 + max(0, added)
            return
        if added and self._high > number:
            self._high = max(number + 1, self._high + added)
        self._low = min(self._low, number)
        self._high = max(self._high, number + 1 + max(0, added))

    def render(self) -> None:
        """Bring the formats of all stale blocks, and the edges of their neighbours, up to date."""
        if not self._high:
            return
        blocks = self.mirror.blocks
        stop = min(self._high + 1, len(blocks))
        for number in range(max(0, self._low - 1), stop):
            block = blocks[number]
            if block.stale:
                self._render_block(number, block)
                self._render_text(number, block)
                block.stale = False
            elif look_of(block.attributes).kind in JOINED_KINDS:
                self._render_block(number, block)
        self._low = self._high = 0

    def edges(self, number: int) -> int:
        """Say whether a block begins or ends the box its neighbours share."""
        blocks = self.mirror.blocks
        box = look_of(blocks[number].attributes).box
        if box is None:
            return 0
        first = number == 0 or look_of(blocks[number - 1].attributes).box != box
        last = number + 1 == len(blocks) or look_of(blocks[number + 1].attributes).box != box
        return (FIRST if first else 0) | (LAST if last else 0)

    def _render_block(self, number: int, block: MirrorBlock) -> None:
        shown = self.document.findBlockByNumber(number)
        wanted = self.formats.block(block.attributes, self.edges(number))
        if shown.blockFormat() != wanted:
            listed = shown.textList()
            if listed is not None:
                listed.remove(shown)
            self._cursor.setPosition(shown.position())
            self._cursor.setBlockFormat(wanted)

    def _render_text(self, number: int, block: MirrorBlock) -> None:
        shown = self.document.findBlockByNumber(number)
        look = look_of(block.attributes)
        cursor = self._cursor
        plain = self.formats.char("", look)
        if shown.charFormat() != plain:
            cursor.setPosition(shown.position())
            cursor.setBlockCharFormat(plain)
        if not block.text:
            return
        runs = shown.textFormats()  # a run's format lives no longer than the run
        start = shown.position()
        at = 0
        for low, high, wanted in self._pieces(block, look):
            while at < len(runs) and runs[at].start + runs[at].length <= low:
                at += 1
            if not self._is_shown(runs, at, high, wanted):
                cursor.setPosition(start + low)
                cursor.setPosition(start + high, QTextCursor.MoveMode.KeepAnchor)
                cursor.setCharFormat(wanted)

    def _is_shown(
        self, runs: list[QTextLayout.FormatRange], at: int, high: int, wanted: QTextCharFormat
    ) -> bool:
        while at < len(runs) and runs[at].start < high:
            if runs[at].format != wanted:
                return False
            at += 1
        return True

    def _pieces(self, block: MirrorBlock, look: Look) -> list[tuple[int, int, QTextCharFormat]]:
        """The stretches of a block with one format each, in units from its start."""
        pieces: list[tuple[int, int, QTextCharFormat]] = []
        at = 0
        for length, key in block.spans:
            low, high = units_at(block.wides, at), units_at(block.wides, at + length)
            format_ = self.formats.char(key, look)
            begun = low
            for found in _IMPOSSIBLE.finditer(block.text, at, at + length):
                place = units_at(block.wides, found.start())
                if begun < place:
                    pieces.append((begun, place, format_))
                carrier = QTextCharFormat(format_)
                carrier.setProperty(STAND_IN, found.group())
                pieces.append((place, place + 1, carrier))
                begun = place + 1
            if begun < high:
                pieces.append((begun, high, format_))
            at += length
        return pieces


def _embeds_alone(text: str, key: str) -> Spans:
    """Leave an embed's key on the characters that can be embeds."""
    bare = _with(key, EMBED, None)
    return joined((1, key if character == OBJECT else bare) for character in text)


def _with(key: str, kind: str, value: Any) -> str:
    """A key with one kind set or removed."""
    changed = dict(values_of(key))
    if value is None:
        changed.pop(kind, None)
    else:
        changed[kind] = value
    return key_of(changed)
