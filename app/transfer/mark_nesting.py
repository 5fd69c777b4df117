"""
Nesting: overlapping marks of spans become tags that open and close like brackets.

Marks of a note may overlap freely; Markdown and HTML can only nest. Of the marks that begin together the one
that reaches farthest is opened first, so that few tags have to be closed and opened again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from app.transfer.blocks import Marks, Span, encode_value

_OUTERMOST = ("link", "colour", "highlight", "bold", "italic", "underline", "strike", "code")
"""The order of marks that begin and end together; others stand outside of all."""


class Turn(NamedTuple):
    """A mark begins or ends here."""

    turn: Literal["open", "close"]
    kind: str
    value: Any


def nested(spans: list[Span]) -> Iterator[Turn | Span]:
    """
    Spans with the turns between them; every `open` has its `close`, and pairs nest.

    Args:
        spans: Tidied; the marks of the spans that come out are unchanged.

    Cost: O(spans * marks).
    """
    reach = _reaches(spans)
    stack: list[tuple[str, Any]] = []
    for index, span in enumerate(spans):
        wanted = _marks(span)
        kept = next((at for at, mark in enumerate(stack) if not _has(wanted, mark)), len(stack))
        yield from (Turn("close", kind, value) for kind, value in reversed(stack[kept:]))
        del stack[kept:]
        fresh = [mark for mark in wanted.items() if mark not in stack]
        fresh.sort(key=lambda mark: (-reach[index][mark[0]], _rank(mark[0]), mark[0]))
        for kind, value in fresh:
            stack.append((kind, value))
            yield Turn("open", kind, value)
        yield span
    yield from (Turn("close", kind, value) for kind, value in reversed(stack))


def _marks(span: Span) -> Marks:
    """The marks of a span, without the embed, which is content."""
    return {kind: value for kind, value in span[1].items() if kind != "embed"}


def _has(marks: Marks, mark: tuple[str, Any]) -> bool:
    """Whether the mark is there with the same value; True and 1 are different values."""
    kind, value = mark
    return kind in marks and same_value(marks[kind], value)


def same_value(one: Any, other: Any) -> bool:
    """Equality that tells True from 1 and 1 from 1.0, at every depth."""
    if one is other:
        return True
    return bool(one == other) and encode_value(one) == encode_value(other)


def _reaches(spans: list[Span]) -> list[dict[str, int]]:
    """For each span and each of its marks: the index of the last span that the mark reaches unbroken."""
    reaches: list[dict[str, int]] = []
    later: Marks = {}
    for index in range(len(spans) - 1, -1, -1):
        marks = _marks(spans[index])
        known = reaches[-1] if reaches else {}
        reaches.append(
            {kind: known[kind] if _has(later, (kind, value)) else index for kind, value in marks.items()}
        )
        later = marks
    reaches.reverse()
    return reaches


def _rank(kind: str) -> int:
    """The place of a kind among those that begin and end together."""
    return _OUTERMOST.index(kind) if kind in _OUTERMOST else -1
