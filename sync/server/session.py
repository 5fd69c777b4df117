"""
One connection from hello to close: what it may say now, and what is done about it. Decisions only.

``receive`` takes a frame and returns effects; what it says itself goes into the control lane of its link.
What it is not: a socket (service.py), delivery (hub.py), the calls (calls.py). Invariants: the right of every
message is looked up in one table before the message is looked at; before signing in nothing reaches the store
but a token or a password; the identity comes from the token, never from a message.

Source: README, "A connection".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sync import limits
from sync.errors import AuthFailed, RemoteProtocolError
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.codes import CloseReason, Retry, TurnedAway
from sync.server import auth, roles, subscribing
from sync.server.core import Answer
from sync.server.hub import Hub
from sync.server.ingest import Batch
from sync.server.limiter import Limiter, Pace
from sync.server.link import Link, Transfer
from sync.server.people import Device, Identity
from sync.server.realm import Realm

PULLS_MAX: Final = 8
"""Answers to pulls that a connection may have waiting."""

FRAMES_PACE: Final = Pace(burst=2_000, per_second=500)
"""Frames of one connection: four times what typing, presence and acks of a busy window come to."""

REFUSED: Final[Mapping[str, tuple[TurnedAway, str, Retry]]] = {
    "rid_taken": ("rid_taken", "this replica id belongs to another device: take a new one", "now"),
    "connections": ("connections", "too many connections of this account", "later"),
}
"""Why a connection with a valid token is closed: what it is told, and when it may come back."""


@dataclass(frozen=True, slots=True)
class Work:
    """Do something elsewhere, then go on with what came of it. The connection reads nothing meanwhile."""

    where: str  # "store": on the store's thread; "hash": in the password pool
    call: Callable[[], Any]
    then: Callable[[Any], list[Effect]]


@dataclass(frozen=True, slots=True)
class Submit:
    """Put a batch into the writer's queue; ``Session.answered`` is called once it is decided and on disk."""

    batch: Batch


@dataclass(frozen=True, slots=True)
class Close:
    """Send what was said, then close."""

    code: int  # of WebSocket: 1000 normal, 1001 going away, 1002 protocol error, 1008 policy
    reason: CloseReason


Effect = Work | Submit | Close


