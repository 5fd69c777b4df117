"""
A note's past, ready to be shown: its bursts by person, and the text between two of its versions.

Plain functions of a document, without Qt; run on a thread of their own, for a long note takes a while. Not
here: reading the past (`crdt.history`), showing it (`widgets.history_panel`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crdt import Burst, Document, Version
from crdt.history import DELETED, INSERTED, KEPT
from crdt.text import RichText
from sync.model.lenses import made_by_lens

BODY = ("body",)

# Bursts of one person with shorter pauses between them are one line of the timeline.
SITTING_MS = 10 * 60_000

Spans = list[tuple[str, dict[str, Any]]]
Blocks = list[tuple[Spans, dict[str, Any]]]


class Sitting(NamedTuple):
    """What one replica wrote in one go: the bursts first <= i < stop of the history."""

    rid: int
    begun_ms: int
    ended_ms: int
    first: int
    stop: int


class Tint(NamedTuple):
    """A stretch of the text that is shown, start <= i < end in code points."""

    start: int
    end: int
    tone: str | int
    """`inserted`, `deleted`, or the replica that wrote it."""


class Past(NamedTuple):
    """A text to show."""

    blocks: Blocks
    tints: list[Tint]
    added: int
    """Code points that the newer version has and the older has not."""
    removed: int


def sittings(bursts: Sequence[Burst]) -> list[Sitting]:
    """The history as a timeline, the oldest first."""
    found: list[Sitting] = []
    for number, burst in enumerate(bursts):
        last = found[-1] if found else None
        if last is not None and last.rid == burst.rid and burst.ms - last.ended_ms <= SITTING_MS:
            found[-1] = last._replace(ended_ms=burst.ms, stop=number + 1)
        else:
            found.append(Sitting(burst.rid, burst.ms, burst.ms, number, number + 1))
    return found


def version_at(bursts: Sequence[Burst], count: int) -> Version:
    """The version after the first `count` bursts."""
    ends: dict[int, int] = {}
    for burst in bursts[:count]:
        ends[burst.rid] = max(burst.end, ends.get(burst.rid, 0))
    return Version(ends)


def news_since(document: Document, seen: Mapping[int, int], mine: set[int]) -> set[int]:
    """The replicas of others that have written since a version was seen; none where all was seen."""
    nobody = {rid for rid, ms in document.written_ms().items() if made_by_lens(rid, ms)}
    new = {rid for rid, end in document.version().encode().items() if end > seen.get(rid, 0)}
    return new - mine - nobody


def changes_between(document: Document, old: Version, new: Version) -> Past:
    """The text at `new`, with what `old` had beside it, and what differs tinted. Cost: O(elements)."""
    body = document.text(BODY)
    before, after = body.at(old).blocks(), body.at(new).blocks()
    builder = _Builder()
    added = removed = old_block = new_block = 0
    for stretch in body.difference(old, new):
        marks = dict(stretch.before if stretch.kind == DELETED else stretch.after)
        if stretch.kind == DELETED:
            marks["strike"] = True
            removed += len(stretch.text)
        elif stretch.kind == INSERTED:
            added += len(stretch.text)
        start = builder.length
        lines = stretch.text.split("\n")
        for number, line in enumerate(lines):
            builder.write(line, marks)
            if number == len(lines) - 1:
                break
            builder.end_block(before[old_block][1] if stretch.kind == DELETED else after[new_block][1])
            old_block += stretch.kind in (KEPT, DELETED)
            new_block += stretch.kind in (KEPT, INSERTED)
        if stretch.kind != KEPT:
            builder.tint(start, stretch.kind)
    builder.end_block(after[-1][1])
    return Past(builder.blocks, builder.tints, added, removed)


def authors_at(document: Document, version: Version) -> Past:
    """The text at a version, tinted by who wrote it."""
    body: RichText = document.text(BODY)
    moment = body.at(version)
    blocks = [(list(spans), dict(attributes)) for spans, attributes in moment.blocks()]
    tints = [Tint(start, end, rid) for start, end, rid in moment.authors()]
    return Past(blocks, tints, 0, 0)


class _Builder:
    """Puts blocks together from stretches."""

    def __init__(self) -> None:
        self.blocks: Blocks = []
        self.tints: list[Tint] = []
        self.length = 0
        self._spans: Spans = []

    def write(self, text: str, marks: dict[str, Any]) -> None:
        """Add to the block in hand."""
        if text:
            self._spans.append((text, marks))
            self.length += len(text)

    def end_block(self, attributes: Mapping[str, Any]) -> None:
        """End the block in hand."""
        self.blocks.append((self._spans, dict(attributes)))
        self._spans = []
        self.length += 1

    def tint(self, start: int, tone: str) -> None:
        """Tint what was written since `start`."""
        self.tints.append(Tint(start, self.length, tone))
