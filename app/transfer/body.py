"""
The body of a note as blocks: writing blocks into a new document, and reading them back.

A long body becomes several deltas, because one has to fit into a frame (`sync.limits.DELTA_SIZE_MAX`). Text
goes in first, in few large pieces, then marks and blocks over it: that makes the fewest ops. Not here:
storing any of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from app.transfer.blocks import Attributes, Block, Marks, Span, is_embed, tidy
from crdt import Delta, Document, Edit, RichText, Stamp

BODY: Final = ("body",)

PIECE_SIZE: Final = 16_000
"""What one delta brings, in bytes of text plus OP_SIZE for each op: a quarter of the limit, since ops can be
larger than reckoned here."""
OP_SIZE: Final = 48

Place = tuple[int, int, Marks]


def fill_body(document: Document, stamp: Callable[[], Stamp], blocks: list[Block]) -> list[Delta]:
    """
    Write blocks into the empty body of a document.

    Args:
        document: Edited here.
        stamp: Gives a fresh stamp for each delta.
        blocks: Tidied, as readers give them.

    Returns:
        The deltas in order, each small enough to be sent; none for one empty paragraph.

    Cost: linear.
    """
    assert not len(document.text(BODY)), "only an empty body is filled"
    deltas = [document.edit(stamp(), piece.write) for piece in _pieces(blocks)]
    return [delta for delta in deltas if not delta.empty]


class _Piece:
    """What one delta writes at the end of the body."""

    def __init__(self) -> None:
        self.size = 0
        self._parts: list[Span] = []
        self._blocks: list[tuple[int, Attributes]] = []
        self._length = 0

    def add(self, text: str, marks: Marks) -> None:
        """Append text, or an embed."""
        self._parts.append((text, marks))
        self._length += len(text)
        self.size += len(text.encode("utf-8", "surrogatepass")) + OP_SIZE * len(marks)

    def end_block(self, attributes: Attributes, last: bool) -> None:
        """End the paragraph; the last one ends at the end of the text and not in a newline."""
        if attributes:
            self._blocks.append((self._length, attributes))
            self.size += OP_SIZE + 16 * len(attributes)
        if not last:
            self.add("\n", {})

    def write(self, edit: Edit) -> None:
        """The intent: insert, then mark, then set the blocks."""
        body = edit.text(BODY)
        start = at = len(body)
        plain: list[str] = []
        places: list[Place] = []
        for text, marks in self._parts:
            if is_embed((text, marks)):
                at = _insert(body, at, plain)
                body.insert_embed(at, marks["embed"], {})
                places.append((at, at + 1, _without_embed(marks)))
                at += 1
            else:
                begin = at + sum(map(len, plain)) if marks else 0
                plain.append(text)
                if marks:
                    places.append((begin, begin + len(text), marks))
        _insert(body, at, plain)
        for begin, end, kind, value in _reaching(places):
            body.format(begin, end, kind, value)
        for offset, attributes in self._blocks:
            body.set_block(start + offset, attributes)


def _insert(body: Any, at: int, plain: list[str]) -> int:
    """Insert the collected text without marks; returns the place behind it."""
    text = "".join(plain)
    plain.clear()
    if text:
        body.insert(at, text, {})
    return at + len(text)


def _without_embed(marks: Marks) -> Marks:
    """The marks that are laid over an embed."""
    return {kind: value for kind, value in marks.items() if kind != "embed"}


def _reaching(places: list[Place]) -> Iterator[tuple[int, int, str, Any]]:
    """Marks of neighbouring places joined where they go on: one op for a bold sentence with a link in it."""
    open_marks: dict[str, tuple[int, int, Any]] = {}
    for begin, end, marks in places:
        for kind, value in marks.items():
            known = open_marks.get(kind)
            if known is not None and known[1] == begin and known[2] == value:
                open_marks[kind] = (known[0], end, value)
                continue
            if known is not None:
                yield known[0], known[1], kind, known[2]
            open_marks[kind] = (begin, end, value)
    for kind, (begin, end, value) in open_marks.items():
        yield begin, end, kind, value


def _pieces(blocks: list[Block]) -> Iterator[_Piece]:
    """Blocks cut into what one delta may bring."""
    piece = _Piece()
    for index, (spans, attributes) in enumerate(blocks):
        for span in spans:
            for text, marks in _cut(span):
                if piece.size >= PIECE_SIZE:
                    yield piece
                    piece = _Piece()
                piece.add(text, marks)
        piece.end_block(attributes, index == len(blocks) - 1)
        if piece.size >= PIECE_SIZE:
            yield piece
            piece = _Piece()
    yield piece


def _cut(span: Span) -> Iterator[Span]:
    """A span in parts that leave a delta room."""
    text, marks = span
    step = PIECE_SIZE // 4  # a code point takes at most 4 bytes
    for start in range(0, len(text), step):
        yield text[start : start + step], marks


def read_body(document: Document) -> list[Block]:
    """The body of a note as tidied blocks; one empty paragraph when it has none."""
    return tidy([(list(spans), dict(attributes)) for spans, attributes in _text(document).blocks()])


def _text(document: Document) -> RichText:
    """The body, to be read."""
    return document.text(BODY)