class Session:
    """One connection. Not signed in: ``identity`` is None; lapsed: ``link.parked`` with an identity."""

    def __init__(self, realm: Realm, hub: Hub, link: Link, address: str, now_ms: int) -> None:
        """
        Start before hello.

        Args:
            realm: What all connections share.
            hub: Where ``link`` is connected.
            link: This connection's.
            address: Where it comes from, for rate limits.
            now_ms: The time.
        """
        self.realm: Final = realm
        self.hub: Final = hub
        self.link: Final = link
        self.address: Final = address
        self.hello: m.Hello | None = None
        self.device = Device("", "", "", 0, address)
        self.mode = "full"
        self.identity: Identity | None = None
        self.in_flight = 0
        self.in_flight_bytes = 0
        self._heard_ms = now_ms
        self._warned = False
        self._frames: Final = Limiter(FRAMES_PACE)
        self._does: Final[dict[type[Any], Callable[[Any, int], list[Effect]]]] = {
            m.Hello: self._hello, m.Subscribe: self._subscribe, m.Unsubscribe: self._unsubscribe,
            m.Push: self._push, m.Received: self._received, m.Pull: self._pull, m.Presence: self._presence,
            m.Auth: self._auth, m.Call: self._call, m.Error: _nothing, m.Bye: self._bye, m.Ping: self._ping,
            m.Pong: _nothing,
        }  # fmt: skip

    @property
    def signed_in(self) -> bool:
        """Whether the connection has a sign-in that is valid now."""
        return self.identity is not None and not self.link.parked

    @property
    def _reads(self) -> str | None:
        """The data model of what the connection is sent; None: nothing of streams."""
        return self.hello.model if self.hello is not None and self.mode == "full" else None

    @property
    def full(self) -> bool:
        """Whether no more pushes may be read until some are answered."""
        return (
            self.in_flight >= limits.IN_FLIGHT_BATCHES_MAX
            or self.in_flight_bytes >= limits.IN_FLIGHT_SIZE_MAX
        )

    # --- what comes in -----------------------------------------------------------------------------

    def receive(self, frame: bytes, now_ms: int) -> list[Effect]:
        """Take one frame. Costs of hostile frames are bounded by their length."""
        self._heard_ms = now_ms
        size_max = limits.FRAME_SIZE_MAX if self.hello is not None else limits.HELLO_SIZE_MAX
        try:
            message = wire.decode(frame, size_max)
        except RemoteProtocolError as error:
            self.say(m.Error(error.code, str(error)[:200], about=error.about))
            if error.code == "unknown_kind" and self.hello is not None:
                return []
            return [Close(1002, error.code)]
        if isinstance(message, m.Ignored):
            return []
        refusal = self._refusal(message, len(frame))
        if refusal is not None:
            return refusal
        return self._does[type(message)](message, now_ms)

    def pace(self, now_ms: int) -> int:
        """Count one more frame; return how many milliseconds to wait before it is taken."""
        return self._frames.take("", now_ms)

    def refuse_text(self) -> list[Effect]:
        """Take a text frame, which this protocol does not have."""
        self.say(m.Error("bad_frame", "a text frame"))
        return [Close(1002, "bad_frame")]

    def tick(self, now_ms: int) -> list[Effect]:
        """Look at the clock: at least once a second."""
        if self.hello is None:
            return [Close(1008, "hello")] if now_ms - self._heard_ms >= limits.HELLO_WAIT_MS else []
        if now_ms - self._heard_ms >= 2 * limits.SILENCE_MS_MAX:  # twice what a client waits: it closes first
            return [Close(1001, "silence")]
        if self.identity is not None and not self.link.parked:
            left_ms = self.identity.expires_ms - now_ms
            if left_ms <= 0:
                self.lapse("expired")
            elif left_ms <= auth.TOKEN_EXPIRING_MS and not self._warned:
                self._warned = True
                self.say(m.AuthState("expiring", left_ms // 1000, self.identity.said()))
        return []

    def answered(self, batch: Batch, answer: Answer) -> None:
        """Take the outcome of a batch."""
        self.in_flight -= 1
        self.in_flight_bytes -= _size(batch)
        if answer.own is not None:
            self.hub.own(self.link.conn, batch.stream, answer.own)
        self.say(answer.message)

    def say(self, *messages: m.Message) -> None:
        """Say something, before everything else that waits to be sent."""
        self.link.say(*messages)

    # --- what happens to the account elsewhere -----------------------------------------------------

    def end(self, sign_ins: Sequence[int], state: str) -> None:
        """Lapse if this connection's sign-in is among those that were ended."""
        if self.identity is not None and self.identity.sign_in in sign_ins and not self.link.parked:
            self.lapse(state)

    def lapse(self, state: str) -> None:
        """Park the connection: its sign-in is no longer valid. Its streams resume after ``auth``."""
        self.link.parked = True
        self.link.presence.clear()
        self.say(m.AuthState(state, account=self.identity.said() if self.identity is not None else None))

    def refresh(self) -> list[Effect]:
        """Tell the connection its notebooks again, and stop what it may no longer follow."""
        identity = self.identity
        if identity is None:
            return []
        people = self.realm.people
        return [
            Work(
                "store",
                lambda: (people.notice(identity), dict(people.roles(identity.account))),
                self._refreshed,
            )
        ]

    def _refreshed(self, came: tuple[m.Notice, dict[str, roles.Grant]]) -> list[Effect]:
        notice, known = came
        for stream in list(self.link.feeds):
            notebook, _, collection = stream.partition("/")
            grant = known.get(notebook)
            if grant is None or not roles.may_read(grant.of(collection)):
                self.hub.detach(self.link, stream, "revoked")
        if self.signed_in:
            self.say(notice)
        self.link.wake()
        return []

    # --- rights ------------------------------------------------------------------------------------

    def _refusal(self, message: m.Message, size: int) -> list[Effect] | None:
        """Return what is done about a message that is not allowed now; None when it is."""
        right = roles.MESSAGE_RIGHTS.get(type(message), roles.NEVER)
        known = right != roles.NEVER and type(message) in self._does  # blobs have a connection of their own
        if not known or (right == roles.FIRST) != (self.hello is None):
            self.say(m.Error("unexpected", f"{type(message).__name__} now", about=message.TYPE))
            return [Close(1002, "unexpected")]
        if isinstance(message, m.Presence) and size > limits.PRESENCE_SIZE_MAX:
            self.say(m.Error("too_big", f"a presence of {size} bytes", about=message.TYPE))
            return []
        if right in (roles.FIRST, roles.ANYONE) or self.signed_in:
            return None
        if isinstance(message, m.Push):
            self.say(m.Nack(message.stream, message.batch, "auth"))
        elif isinstance(message, m.Subscribe):
            self.say(
                m.Subscribed(
                    tuple([subscribing.refused(wanted, "parked").granted for wanted in message.streams])
                )
            )
        else:
            self.say(m.Error("auth", "sign in first", "auth", message.TYPE))
        return []

    # --- hello and signing in ----------------------------------------------------------------------

    def _hello(self, hello: m.Hello, now_ms: int) -> list[Effect]:
        low, high = hello.proto
        if not low <= m.PROTOCOL <= high:
            self.say(m.Error("protocol", f"this server speaks protocol {m.PROTOCOL}", "upgrade", hello.TYPE))
            return [Close(1002, "protocol")]
        self.hello = hello
        self.device = Device(hello.inst, hello.os, hello.app, hello.rid, self.address, hello.model)
        self.mode = self.realm.model.mode_of(hello.model)
        if hello.token is None:
            return self._welcome(hello, "", now_ms)
        return [self._identifying(hello.token, lambda state: self._welcome(hello, state, now_ms), now_ms)]

    def _welcome(self, hello: m.Hello, state: str, now_ms: int) -> list[Effect]:
        self._say_welcome(hello, "" if state in REFUSED else state, now_ms, hello.t0)
        if state == "ok" and self.identity is not None:
            return self.come_in()
        return self._turn_away(state) if state in REFUSED else []

    def _say_welcome(self, hello: m.Hello, state: str, now_ms: int, t0: int = 0) -> None:
        ok = state == "ok" and self.identity is not None
        self.say(
            m.Welcome(
                m.PROTOCOL,
                (self.realm.server_id, self.realm.generation),
                self.realm.now_ms(),
                self.link.conn,
                self.realm.model.said(hello.model),
                m.AuthSaid(state, self._expires_in(now_ms) if ok else None),
                limits.LIMITS_SAID,
                limits.PING_EVERY_MS,
                self.identity.said() if ok and self.identity is not None else None,
                t0,
            )
        )

    def remodel(self, now_ms: int) -> None:
        """Welcome the connection again, because what the server says of data models has changed."""
        if self.hello is None:
            return
        self.mode = self.realm.model.mode_of(self.hello.model)
        if self.mode != "full":
            for stream in list(self.link.feeds):
                self.hub.detach(self.link, stream, "migrated")
        self._say_welcome(self.hello, "ok" if self.signed_in else "", now_ms)

    def _auth(self, message: m.Auth, now_ms: int) -> list[Effect]:
        if message.token is None:
            self.leave("")
            return []
        return self.identify(message.token, now_ms)

    def identify(self, token: str, now_ms: int) -> list[Effect]:
        """Sign the connection in with a token and say what came of it."""
        return [self._identifying(token, lambda state: self._auth_said(state, now_ms), now_ms)]

    def _auth_said(self, state: str, now_ms: int) -> list[Effect]:
        if state == "ok":
            assert self.identity is not None
            self.say(m.AuthState(state, self._expires_in(now_ms), self.identity.said()))
            return self.come_in()
        if state != "wrong_account":
            self.link.parked = True
        if state in REFUSED:
            return self._turn_away(state)
        self.say(m.AuthState(state))
        return []

    def _identifying(self, token: str, then: Callable[[str], list[Effect]], now_ms: int) -> Work:
        """Return the work that finds whom a token stands for; ``then`` gets the state it leads to."""
        people, device = self.realm.people, self.device
        before = self.identity

        def identify() -> Identity | str:
            try:
                identity = people.identify(token, device, now_ms)
            except AuthFailed as error:
                return error.code
            if before is not None and before.account != identity.account:
                return "wrong_account"  # what this connection follows is another's: the client must reconnect
            return identity if people.bind(identity, device) else "rid_taken"

        return Work("store", identify, lambda found: then(self.take(found)))

    def take(self, found: Identity | str) -> str:
        """Become the found identity, if it may be; return the state that this leads to."""
        if isinstance(found, str):
            return found
        if self.identity is None and len(self.hub.everyone(found.account)) >= self.realm.connections_max:
            return "connections"
        self.identity = found
        self._warned = False
        return "ok"

    def come_in(self) -> list[Effect]:
        """Begin, or go on, as the identity; tell it its notebooks."""
        assert self.identity is not None
        self.link.account = self.identity.account
        self.link.name = self.identity.name
        self.link.parked = False
        return self.refresh()

    def leave(self, state: str) -> None:
        """Sign the connection out; another account may sign in on it."""
        for stream in list(self.link.feeds):
            self.hub.detach(self.link, stream)
        self.identity = None
        self.link.parked = True
        self.link.account = ""
        self.say(m.AuthState(state))

    def _turn_away(self, state: str) -> list[Effect]:
        """Close a connection whose token was right, for a reason in REFUSED."""
        code, message, retry = REFUSED[state]
        self.say(m.Error(code, message, retry))
        return [Close(1008, code)]

    def _expires_in(self, now_ms: int) -> int | None:
        return None if self.identity is None else max(0, self.identity.expires_ms - now_ms) // 1000

    def _call(self, call: m.Call, now_ms: int) -> list[Effect]:
        right = roles.CALL_RIGHTS.get(call.name)
        if right is None:
            self.say(m.Result(call.id, "unknown_call", call.name))
            return []
        if right != roles.ANYONE and not self.signed_in:
            self.say(m.Result(call.id, "auth", "sign in first"))
            return []
        effects: list[Effect] = self.realm.calls[call.name](self, call, now_ms)
        return effects

    # --- streams -----------------------------------------------------------------------------------

    def _subscribe(self, message: m.Subscribe, now_ms: int) -> list[Effect]:
        assert self.identity is not None
        realm, account, rid, reads = self.realm, self.identity.account, self.device.rid, self._reads

        def decide() -> list[subscribing.Decided]:
            return [
                subscribing.decide(realm.core, realm.people, account, rid, reads, wanted)
                for wanted in message.streams
            ]

        return [Work("store", decide, self._subscribed)]

    def _subscribed(self, decided: Sequence[subscribing.Decided]) -> list[Effect]:
        rows = []
        for one in decided:
            granted = one.granted
            if one.feed is not None and self._reads is None:  # the mode has changed in between
                granted = granted._replace(via="none")
            elif one.feed is not None and not self._has_room(one.feed.want, granted.stream):
                granted = granted._replace(status="limit", via="none")
            elif one.feed is not None:
                self.hub.attach(self.link, one.feed, one.head)
            self.say(*one.acks)
            rows.append(granted)
        self.say(m.Subscribed(tuple(rows)))
        return []

    def _has_room(self, want: str, stream: str) -> bool:
        most = limits.CONTENT_SUBSCRIPTIONS_MAX if want == "content" else limits.HEAD_SUBSCRIPTIONS_MAX
        if stream in self.link.feeds:
            return True
        return len([feed for feed in self.link.feeds.values() if feed.want == want]) < most

    def _unsubscribe(self, message: m.Unsubscribe, now_ms: int) -> list[Effect]:
        self.hub.detach(self.link, message.stream)
        return []

    def _received(self, message: m.Received, now_ms: int) -> list[Effect]:
        self.hub.received(self.link, message.bytes)
        return []

    def _pull(self, pull: m.Pull, now_ms: int) -> list[Effect]:
        feed = self.link.feeds.get(pull.stream)
        if feed is None or feed.want != "content":
            self.say(m.Error("not_subscribed", pull.stream, about=pull.TYPE))
            return []
        if pull.documents:
            if len(feed.pulls) >= PULLS_MAX:
                self.say(m.Error("busy", "too many pulls at once", "later", pull.TYPE))
            else:
                documents = tuple(sorted(set(pull.documents)))
                self.hub.pull(
                    self.link, pull.stream, Transfer(to=feed.cursor, documents=documents, id=pull.id)
                )
            return []
        core = self.realm.core
        return [Work("store", lambda: subscribing.go_on(core, pull), lambda found: self._pulled(pull, found))]

    def _pulled(self, pull: m.Pull, found: m.Reset | Transfer | None) -> list[Effect]:
        if pull.stream not in self.link.feeds:
            return []
        if isinstance(found, m.Reset):
            self.hub.detach(self.link, pull.stream)
            self.say(found)
        else:
            self.hub.restart(self.link, pull.stream, pull.cursor, found)
        return []

    def _push(self, push: m.Push, now_ms: int) -> list[Effect]:
        assert self.identity is not None
        size = sum([len(delta.body) for delta in push.deltas])
        if size > limits.BATCH_SIZE_MAX and len(push.deltas) > 1:
            self.say(m.Error("too_big", f"a batch of {size} bytes", "never", push.TYPE))
            return [Close(1008, "too_big")]
        if self.mode not in ("full", "send_only"):
            self.say(m.Nack(push.stream, push.batch, "migrating"))
            return []
        wait_ms = self.realm.paces.take(self.identity.account, now_ms, len(push.deltas))
        if wait_ms:
            self.say(m.Nack(push.stream, push.batch, "rate", after_ms=wait_ms))
            return []
        self.in_flight += 1
        self.in_flight_bytes += size
        return [
            Submit(
                Batch(
                    push.stream,
                    self.identity.account,
                    self.device.rid,
                    push.batch,
                    push.model,
                    push.n0,
                    push.prev,
                    push.deltas,
                    self.link.conn,
                    self._reads,
                )
            )
        ]

    # --- the rest ----------------------------------------------------------------------------------

    def _presence(self, said: m.Presence, now_ms: int) -> list[Effect]:
        feed = self.link.feeds.get(said.stream)
        if feed is not None and feed.want == "content":
            self.hub.present(self.link, said, now_ms)
        return []

    def _ping(self, ping: m.Ping, now_ms: int) -> list[Effect]:
        self.say(m.Pong(ping.t0, self.realm.now_ms()))
        return []

    def _bye(self, bye: m.Bye, now_ms: int) -> list[Effect]:
        return [Close(1000, "bye")]


def _size(batch: Batch) -> int:
    return sum([len(delta.body) for delta in batch.deltas])


def _nothing(message: m.Message, now_ms: int) -> list[Effect]:
    return []
