"""
What may be said: one frozen dataclass per kind of message, and the way to plain values and back.

A message is ``[type, body]``; the body is a map whose keys are the field names below, and what occurs often
inside it is positional (rows.py). What it is not: bytes (pack.py, wire.py), or who may say what when
(session, roles). Invariants: a key, once shipped, is never removed or retyped; unknown keys and trailing
elements are ignored; an unknown type below FIRST_IGNORABLE is an error message, from there on it is dropped.
Source: README, "Wire".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal

from sync import limits
from sync.errors import RemoteProtocolError
from sync.protocol import codes
from sync.protocol.blobs import BLOB_KINDS, BlobMessage
from sync.protocol.fields import (
    INT_MAX,
    Body,
    Malformed,
    boolean,
    integer,
    listed,
    mapping,
    optional,
    pair,
    plain,
    row,
    struct,
    text,
)
from sync.protocol.pack import Value
from sync.protocol.rows import (
    Anchor,
    Cursor,
    Granted,
    Head,
    LoggedDelta,
    NotebookRow,
    PushedDelta,
    Rejected,
    SharedRow,
    StateChunk,
    StateEnd,
    Wanted,
    check_anchor,
    check_chain,
    check_chunk,
    check_code,
    check_count,
    check_cursor,
    check_end,
    check_granted,
    check_head,
    check_id,
    check_logged,
    check_model,
    check_name,
    check_notebook,
    check_pushed,
    check_rejected,
    check_said,
    check_shared,
    check_span,
    check_stream,
    check_wanted,
    check_word,
)

PROTOCOL: Final = 1
"""The one protocol version there is. Raised only when old and new programs could not talk at all."""

FIRST_IGNORABLE: Final = 128
"""Types from here on are hints that an older program may drop without harm."""

Id = Annotated[str, check_id]
Stream = Annotated[str, check_stream]
Code = Annotated[str, check_code]
Said = Annotated[str, check_said]
Count = Annotated[int, check_count]
Name = Annotated[str, check_name]
Word = Annotated[str, check_word]
Model = Annotated[str, check_model]
MaybeCount = Annotated[int | None, optional(check_count)]


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """The server's data model and what this connection may do with it."""

    version: Model
    min_push: Model
    mode: Code  # full send_only blocked ahead


@dataclass(frozen=True, slots=True)
class AuthSaid:
    """The state of the sign-in as the server sees it; "" before one was tried."""

    state: Code
    expires_in: MaybeCount = None  # seconds


@dataclass(frozen=True, slots=True)
class AccountSaid:
    """Who is signed in. The id is the identity, the e-mail only a hint."""

    id: Id
    email: Said = ""
    name: Name = ""


@dataclass(frozen=True, slots=True)
class Hello:
    """C, first of all, within HELLO_WAIT_MS, at most HELLO_SIZE_MAX."""

    TYPE: ClassVar[int] = 1
    proto: Annotated[tuple[int, int], check_span]  # lowest and highest spoken, both inclusive
    app: Word
    os: Word
    rid: Annotated[int, integer(1)]
    inst: Word  # random, one per installation
    model: Model
    token: Annotated[str | None, optional(text(limits.TOKEN_LENGTH_MAX))] = None
    caps: Annotated[tuple[str, ...], listed(check_word, 64)] = ()
    t0: Count = 0  # the client's clock, ms


@dataclass(frozen=True, slots=True)
class Welcome:
    """S, the answer to hello."""

    TYPE: ClassVar[int] = 2
    proto: Count
    server: Annotated[tuple[str, int], row(pair, check_word, check_count)]  # id, generation
    now: Count
    conn: Count
    model: Annotated[ModelSaid, struct(ModelSaid)]
    auth: Annotated[AuthSaid, struct(AuthSaid)]
    limits: Annotated[dict[str, Value], mapping]
    ping: Count  # ms between pings
    account: Annotated[AccountSaid | None, optional(struct(AccountSaid))] = None
    t0: Count = 0  # echo


@dataclass(frozen=True, slots=True)
class Subscribe:
    """C: follow these streams."""

    TYPE: ClassVar[int] = 10
    streams: Annotated[tuple[Wanted, ...], listed(check_wanted, limits.SUBSCRIBE_STREAMS_MAX)]


