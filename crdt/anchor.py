"""
Anchors: positions that survive edits. Plain and comparable, ``(rid, counter, side)``.

An anchor names an element and a side of it, or the start or end of the text by the rid EDGE. Where its
element has been deleted it stands where the element would be.
"""

from collections.abc import Sequence as Fields
from typing import TypeAlias

from crdt.errors import CausalGap, MalformedOp
from crdt.ops import COUNTER_MAX, EDGE, RID_MAX
from crdt.replicas import Replicas
from crdt.runs import COUNTER_MASK, ID_BITS
from crdt.sequence import Sequence

Anchor: TypeAlias = tuple[int, int, str]

START_ANCHOR: Anchor = (EDGE, 0, "after")
END_ANCHOR: Anchor = (EDGE, 1, "before")


def anchor_at(sequence: Sequence, replicas: Replicas, index: int, side: str) -> Anchor:
    """The anchor at a visible index within the text; see ``RichText.anchor``."""
    if side == "after":
        place = index - 1
        if place < 0:
            return START_ANCHOR
    elif side == "before":
        place = index
        if place >= sequence.length:
            return END_ANCHOR
    else:
        raise MalformedOp('the side of an anchor is "after" or "before"')
    run = sequence.seek(place)
    return (replicas.rids[run.replica], run.start + place - sequence.at, side)


def index_of(sequence: Sequence, replicas: Replicas, anchor: Fields[object]) -> int:
    """The visible index of an anchor; see ``RichText.index``."""
    if len(anchor) != 3:
        raise MalformedOp("an anchor has three fields")
    rid, counter, side = anchor
    if type(rid) is not int or type(counter) is not int or side not in ("after", "before"):
        raise MalformedOp("an anchor is (rid, counter, side)")
    if rid == EDGE:
        return sequence.length if counter else 0
    if not 0 <= rid <= RID_MAX or not 0 <= counter <= COUNTER_MAX:
        raise MalformedOp("an anchor out of range")
    if counter >= replicas.end_of(rid):
        raise CausalGap("the element of an anchor is missing")
    replica = replicas.find(rid)
    if not sequence.contains(replica, counter):
        raise MalformedOp("an anchor names no element of this text")
    run = sequence.run_of(replica << ID_BITS | (counter & COUNTER_MASK))
    at = sequence.goto(run)
    if run.hidden:
        return at
    return at + counter - run.start + (1 if side == "after" else 0)
