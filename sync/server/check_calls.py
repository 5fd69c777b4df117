"""
The calls by which a client checks its copy of a stream, and gives back what a restored server lacks.

What it is not: comparing (checking.py). Invariants: the role is looked up when the call is decided; no access
is answered like no such stream.

Source: README, "Checking and mending".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sync.limits import BATCH_DELTAS_MAX, BATCH_SIZE_MAX, CHECK_DOCUMENTS_MAX
from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_SIZE
from sync.server import checking, roles
from sync.server.core import Written
from sync.server.people import CallRefused
from sync.server.session import Effect, Session, Work
from sync.storage.server_store import StreamRow


def check(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """
    ``{stream, epoch, cursor, after, upto, documents: [[id, digest]]}``: which documents of the stream, those
    behind ``after`` up to ``upto`` ("": all), are not here as the client has them.

    Answers ``{differ: [id], unknown: [id]}``: the second are those that are not here at all. Code ``moved``:
    the log is another one.
    """
    args, core = call.args, session.realm.core

    def decide() -> Any:
        stream = _stream(session, args)
        digests = _digests(args.get("documents"))
        after, upto = args.get("after"), args.get("upto")
        if not isinstance(after, str) or not isinstance(upto, str) or type(args.get("cursor")) is not int:
            raise CallRefused("bad_args", "after and upto are ids, cursor a number")
        if args.get("epoch") != stream.epoch:
            raise CallRefused("moved", "the log is another one")
        differ, unknown = checking.compare(core, stream, args["cursor"], after, upto, digests)
        return {"differ": differ, "unknown": unknown}

    return [Work("store", _caught(decide), lambda came: _say(session, call, came))]


def give_back(session: Session, call: m.Call, now_ms: int) -> list[Effect]:
    """
    ``{stream, document, deltas: [bytes]}``: deltas that the server lost, whoever wrote them.

    Answers ``{taken}``, how many of them stand. Code ``none``: the server was not restored lately;
    ``forbidden``: the role may not write the collection.
    """
    realm, identity = session.realm, session.identity
    assert identity is not None

    def decide() -> Any:
        stream = _stream(session, call.args)
        document, bodies = call.args.get("document"), call.args.get("deltas")
        if not isinstance(document, str) or not roles.is_id(document):
            raise CallRefused("bad_args", "document is an id")
        if not isinstance(bodies, list) or not all(isinstance(body, bytes) for body in bodies):
            raise CallRefused("bad_args", "deltas are bytes")
        if not 0 < len(bodies) <= BATCH_DELTAS_MAX or (
            len(bodies) > 1 and sum(map(len, bodies)) > BATCH_SIZE_MAX
        ):
            raise CallRefused("too_big", f"at most {BATCH_DELTAS_MAX} deltas, {BATCH_SIZE_MAX} bytes")
        if not roles.may_write(realm.people.role_in(identity.account, stream.id), stream.collection):
            raise CallRefused("forbidden")
        since_ms = realm.restored_ms
        if since_ms is None or now_ms - since_ms > checking.MENDING_MS:
            raise CallRefused("none", "this server was not restored lately")
        return checking.give_back(realm.core, stream, document, bodies, now_ms)

    def done(came: tuple[int, Written] | CallRefused) -> list[Effect]:
        if isinstance(came, CallRefused):
            return _say(session, call, came)
        taken, written = came
        session.hub.committed(written.segments)
        return _say(session, call, {"taken": taken})

    return [Work("store", _caught(decide), done)]


def _stream(session: Session, args: dict[str, Any]) -> StreamRow:
    """Return the stream of a call, which the caller may read. Raises CallRefused."""
    assert session.identity is not None
    name = args.get("stream")
    stream = session.realm.core.stream(name) if isinstance(name, str) else None
    if stream is None or not roles.may_read(
        session.realm.people.role_in(session.identity.account, stream.id)
    ):
        raise CallRefused("none", "no access, or no such stream")
    return stream


def _digests(rows: Any) -> dict[str, bytes]:
    """Return the digests of a check. Raises CallRefused."""
    if not isinstance(rows, list) or len(rows) > CHECK_DOCUMENTS_MAX:
        raise CallRefused("bad_args", f"documents are at most {CHECK_DOCUMENTS_MAX} rows")
    found: dict[str, bytes] = {}
    for row in rows:
        if not isinstance(row, list) or len(row) < 2 or not isinstance(row[0], str):
            raise CallRefused("bad_args", "a row is an id and a digest")
        if not isinstance(row[1], bytes) or len(row[1]) not in (0, CHAIN_SIZE):
            raise CallRefused("bad_args", f"a digest has {CHAIN_SIZE} bytes")
        found[row[0]] = row[1]
    return found


def _caught(decide: Callable[[], Any]) -> Callable[[], Any]:
    """Return a refusal as an answer."""

    def call() -> Any:
        try:
            return decide()
        except CallRefused as refused:
            return refused

    return call


def _say(session: Session, call: m.Call, came: Any) -> list[Effect]:
    if isinstance(came, CallRefused):
        session.say(m.Result(call.id, came.code, str(came)))
    else:
        session.say(m.Result(call.id, value=came))
    return []
