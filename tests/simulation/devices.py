"""
The devices of the simulation: a store on a real file, the real engine, and a view that edits as the window
does.

A device dies at any commit (before it, or right after it) or between two events, and starts again from its
file.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING, Any

from crdt import Clock, Delta, Document
from sync.client import events as e
from sync.client.about import About
from sync.client.driver import LIVE, Driver
from sync.client.engine import Engine
from sync.client.line import NEVER
from sync.client.ticker import Ticker
from sync.errors import StoreUnavailable
from sync.model import v1
from sync.protocol import wire as codec
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange
from tests.simulation.network import Wire, wire_of
from tests.support.library import named

if TYPE_CHECKING:
    from tests.simulation.world import World


class PowerCut(BaseException):
    """The device loses power at a commit."""


class FragileStore(ClientStore):
    """A store in whose commits the power fails, or the disk is full, when it is told to."""

    fuse: int | None = None
    after_commit = False
    full = False

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        if self.full:
            raise StoreUnavailable(self.path, "no_space", "simulated")
        blown = False
        if self.fuse is not None:
            self.fuse -= 1
            blown = self.fuse <= 0
        with super()._writing() as connection:
            yield connection
            if blown and not self.after_commit:
                raise PowerCut
        if blown:
            raise PowerCut


class Device:
    """One computer of one person."""

    def __init__(self, world: World, number: int, person: int, path: Path) -> None:
        self.world = world
        self.number = number
        self.person = person
        self.path = path
        self.inst = f"inst{number}"
        self.key = world.mint(person, self.inst)
        self.skew_ms = 0
        self.online = True
        self.alive = False
        self.wire: Wire | None = None
        self.talk: Any = None
        self.views: dict[str, Document] = {}
        self.wake_at = NEVER
        self.written: list[str] = []
        self.made = 0
        self.copy: tuple[Path, int] | None = None
        self.unsent_in_copy: list[str] = []
        self.signed_in = True
        self.driver = world.drawn_driver()
        self.boot()

    # --- life and death --------------------------------------------------------------------------

    def boot(self) -> None:
        """Start the program on whatever the file holds."""
        world = self.world
        dice = world.dice["devices"]
        self.store = FragileStore.open(self.path, newest=v1.MODEL, randomness=dice.getrandbits)
        if not self.store.notebooks():
            local = named(self.number, "L")
            self.store.add_notebook(local, "Personal")
            self.store.set_personal(local)
        self.ticker = Ticker(
            Clock(self.store.rid, self.store.clock_high_water()), lambda: world.wall_ms + self.skew_ms
        )
        about = About(app="sim", os="any", inst=self.inst)
        self.engine = Engine(self.store, self.ticker, about, dice.random, lambda: dice.getrandbits(63) or 1)
        self.alive = True
        self.views.clear()
        self.feed(e.TokenSet("ws://server", self.key))
        self.feed(e.Driven(self.driver))
        self.feed(e.Started())

    def die(self) -> None:
        """Lose power: the connection and everything in memory is gone."""
        if not self.alive:
            return
        self.alive = False
        self.hang_up(drain_up=self.world.dice["faults"].random() < 0.5)
        self.store._db.close()
        self.views.clear()

    def keep_copy(self) -> None:
        """Copy the file as a backup program does."""
        target = self.path.with_name(f"{self.path.stem}-copy.sqlite3")
        self.snapshot_to(target)
        self.copy = (target, len(self.written))
        unsent = self.unsent() if self.alive else b""
        self.unsent_in_copy = [token for token in self.written if token.encode() in unsent]

    def snapshot_to(self, target: Path) -> None:
        target.unlink(missing_ok=True)
        if self.alive:
            self.store._db.conn.execute("VACUUM INTO ?", (str(target),))
        else:
            shutil.copy(self.path, target)

    def unsent(self) -> bytes:
        """All bodies that are not on the server, one behind the other."""
        rows = self.store.streams()
        return b"".join(
            row.body
            for at in rows
            for row in self.store.unsent(at.id, at.acked_n, count=1 << 20, size=1 << 30)
        )

    def go_back(self) -> None:
        """
        Put the copy in place of the file. What was written since is this device's only if the server has it.
        """
        assert self.copy is not None
        self.die()
        source, count = self.copy
        # Where the account has no access then, nobody can look what has been sent since.
        if self.world.drawn.roles:
            self.world.copies.update(self.unsent_in_copy)
        for token in self.written[count:]:
            self.world.may_be_lost(token)
        self.written = self.written[:count]
        for name in (self.path, Path(f"{self.path}-wal"), Path(f"{self.path}-shm")):
            name.unlink(missing_ok=True)
        shutil.copy(source, self.path)

    # --- events and effects ----------------------------------------------------------------------

    def feed(self, event: e.Event) -> None:
        """Give the engine an event and do what it says."""
        if not self.alive:
            return
        try:
            effects = self.engine.handle(event, self.world.now)
            for effect in effects:
                self.do(effect)
        except PowerCut:
            self.die()
            return
        if self.alive and self.engine.wake_ms < self.wake_at:
            self.plan_wake()

    def plan_wake(self) -> None:
        at = self.wake_at = self.engine.wake_ms
        if at < NEVER:
            self.world.after(max(1, at - self.world.now), lambda: self.wake(at))

    def wake(self, at: int) -> None:
        if self.wake_at == at:
            self.wake_at = NEVER
            self.feed(e.Ticked())
            assert not self.alive or self.engine.wake_ms > self.world.now, (
                "the engine asks for the same moment again"
            )
            if self.alive and self.wake_at == NEVER:
                self.plan_wake()

    def do(self, effect: e.Effect) -> None:
        match effect:
            case e.Connect():
                self.connect()
            case e.Close():
                self.hang_up(drain_up=True)
            case e.Send():
                self.send(codec.encode(effect.message))
            case e.Remote() if effect.document in self.views:
                for body in effect.deltas:
                    delta = Delta.decode(body)
                    self.ticker.observe(delta.stamp)
                    self.views[effect.document].apply(delta)
            case e.Reset():
                self.views.pop(effect.document, None)
            case e.ReplicaChanged():
                self.views.clear()
            case e.Drained():
                self.world.after(self.world.dice["drivers"].randint(0, 80), partial(self.part, effect.turn))
            case e.Noted():
                self.world.note(self.number, effect.what)

    def connect(self) -> None:
        if not self.online or not self.world.reachable:
            self.world.after(5, lambda: self.feed(e.Lost("unreachable")))
            return
        wire = self.wire = wire_of(self.world, self.hear)
        self.talk = self.world.accept(self, wire)
        self.world.after(1, lambda: self.feed(e.Opened()) if self.wire is wire else None)

    def part(self, turn: int) -> None:
        """What else a visit is for is over."""
        self.feed(e.Parted(turn))

    def drive(self, driver: Driver) -> None:
        """The person wants another driver."""
        self.driver = driver
        self.feed(e.Driven(driver))

    @property
    def is_level(self) -> bool:
        """Whether all is sent and fetched, as far as this device can know."""
        status = self.engine.status
        if self.driver == LIVE:
            return self.engine.drained
        return (status.link, status.visit, status.outbox) == ("off", "done", 0)

    def send(self, frame: bytes) -> None:
        wire, talk = self.wire, self.talk
        if wire is not None:
            wire.send_up(self.world.now, lambda: self.world.receive(talk, frame))

    def hear(self, frame: bytes) -> None:
        self.feed(e.Heard(codec.decode(frame), len(frame)))

    def hang_up(self, *, drain_up: bool) -> None:
        """The device's end of the connection is gone."""
        wire, talk, self.wire, self.talk = self.wire, self.talk, None, None
        if wire is not None:
            wire.cut(drain_up=drain_up)
            self.world.after(500, lambda: self.world.gone(talk))

    def cut(self, *, drain_up: bool) -> None:
        """The connection breaks; the device notices."""
        if self.wire is not None:
            self.hang_up(drain_up=drain_up)
            self.feed(e.Lost("cut"))

    def lose(self, wire: Wire, *, drain_up: bool) -> None:
        """One particular connection breaks, if it is still the device's."""
        if self.wire is wire:
            self.cut(drain_up=drain_up)

    # --- what a person does ----------------------------------------------------------------------

    def act(self) -> None:
        """Write something somewhere, as the window does: view first, then the store."""
        if not self.alive:
            return
        dice = self.world.dice["people"]
        try:
            places = [
                row
                for row in self.store.streams()
                if row.collection == "notes" and row.role in ("owner", "editor")
            ]
            notes = [(row.id, name) for row in places for name in self.store.document_ids(row.id)]
            if not notes or dice.random() < 0.15:
                self.new_note(dice.choice(places).id)
            else:
                self.edit(*dice.choice(notes))
        except PowerCut:
            self.die()
        except StoreUnavailable:
            self.views.clear()  # what the view shows is not in the store: the window says so, and loads again

    def word(self) -> str:
        """A token that nobody has written before."""
        self.made += 1
        return f"[{self.number}.{self.made}.{self.store.rid % 997}]"

    def submit(self, change: LocalChange, token: str) -> None:
        try:
            late = self.store.append([change])
        except PowerCut:
            if self.store.after_commit:
                self.remember(change, token)
            raise
        self.remember(change, token)
        for document in late:
            self.views.pop(document, None)
        self.feed(e.Written())

    def remember(self, change: LocalChange, token: str) -> None:
        """The token is on disk from here on."""
        self.written.append(token)
        self.world.wrote(token, change.document)

    def new_note(self, stream: str) -> None:
        self.world.notes += 1
        name, token = named(self.world.notes, "n"), self.word()
        note, delta = v1.new_note(self.store.rid, self.ticker.stamp(), title=token, created_ms=1)
        self.views[name] = note
        self.submit(LocalChange(stream, name, delta), token)

    def edit(self, stream: str, name: str) -> None:
        dice = self.world.dice["people"]
        view = self.views.get(name)
        if view is None:
            view = self.views[name] = self.store.document(name, self.store.rid)
        if not view.has(("body",)):
            return
        text, token = view.text(("body",)).text(), self.word()
        borders = [0, *[place + 1 for place, letter in enumerate(text) if letter == "]"]]

        def write(edit: Any) -> None:
            edit.text(("body",)).insert(dice.choice(borders), token)
            if dice.random() < 0.2:
                edit.set(("tags", dice.choice("abc")), dice.random() < 0.7)

        if dice.random() < 0.3:
            view.new_group()
        self.submit(LocalChange(stream, name, view.edit(self.ticker.stamp(), write)), token)