@dataclass(frozen=True, slots=True)
class Subscribed:
    """S: one row for each stream asked for, in that order."""

    TYPE: ClassVar[int] = 11
    streams: Annotated[tuple[Granted, ...], listed(check_granted, limits.SUBSCRIBE_STREAMS_MAX)]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Both: from C, stop; from S, it stopped because of ``why``."""

    TYPE: ClassVar[int] = 12
    stream: Stream
    why: Annotated[codes.EndWhy | Literal[""], check_code] = ""


@dataclass(frozen=True, slots=True)
class Push:
    """C: deltas n0, n0 + 1, … of this replica in this stream; ``prev`` is the chain at n0 - 1."""

    TYPE: ClassVar[int] = 20
    stream: Stream
    batch: Count  # chosen by the client, echoed by ack or nack
    model: Model
    n0: Annotated[int, integer(1)]
    prev: Annotated[bytes, check_chain]
    deltas: Annotated[tuple[PushedDelta, ...], listed(check_pushed, limits.BATCH_DELTAS_MAX)]


@dataclass(frozen=True, slots=True)
class Ack:
    """S: everything up to n (inclusive) is on disk or rejected for good."""

    TYPE: ClassVar[int] = 21
    stream: Stream
    batch: Count
    n: Count
    head: Count
    rejected: Annotated[tuple[Rejected, ...], listed(check_rejected, limits.BATCH_DELTAS_MAX)] = ()


@dataclass(frozen=True, slots=True)
class Nack:
    """S: nothing of the batch was consumed. Codes: see README, "Nack codes"."""

    TYPE: ClassVar[int] = 22
    stream: Stream
    batch: Count
    code: Annotated[codes.NackCode, check_code]
    after_ms: MaybeCount = None
    want_n: MaybeCount = None
    now: MaybeCount = None


@dataclass(frozen=True, slots=True)
class Deltas:
    """
    S: the log after ``from`` up to ``to`` (inclusive). Take it only when ``from`` is the cursor, else pull.

    ``own`` lists [first, end) of what this very connection pushed and is therefore not repeated.
    """

    TYPE: ClassVar[int] = 30
    stream: Stream
    from_: Count
    to: Count
    model: Model
    deltas: Annotated[tuple[LoggedDelta, ...], listed(check_logged, limits.ARRAY_LENGTH_MAX)]
    own: Annotated[tuple[tuple[int, int], ...], listed(check_span, limits.ARRAY_LENGTH_MAX)] = ()
    more: Annotated[bool, boolean] = False


@dataclass(frozen=True, slots=True)
class Received:
    """C: what has been committed, and how many bytes of deltas and state frames return to the credit."""

    TYPE: ClassVar[int] = 31
    cursors: Annotated[tuple[Cursor, ...], listed(check_cursor, limits.CONTENT_SUBSCRIPTIONS_MAX)]
    bytes: Count


@dataclass(frozen=True, slots=True)
class Poke:
    """S: a hint that streams have grown."""

    TYPE: ClassVar[int] = 32
    heads: Annotated[tuple[Head, ...], listed(check_head, limits.ARRAY_LENGTH_MAX)]


@dataclass(frozen=True, slots=True)
class Pull:
    """
    C: send what follows ``cursor`` (moving the server's idea of it); with ``documents``, only their states.

    ``full`` asks for states even where the log would do. ``id`` is echoed by the state frames for
    ``documents``.
    """

    TYPE: ClassVar[int] = 33
    stream: Stream
    epoch: Count
    cursor: Count
    documents: Annotated[tuple[str, ...], listed(check_id, limits.PULL_DOCUMENTS_MAX)] = ()
    full: Annotated[bool, boolean] = False
    id: Count = 0


@dataclass(frozen=True, slots=True)
class State:
    """S: a page of document states. Stage it; take all over at once when ``end`` comes."""

    TYPE: ClassVar[int] = 34
    stream: Stream
    epoch: Count
    to: Count  # what the cursor will be at the end; pass it back to resume
    documents: Annotated[tuple[StateChunk, ...], listed(check_chunk, limits.ARRAY_LENGTH_MAX)]
    after: Annotated[str, text(limits.ID_LENGTH)] = (
        ""  # the last document that is complete; pass it back to resume
    )
    end: Annotated[StateEnd | None, optional(check_end)] = None
    id: Count = 0  # of the pull that named documents; 0: catch-up of the whole stream


@dataclass(frozen=True, slots=True)
class Reset:
    """S: the client's copy of the stream does not belong to this log; flush, then subscribe from nothing."""

    TYPE: ClassVar[int] = 35
    stream: Stream
    epoch: Count
    why: Annotated[codes.ResetWhy, check_code]
    head: Count


@dataclass(frozen=True, slots=True)
class Presence:
    """
    Both: who is in a document and where. C says it of itself; S repeats it with conn, account and name.

    ``anchor`` and ``head`` are ends of the selection as anchors in the body's text, or None.
    """

    TYPE: ClassVar[int] = 40
    stream: Stream
    document: Annotated[str | None, optional(check_id)] = None  # None: in the notebook, in no document
    anchor: Annotated[Anchor | None, optional(check_anchor)] = None
    head: Annotated[Anchor | None, optional(check_anchor)] = None
    gone: Annotated[bool, boolean] = False
    conn: Count = 0
    account: Annotated[str, text(limits.ID_LENGTH)] = ""
    name: Name = ""


@dataclass(frozen=True, slots=True)
class Auth:
    """C, at any time: sign this connection in with a token, refresh it, or (None) sign it out."""

    TYPE: ClassVar[int] = 50
    token: Annotated[str | None, optional(text(limits.TOKEN_LENGTH_MAX))] = None


@dataclass(frozen=True, slots=True)
class AuthState:
    """S: ok expiring expired invalid revoked disabled wrong_account, or "" after signing out."""

    TYPE: ClassVar[int] = 51
    state: Code
    expires_in: MaybeCount = None  # seconds
    account: Annotated[AccountSaid | None, optional(struct(AccountSaid))] = None


@dataclass(frozen=True, slots=True)
class Call:
    """C: ask for something by name; answered by one result with the same id."""

    TYPE: ClassVar[int] = 60
    id: Count
    name: Code
    args: Annotated[dict[str, Value], mapping]


@dataclass(frozen=True, slots=True)
class Result:
    """S: the answer to a call; ``code`` is "" when it was done and names the reason when it was not."""

    TYPE: ClassVar[int] = 61
    id: Count
    code: Code = ""
    message: Said = ""
    value: Annotated[Value, plain] = None
    after_ms: MaybeCount = None


@dataclass(frozen=True, slots=True)
class Error:
    """Both: a message was refused. ``retry``: never, later, now, auth, upgrade."""

    TYPE: ClassVar[int] = 90
    code: Annotated[codes.ErrorCode, check_code]
    message: Said = ""
    retry: Annotated[codes.Retry, check_code] = "never"
    about: Count = 0  # the type of the message that was refused


@dataclass(frozen=True, slots=True)
class Bye:
    """Both: the connection closes next, on purpose."""

    TYPE: ClassVar[int] = 91
    code: Annotated[codes.ByeCode, check_code]
    message: Said = ""
    after_ms: MaybeCount = None  # come back no sooner


@dataclass(frozen=True, slots=True)
class Notice:
    """
    S: something the person or the program should know. kind "account": all my notebooks, after every change.
    """

    TYPE: ClassVar[int] = 92
    kind: Code
    notebooks: Annotated[tuple[NotebookRow, ...], listed(check_notebook, limits.NOTEBOOKS_PER_ACCOUNT)] = ()
    personal: Annotated[str, text(limits.ID_LENGTH)] = ""
    message: Said = ""
    shared: Annotated[tuple[SharedRow, ...], listed(check_shared, limits.NOTEBOOKS_PER_ACCOUNT)] = ()
    hidden: Annotated[tuple[str, ...], listed(check_id, limits.NOTEBOOKS_PER_ACCOUNT)] = ()  # deleted ones


@dataclass(frozen=True, slots=True)
class Ping:
    """Both: are you there?"""

    TYPE: ClassVar[int] = 98
    t0: Count = 0  # the sender's clock, ms


@dataclass(frozen=True, slots=True)
class Pong:
    """Both: yes. A clock sample: t0 as it was sent, now by the answering clock, ms."""

    TYPE: ClassVar[int] = 99
    t0: Count = 0
    now: Count = 0


Message = (
    Hello | Welcome | Subscribe | Subscribed | Unsubscribe | Push | Ack | Nack | Deltas | Received | Poke |
    Pull
    | State | Reset | Presence | Auth | AuthState | Call | Result | Error | Bye | Notice | Ping | Pong
    | BlobMessage
)  # fmt: skip

_ALL: Final = (
    Hello, Welcome, Subscribe, Subscribed, Unsubscribe, Push, Ack, Nack, Deltas, Received, Poke, Pull,
    State, Reset, Presence, Auth, AuthState, Call, Result, Error, Bye, Notice, Ping, Pong,
    *BLOB_KINDS,
)  # fmt: skip

KINDS: Final[dict[int, type[Message]]] = {kind.TYPE: kind for kind in _ALL}
"""Every kind that this version speaks, by type."""

_BODIES: Final[dict[int, Body]] = {number: Body.of(kind) for number, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message of a type from FIRST_IGNORABLE on: drop it."""

    type: int


def encode(message: Message) -> list[Value]:
    """Return ``[type, body]`` of a message as plain values."""
    body = _BODIES[message.TYPE].encode(message)
    if "from_" in body:
        body["from"] = body.pop("from_")
    return [message.TYPE, body]


def decode(value: Value) -> Message | Ignored:
    """
    Return the message that plain values stand for.

    Raises:
        RemoteProtocolError: ``bad_frame``, or ``unknown_kind`` for a type below FIRST_IGNORABLE that is not
            in KINDS.
    """
    try:
        if type(value) is not list or len(value) < 2:
            raise Malformed("not a message")
        number, body = integer(0, INT_MAX)(value[0]), value[1]
        codec = _BODIES.get(number)
        if codec is None:
            if number >= FIRST_IGNORABLE:
                return Ignored(number)
            raise RemoteProtocolError("unknown_kind", f"type {number} is not known here", about=number)
        if number == Deltas.TYPE and type(body) is dict and "from" in body:
            body = {**body, "from_": body["from"]}
        message: Any = codec.decode(body)
    except Malformed as error:
        raise RemoteProtocolError("bad_frame", str(error)) from error
    return message  # type: ignore[no-any-return] # a Body makes exactly the class it was built for
