"""
A whole server without sockets or threads: sessions, hub and core on a real store, every effect done at once.

`Talk` is one connection. What the real service does with threads and tasks happens here in the order it is
said, so that a test decides what comes before what.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from sync.limits import CREDIT_SIZE_MAX
from sync.protocol import messages as m
from sync.protocol import wire
from sync.protocol.chain import CHAIN_START
from sync.protocol.rows import PushedDelta, Wanted
from sync.server import admin
from sync.server.auth import Passwords
from sync.server.calls import CALLS
from sync.server.hub import Hub, ReadLog, ReadStates
from sync.server.ingest import Batch
from sync.server.link import Link
from sync.server.outcome import Outcome
from sync.server.realm import Realm, realm_of
from sync.server.session import Close, Effect, Session, Submit, Work
from sync.server.settings import Settings
from tests.support.core_world import CoreWorld
from tests.support.peer import PASSWORD, Author

FAST = Passwords(memory_kib=64, passes=1)


class SessionWorld(CoreWorld):
    """One server."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, settings.get("data_model"))
        self.hub = Hub()
        self.numbers = count(1)
        self.talks: list[Talk] = []
        self.queue: list[Batch] = []
        self.commits = True  # whether a push is committed at once
        self.settings = Settings(folder, **settings)
        self.realm = self._realm()

    def _realm(self) -> Realm:
        realm = realm_of(
            self.opened,
            self.settings,
            CALLS,
            lambda: self.now_ms,
            ended=self.ended,
            roles_changed=self.roles_changed,
        )
        return replace(realm, passwords=FAST)

    def restart(self) -> None:
        """As after a kill of the server: every connection is gone, what was committed is there."""
        for talk in self.talks:
            self.hub.disconnect(talk.link.conn)
        self.talks.clear()
        self.queue.clear()
        self.reopen()
        self.realm = self._realm()

    def talk(self, author: Author | None = None, address: str = "127.0.0.1") -> Talk:
        """Connect."""
        return Talk(self, author or Author(), address)

    def hello(self, author: Author | None = None, **changed: Any) -> Talk:
        """Connect and say hello."""
        talk = self.talk(author)
        talk.hello(**changed)
        return talk

    def signed_up(self, name: str, author: Author | None = None) -> Talk:
        """Connect as a new account."""
        talk = self.hello(author)
        talk.enter("sign_up", email=f"{name}@example.org", password=PASSWORD, name=name)
        return talk

    def device(self, talk: Talk) -> Talk:
        """Connect as another device of the same account."""
        other = self.hello()
        other.enter("sign_in", email=talk.email, password=PASSWORD)
        return other

    def again(self, talk: Talk, **changed: Any) -> Talk:
        """Connect once more as the same replica, with its token."""
        other = self.hello(talk.author, token=talk.token, **changed)
        other.token, other.email, other.personal, other.account = (
            talk.token,
            talk.email,
            talk.personal,
            talk.account,
        )
        return other

    def commit(self) -> None:
        """Commit what was pushed, as the service's writer does."""
        group, self.queue = self.queue, []
        written = self.opened.core.write(group, self.now_ms)
        for batch, answer in zip(group, written.answers, strict=True):
            for talk in self.talks:
                if talk.link.conn == batch.conn:
                    talk.session.answered(batch, answer)
        self.hub.committed(written.segments)

    def administer(self, command: str, between: Callable[[], Any] = lambda: None, **arguments: Any) -> Any:
        """Do an administrator's command as the service does; `between` is called between its steps."""
        outcome = admin.run(self.opened, command, arguments, self.now_ms)
        self._told(outcome)
        for _ in outcome.rest or ():
            self._told(outcome)
            between()
        self._told(outcome)
        assert not outcome.error, outcome.error
        return outcome.value

    def _told(self, outcome: Outcome) -> None:
        self.hub.committed(outcome.segments)
        for account in outcome.roles_changed:
            self.roles_changed(account)
        for sign_in, state in outcome.ended.items():
            self.ended([sign_in], state)
        for stream in outcome.migrated:
            self.hub.end(stream, "migrated")
        if outcome.remodelled:
            for talk in self.talks:
                talk.session.remodel(self.now_ms)
        outcome.heard()

    def set_role(self, notebook: str, account: str, role: str | None) -> None:
        """As the administrator's command does."""
        self.opened.people.set_role(notebook, account, role)
        self.roles_changed(account)

    def roles_changed(self, account: str) -> None:
        """As the service does."""
        for talk in self.talks:
            if talk.link.account == account:
                talk.perform(talk.session.refresh())

    def ended(self, sign_ins: list[int], state: str = "revoked") -> None:
        """As the service does."""
        for talk in self.talks:
            identity = talk.session.identity
            if identity is not None and identity.sign_in in sign_ins:
                talk.session.lapse(state)


