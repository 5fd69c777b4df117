"""
A note once more: what a document shows, written into a new one, in deltas that are small enough to be sent.

What it is not: a copy of the history; the new document begins with the copy. It knows no model: containers
are copied as what they are, so that what a newer version keeps in them comes along. Invariants: the copy
shows what the original showed, marks, blocks and embeds included; nothing of the original is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from crdt import Delta, Document, Edit, Stamp
from crdt.patch import Value

PIECE_SIZE: Final = 12_000
"""Bytes of text that one delta brings, with MARK_SIZE for each mark: a fifth of what can be sent, since ops
can be larger than reckoned here."""
MARK_SIZE: Final = 64

Path = tuple[str, ...]
_Span = tuple[str, Mapping[str, Value]]


def copied(
    original: Document, rid: int, tick: Callable[[], Stamp], *, without: frozenset[str] = frozenset()
) -> tuple[Document, list[Delta]]:
    """
    Copy a document.

    Args:
        original: Read only.
        rid: Of the replica that copies.
        tick: Gives a fresh stamp of it for each delta.
        without: Keys at the top that are left out.

    Returns:
        The copy, and the deltas that make it anywhere else, in order.

    Cost: O(what is shown).
    """
    made = Document(rid)
    texts: list[Path] = []

    def fill(edit: Edit) -> None:
        for key in original.keys(()):
            if key not in without:
                texts.extend(_container(edit, original, (key,), (key,)))

    deltas = [made.edit(tick(), fill)]
    for source, target in zip(texts[::2], texts[1::2], strict=True):
        for piece in _pieces(original, source):
            deltas.append(made.edit(tick(), _writing(target, piece)))
    made.new_group()
    return made, [delta for delta in deltas if not delta.empty]


def _container(edit: Edit, original: Document, source: Path, target: Path) -> Iterator[Path]:
    """Copy what is at a path, texts excepted; yield the path of each text, there and here."""
    kind = original.kind(source)
    if kind is None:
        edit.set(target, original.value(source))
        return
    edit.make(target, kind)
    yield from _inside(edit, original, source, target, kind)


def _inside(edit: Edit, original: Document, source: Path, target: Path, kind: str) -> Iterator[Path]:
    """Copy what is in a container, which was made here already."""
    if kind == "text":
        yield source
        yield target
    elif kind == "map":
        for key in original.keys(source):
            yield from _container(edit, original, (*source, key), (*target, key))
    else:
        for item, value in original.items(source):
            inside = original.kind((*source, item))
            if inside is None:
                edit.append(target, value)
            else:
                name = edit.append(target, kind=inside)
                yield from _inside(edit, original, (*source, item), (*target, name), inside)


_Piece = list[tuple[list[_Span], Mapping[str, Value] | None]]
"""Spans, and the attributes of the block that ends behind them; None: it goes on, or is the last."""


def _pieces(original: Document, path: Path) -> Iterator[_Piece]:
    """What a text holds, cut into what one delta may bring."""
    piece: _Piece = []
    size = 0
    blocks = original.text(path).blocks()
    for number, (spans, attributes) in enumerate(blocks):
        ends = number < len(blocks) - 1
        for text, marks in spans:
            for start in range(0, len(text), PIECE_SIZE // 4):
                part = text[start : start + PIECE_SIZE // 4]
                piece.append(([(part, marks)], None))
                size += len(part.encode("utf-8", "surrogatepass")) + MARK_SIZE * len(marks)
                if size >= PIECE_SIZE:
                    yield piece
                    piece, size = [], 0
        # The newline brings its block's attributes; the last block has none, but may have attributes.
        piece.append(([("\n", {})] if ends else [], attributes))
        size += MARK_SIZE * (1 + len(attributes))
        if size >= PIECE_SIZE:
            yield piece
            piece, size = [], 0
    yield piece


def _writing(path: Path, piece: _Piece) -> Callable[[Edit], None]:
    """Return the intent that puts a piece at the end of a text."""

    def write(edit: Edit) -> None:
        text = edit.text(path)
        for spans, attributes in piece:
            for part, marks in spans:
                embed = marks.get("embed")
                if isinstance(embed, dict):
                    text.insert_embed(len(text), embed, {k: v for k, v in marks.items() if k != "embed"})
                else:
                    text.insert(len(text), part, marks)
            if attributes:
                is_last = not spans
                text.set_block(len(text) if is_last else len(text) - 1, attributes)

    return write
