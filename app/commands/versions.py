"""
Versions of a note by name, and the body rewritten to one of them as an ordinary edit.

A version is named after the burst that led to it, "<replica>.<end>" in base 36, so that its name stays when
more bursts arrive. Not here: reading the past (`crdt.history`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from app.refusals import Refused
from app.transfer.blocks import Attributes, Block, Marks, Span
from app.transfer.body import BODY
from crdt import Burst, Document, Edit, Version

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def version_name(burst: Burst) -> str:
    """The name of the version right after a burst."""
    return f"{_base36(burst.rid)}.{burst.end}"


def _base36(number: int) -> str:
    """A positive integer in base 36."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def find_version(document: Document, name: str) -> Version:
    """
    The version with a name: all bursts up to that one, in the order of the history.

    Raises:
        Refused: there is none.
    """
    ends: dict[int, int] = {}
    for burst in document.history():
        ends[burst.rid] = max(burst.end, ends.get(burst.rid, 0))
        if version_name(burst) == name:
            return Version(ends)
    raise Refused("unknown_version", version=name)


def past_blocks(document: Document, version: Version) -> list[Block]:
    """The body as it was at a version."""
    return [(list(spans), dict(attributes)) for spans, attributes in document.text(BODY).at(version).blocks()]


def rewrite_body(edit: Edit, now: list[Block], wanted: list[Block]) -> None:
    """
    Make the body what `wanted` says, touching only what differs.

    Args:
        edit: Of the note.
        now: The blocks that the body has.
        wanted: Those that it shall have.

    Cost: O(text).
    """
    body = edit.text(BODY)
    old, new = _letters(now), _letters(wanted)
    head = _common(zip(old, new, strict=False))
    tail = _common(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    body.delete(head, len(old) - head - tail)
    _insert(body, head, new[head : len(new) - tail])
    fresh: list[Marks] = [{} for _ in new[head : len(new) - tail]]
    marks = [*(marks for _, marks in old[:head]), *fresh, *(marks for _, marks in old[len(old) - tail :])]
    for start, end, kind, value in _differences(marks, [marks for _, marks in new]):
        body.format(start, end, kind, value)
    at = 0
    for spans, attributes in wanted:
        at += sum(len(text) for text, _ in spans)
        body.set_block(at, {**_all_removed(now), **attributes})
        at += 1


def _letters(blocks: list[Block]) -> list[Span]:
    """Every code point of a body with its marks, newlines included."""
    letters: list[Span] = []
    for number, (spans, _) in enumerate(blocks):
        if number:
            letters.append(("\n", {}))
        letters.extend((letter, marks) for text, marks in spans for letter in text)
    return letters


def _content(letter: Span) -> tuple[str, Any]:
    """What makes two code points the same one: the letter, or the embed."""
    return letter[0], letter[1].get("embed")


def _common(pairs: Iterable[tuple[Span, Span]]) -> int:
    """How many pairs from the first on are the same."""
    count = 0
    for one, other in pairs:
        if _content(one) != _content(other):
            break
        count += 1
    return count


def _insert(body: Any, at: int, letters: list[Span]) -> None:
    """Insert code points without their marks; embeds as embeds."""
    run = ""
    for letter, marks in letters:
        if "embed" not in marks:
            run += letter
            continue
        body.insert(at, run, {})
        at += len(run)
        body.insert_embed(at, marks["embed"], {})
        at += 1
        run = ""
    body.insert(at, run, {})


def _differences(now: list[Marks], wanted: list[Marks]) -> Iterator[tuple[int, int, str, Any]]:
    """Stretches whose mark of a kind has to change, and to what; newlines carry none that matter."""
    for kind in sorted({kind for marks in (*now, *wanted) for kind in marks} - {"embed"}):
        end = 0
        pairs = ((one.get(kind), other.get(kind)) for one, other in zip(now, wanted, strict=True))
        for target, group in groupby(_SAME if one == other else other for one, other in pairs):
            start, end = end, end + sum(1 for _ in group)
            if target is not _SAME:
                yield start, end, kind, target


_SAME: Any = object()
"""Stands for "as it is" among values of marks."""


def _all_removed(blocks: list[Block]) -> Attributes:
    """Every attribute that any block has, set to nothing."""
    return {name: None for _, attributes in blocks for name in attributes}
