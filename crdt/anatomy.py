"""
What a text is made of, for people who want to see it: every run in the order of the sequence, tombstones too.

Reads only. Not here: what any of it means (``crdt.runs``, README).
"""

from bisect import bisect_right
from typing import NamedTuple

from crdt.patch import Marks, Value
from crdt.runs import COUNTER_MASK, ID_BITS, Run
from crdt.text import RichText

Element = tuple[int, int]
"""(rid, counter)."""


class RunShape(NamedTuple):
    """Elements of one replica with consecutive counters that stand side by side."""

    rid: int
    start: int
    """The counter of the first element."""
    text: str
    """Of its elements, whether they are visible or not."""
    hidden: int
    """For how many reasons they are hidden: 0 is visible, more is a tombstone."""
    at: int
    """Where the run stands in the visible text."""
    marks: Marks
    left: Element | None
    """What stood left of the first element when it was typed; None for the beginning."""
    right: Element | None
    """What stood right of it; None for the end."""
    group: int
    """The counter that opened the edit group it was typed in."""


class MarkShape(NamedTuple):
    """One formatting of a range."""

    rid: int
    counter: int
    kind: str
    value: Value
    live: bool


def runs_of(text: RichText) -> list[RunShape]:
    """All runs of a text in their order. Cost: O(runs + elements)."""
    found: list[RunShape] = []
    index = 0
    for chunk in text._sequence.chunks:
        for run in chunk.runs:
            if run.replica >= 0:
                found.append(_shape(text, run, index))
                index += 0 if run.hidden else run.length
    return found


def marks_of(text: RichText) -> list[MarkShape]:
    """All marks of a text, by replica and counter."""
    rids = text._replicas.rids
    found = [
        MarkShape(rids[mark.replica], mark.counter, str(mark.kind), mark.value, bool(mark.live))
        for mark in text._marks.marks
    ]
    return sorted(found, key=_by_id)


def _by_id(mark: MarkShape) -> tuple[int, int]:
    return (mark.rid, mark.counter)


def _shape(text: RichText, run: Run, index: int) -> RunShape:
    replicas = text._replicas
    characters = text._sequence.replicas[run.replica].characters.between(run.start, run.start + run.length)
    starts = replicas.group_starts[run.replica]
    place = bisect_right(starts, run.start) - 1
    return RunShape(
        replicas.rids[run.replica],
        run.start,
        characters,
        run.hidden,
        index,
        dict(text._marks.resolve(run.marks)),
        _element(text, run.left),
        _element(text, run.right),
        starts[place] if place >= 0 else 0,
    )


def _element(text: RichText, packed: int) -> Element | None:
    return None if packed < 0 else (text._replicas.rids[packed >> ID_BITS], packed & COUNTER_MASK)