class Talk:
    """One connection of a SessionWorld."""

    def __init__(self, world: SessionWorld, author: Author, address: str) -> None:
        self.world = world
        self.author = author
        self.closed: Close | None = None
        self.token = self.email = self.personal = self.account = ""
        self.credit = True
        self.link = Link(next(world.numbers), lambda: None)
        world.hub.connect(self.link)
        self.session = Session(world.realm, world.hub, self.link, address, world.now_ms)
        world.talks.append(self)

    @property
    def notes(self) -> str:
        """The stream of notes of the personal notebook."""
        return self.personal + "/notes"

    def hello(self, **changed: Any) -> m.Welcome:
        """Say hello; return the welcome."""
        said: dict[str, Any] = {
            "proto": (1, 1), "app": "tests", "os": "any", "rid": self.author.rid,
            "inst": f"i{self.author.rid}", "model": self.author.model, **changed,
        }  # fmt: skip
        return self.say(m.Hello(**said)).one(m.Welcome)

    def enter(self, call: str, **args: Any) -> Heard:
        """Sign up or in; return what was said."""
        heard = self.call(call, **args)
        result = heard.one(m.Result)
        assert not result.code, result
        self.token, self.personal = result.value["token"], result.value["personal"]
        self.account, self.email = result.value["account"]["id"], result.value["account"]["email"]
        return heard

    def call(self, call: str, **args: Any) -> Heard:
        """Call by name."""
        return self.say(m.Call(1, call, args))

    def subscribe(self, stream: str, **at: Any) -> m.Granted:
        """Follow a stream; what else came is left to be heard."""
        at = {"want": "content", "epoch": 0, "cursor": 0, "last_n": 0, "chain": CHAIN_START, **at}
        self.do(m.Subscribe((Wanted(stream, **at),)))
        waiting = [wire.decode(frame) for frame in self.link.control]
        for place, message in enumerate(waiting):
            if isinstance(message, m.Subscribed):
                del self.link.control[place]
                return message.streams[0]
        raise AssertionError(waiting)

    def push(self, stream: str, *deltas: PushedDelta, **options: Any) -> Heard:
        """Push the author's last deltas."""
        return self.say(self.author.push(stream, *deltas, **options))

    def say(self, message: m.Message) -> Heard:
        """Say something; return what is heard then."""
        self.do(message)
        return self.heard()

    def do(self, message: m.Message) -> None:
        """Say something; what comes of it is left to be heard."""
        self.do_bytes(wire.encode(message))

    def do_bytes(self, frame: bytes) -> None:
        """Say any bytes."""
        if self.closed is None:
            self.perform(self.session.receive(frame, self.world.now_ms))

    def perform(self, effects: list[Effect]) -> None:
        """Do what the session said, at once."""
        waiting = list(effects)
        while waiting:
            effect = waiting.pop(0)
            if isinstance(effect, Work):
                waiting[:0] = effect.then(effect.call())
            elif isinstance(effect, Submit):
                self.world.queue.append(effect.batch)
                if self.world.commits:
                    self.world.commit()
            else:
                self.closed = effect
                return

    def tick(self) -> None:
        """Let the session look at the clock."""
        self.perform(self.session.tick(self.world.now_ms))

    def heard(self) -> Heard:
        """Take everything that is sent now."""
        told: list[m.Message] = []
        core, hub = self.world.opened.core, self.world.hub
        while (out := hub.next(self.link)) is not None:
            if isinstance(out, ReadLog):
                hub.log_read(self.link, out, core.log_page(out.stream, out.after))
            elif isinstance(out, ReadStates):
                of = out.transfer
                hub.states_read(
                    self.link,
                    out,
                    core.states.page(out.stream, of.since, of.place, of.documents, fresh=of.fresh),
                )
            else:
                message = wire.decode(out)
                assert not isinstance(message, m.Ignored)
                told.append(message)
                if self.credit and isinstance(message, (m.Deltas, m.State)):
                    hub.received(self.link, CREDIT_SIZE_MAX)
        return Heard(told)


class Heard(list[m.Message]):
    """What one connection was told, in order."""

    def all(self, kind: Any) -> list[Any]:
        """The messages of one kind."""
        return [message for message in self if isinstance(message, kind)]

    def one(self, kind: Any) -> Any:
        """The only message of a kind."""
        (found,) = self.all(kind)
        return found

    def kinds(self) -> list[type[Any]]:
        """The kinds, in order."""
        return [type(message) for message in self]

    def bodies(self) -> list[bytes]:
        """The bodies of all deltas."""
        return [row.body for deltas in self.all(m.Deltas) for row in deltas.deltas]


Does = Callable[[Talk], Any]
