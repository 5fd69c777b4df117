"""
Edits of a note's body as plain values: what a command wants, and what the binding found a person has done.

A list of them is carried out in order, each index counting in the text as the ones before left it. The same
list is played into the CRDT and shown in the view (`surface`), so both see one meaning. No Qt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from app.editor.keys import EMBED, OBJECT, Marks
from crdt.ops import INSERT_LENGTH_MAX


class Insert(NamedTuple):
    """Insert text with exactly these marks; None: those the place gives, for text of newlines only."""

    at: int
    text: str
    marks: Marks | None


class InsertEmbed(NamedTuple):
    """Insert one embed with exactly these marks."""

    at: int
    payload: Marks
    marks: Marks


class Delete(NamedTuple):
    """Delete code points."""

    at: int
    length: int


class Format(NamedTuple):
    """Set one kind of mark on start <= i < end; the value None takes it away."""

    start: int
    end: int
    kind: str
    value: Any


class SetBlock(NamedTuple):
    """Set attributes of the block around `at`; those not named stay, the value None removes one."""

    at: int
    attributes: Marks


Operation = Insert | InsertEmbed | Delete | Format | SetBlock


class Writable(Protocol):
    """What operations are played into: `RichText` or a document's `TextEdit`."""

    def insert(self, index: int, text: str, marks: Mapping[str, Any] | None = None, /) -> object:
        """Insert text."""

    def insert_embed(
        self, index: int, payload: Mapping[str, Any], marks: Mapping[str, Any] | None = None, /
    ) -> object:
        """Insert an embed."""

    def delete(self, index: int, count: int, /) -> object:
        """Delete text."""

    def format(self, start: int, end: int, kind: str, value: Any, /) -> object:
        """Set or take away a mark."""

    def set_block(self, index: int, attributes: Mapping[str, Any], /) -> object:
        """Set attributes of a block."""


def play(operations: Sequence[Operation], text: Writable) -> None:
    """
    Carry operations out.

    Raises:
        CrdtError: One of them asks for what cannot be.
    """
    for operation in operations:
        match operation:
            case Insert(index, inserted, marks):
                text.insert(index, inserted, marks)
            case InsertEmbed(index, payload, marks):
                text.insert_embed(index, payload, marks)
            case Delete(index, count):
                text.delete(index, count)
            case Format(start, end, kind, value):
                text.format(start, end, kind, value)
            case SetBlock(index, attributes):
                text.set_block(index, attributes)


def inserted_spans(index: int, spans: Sequence[tuple[str, Marks]]) -> list[Operation]:
    """
    Say how to insert formatted text, newlines included, at an index.

    A newline goes with the stretch before it, whatever marks it is given; a span with an embed holds one
    embed for each character.
    """
    made: list[Operation] = []
    for text, marks in spans:
        last = made[-1] if made else None
        if EMBED in marks and text == OBJECT * len(text):
            rest = {kind: value for kind, value in marks.items() if kind != EMBED}
            made.extend(InsertEmbed(index + n, marks[EMBED], rest) for n in range(len(text)))
        elif isinstance(last, Insert) and (text == "\n" or (last.marks or {}) == marks) and _fits(last, text):
            made[-1] = Insert(
                last.at, last.text + text, marks if last.marks is None and text != "\n" else last.marks
            )
        elif text:
            made.append(Insert(index, text, None if text == "\n" else marks))
        index += len(text)
    return made


def _fits(last: Insert, text: str) -> bool:
    """Whether one op can carry both."""
    return len(last.text) + len(text) <= INSERT_LENGTH_MAX
