"""
The positional parts of messages: what occurs often enough that its keys would outweigh it, and how each is
checked.

What it is not: the messages themselves (messages.py). Invariants: an element, once shipped, keeps its place
and type; new ones are added at the end, with a default. Source: README, "Wire".
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sync import limits
from sync.protocol.chain import CHAIN_SIZE
from sync.protocol.codes import RejectCode
from sync.protocol.fields import INT_MAX, binary, integer, listed, optional, pair, row, text

ID_PATTERN: Final = r"[A-Za-z0-9_-]{22}"
STREAM_PATTERN: Final = ID_PATTERN + r"/[a-z]{1,32}"
MODEL_PATTERN: Final = r"[0-9]{1,4}\.[0-9]{1,4}"

Anchor = tuple[int, int, str]
"""A place in a text that survives edits: (rid, counter, side), as crdt.anchor makes it."""


class Wanted(NamedTuple):
    """One stream of a subscribe: where the client stands. epoch 0: it never had the stream."""

    stream: str
    want: str  # "content" or "head"
    epoch: int
    cursor: int
    last_n: int
    chain: bytes
    after: str = ""  # resume a state transfer behind this document id …
    to: int = 0  # … whose end was announced as this cursor; 0: no transfer under way


class Granted(NamedTuple):
    """One stream of a subscribed. With another status than "ok" the rest is zero."""

    stream: str
    status: str  # "ok", "none" (no access, or no such stream), "parked" (sign in first), "limit"
    role: str
    epoch: int
    head: int
    floor: int
    last_n: int  # is itself an ack
    chain: bytes
    via: str  # "log", "state", "none" (nothing will be sent), "reset" (start again from nothing)


class PushedDelta(NamedTuple):
    """One delta of a push; its n is n0 plus its place."""

    document: str
    body: bytes


class Rejected(NamedTuple):
    """One delta of a push that was consumed but not accepted."""

    n: int
    code: RejectCode
    message: str
    document: str | None = None
    seq: int | None = None  # of the document's state on the server
    state: bytes | None = None  # that state, when it is small; otherwise pull it


class LoggedDelta(NamedTuple):
    """One delta of a stream's log."""

    seq: int
    document: str
    body: bytes


class StateChunk(NamedTuple):
    """A piece of one document's encoded state: total bytes in all, this one from offset."""

    document: str
    seq: int  # the last of the stream's seqs that is in this state and touched the document
    offset: int
    total: int
    chunk: bytes


class StateEnd(NamedTuple):
    """The end of a state transfer: set the cursor to ``to`` in the transaction that takes the states over."""

    to: int
    documents: int  # complete ones sent since the (re)start of the transfer on this connection
    digest: bytes  # chain_next over them, from CHAIN_START


class Head(NamedTuple):
    """How far a stream's log reaches."""

    stream: str
    head: int


class Cursor(NamedTuple):
    """How far a client has committed a stream."""

    stream: str
    cursor: int


class NotebookRow(NamedTuple):
    """One notebook of the account, with the role the account has in it."""

    id: str
    name: str
    role: str


class SharedRow(NamedTuple):
    """What is special about one notebook of the account: who else is there, and where the role differs."""

    id: str
    members: int  # the account itself counted
    note: str = ""  # the document that the notebook was made for, when it is one note shared by itself
    collections: tuple[tuple[str, str], ...] = ()  # (collection, role), role "none" included


check_id = text(limits.ID_LENGTH, ID_PATTERN)
check_stream = text(limits.STREAM_LENGTH_MAX, STREAM_PATTERN)
check_code = text(32, r"[a-z_]*")
check_said = text(1_000)
check_name = text(limits.NAME_LENGTH_MAX)
check_word = text(64)
check_count = integer()
check_chain = binary(CHAIN_SIZE, CHAIN_SIZE)
check_body = binary(
    limits.FRAME_SIZE_MAX
)  # beyond DELTA_SIZE_MAX it is rejected by itself, not with its frame

check_wanted = row(
    Wanted,
    check_stream,
    check_code,
    check_count,
    check_count,
    check_count,
    check_chain,
    text(limits.ID_LENGTH),
    check_count,
    required=6,
)
check_granted = row(
    Granted,
    check_stream,
    check_code,
    check_code,
    check_count,
    check_count,
    check_count,
    check_count,
    check_chain,
    check_code,
)
check_pushed = row(PushedDelta, check_id, check_body)
check_rejected = row(
    Rejected,
    check_count,
    check_code,
    check_said,
    optional(check_id),
    optional(check_count),
    optional(binary(limits.STATE_CHUNK_SIZE_MAX)),
    required=3,
)
check_logged = row(LoggedDelta, check_count, check_id, check_body)
check_chunk = row(
    StateChunk, check_id, check_count, check_count, check_count, binary(limits.STATE_CHUNK_SIZE_MAX)
)
check_end = row(StateEnd, check_count, check_count, check_chain)
check_notebook = row(NotebookRow, check_id, check_name, check_code)
check_shared = row(
    SharedRow,
    check_id,
    check_count,
    text(limits.ID_LENGTH),
    listed(row(pair, check_code, check_code), 16),
    required=2,
)
check_cursor = row(Cursor, check_stream, check_count)
check_head = row(Head, check_stream, check_count)
check_span = row(pair, check_count, check_count)
check_model = text(9, MODEL_PATTERN)
# The edges of a text have a rid below zero.
check_anchor = row(pair, integer(-8, INT_MAX), check_count, text(8, "after|before"))
