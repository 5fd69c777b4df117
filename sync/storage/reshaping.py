"""
Documents of a library in a newer data model, by the lenses of sync.model.

What it is not: when a library changes its model, or the transaction in which it does (crossing.py).
Invariants:
- A document migrated here is the same bytes as migrated anywhere else; its deltas keep authors, counters
  and stamps. One that no server has begins with what the lenses make, which is carried to the server like any
  delta of another replica.
- What can not be translated is said with the delta that it is about; nothing else is held up by it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from crdt import CrdtError, Delta, Document, Stamp
from sync.model.lenses import Chain
from sync.model.versions import chain
from sync.storage import documents
from sync.storage.rows import LocalChange, apply_all


class Made(NamedTuple):
    """One delta in the newer shape."""

    stamp: Stamp
    body: bytes


class Lost(NamedTuple):
    """One delta that has no counterpart in the newer shape: as it was, and why."""

    stamp: Stamp
    body: bytes
    why: str


class Reshaped(NamedTuple):
    """A document in a newer shape."""

    confirmed: bytes | None
    """The state of what a server has of it; None when none has anything."""
    unsent: list[Made]
    lost: list[Lost]


def reshaped(
    snapshot: bytes | None, confirmed: Sequence[bytes], unsent: Sequence[bytes], way: Chain
) -> Reshaped:
    """
    Bring a document into a newer shape.

    Args:
        snapshot: What a server has of it, folded; None when nothing is.
        confirmed: The deltas since that a server has.
        unsent: Those that none has, in their order.
        way: From the old model to the new one.

    Raises:
        CrdtError: What is stored is no document.

    Cost: decoding the document, and the lenses.
    """
    if snapshot is None and not confirmed:
        begun = Document(documents.READER)
        for delta in way.beginnings:
            begun.apply(delta)
        made, lost = translated(begun, unsent, way)
        return Reshaped(None, [Made(one.stamp, one.encode()) for one in way.beginnings] + made, lost)
    old = documents.state_of(snapshot)
    apply_all(old, [Delta.decode(body) for body in confirmed])
    new = way.state(old)
    state = new.encode()
    return Reshaped(state, *translated(new, unsent, way))


def translated(document: Document, unsent: Sequence[bytes], way: Chain) -> tuple[list[Made], list[Lost]]:
    """Translate deltas that follow on a document in the newer shape; it takes them in."""
    made: list[Made] = []
    lost: list[Lost] = []
    for body in unsent:
        delta = Delta.decode(body)
        try:
            found = way.delta(document, delta)
            document.apply(found)
            made.append(Made(found.stamp, found.encode()))
        except CrdtError as error:
            lost.append(Lost(delta.stamp, body, str(error)))
    return made, lost


def reshaped_late(
    connection: sqlite3.Connection, change: LocalChange, model: str, before: Sequence[LocalChange]
) -> list[LocalChange]:
    """
    Return what a change becomes that was made in an older shape than the library has by now.

    Views go on in the old shape until they have loaded anew.

    Args:
        change: It names the model in which it was made.
        model: The library's.
        before: Changes that are stored ahead of it, in the same commit.

    Raises:
        CrdtError: It makes no sense on what the document has become.
    """
    assert change.model is not None
    way = chain(change.stream.partition("/")[2], change.model, model)
    current = change._replace(model=None, summary=None)
    if way.is_empty:
        return [current]
    stored = documents.load(connection, change.document)
    document = Document(documents.READER) if stored is None else stored.build(documents.READER)
    earlier = [one.delta for one in before if one.document == change.document]
    begun = [] if stored is not None or earlier else list(way.beginnings)
    for delta in (*earlier, *begun):
        document.apply(delta)
    carried = [current._replace(delta=delta, carried=True) for delta in begun]
    return [*carried, current._replace(delta=way.delta(document, change.delta))]
