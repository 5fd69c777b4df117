"""
Random lives of a small server: people type, connections drop, the server is killed; at the end all have the
same.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Delta, Document
from sync.protocol import messages as m
from sync.protocol.chain import CHAIN_START, chain_next
from sync.server import core as core_module
from sync.server import state_pages
from tests.support.peer import Author
from tests.support.session_world import SessionWorld, Talk

# Each example is a folder with a real store.
FEWER = settings(max_examples=max(10, settings.default.max_examples // 4))


class Device:
    """
    A replica that remembers what a real client stores: documents, cursor, epoch, unacked deltas, a transfer.
    """

    def __init__(self, world: SessionWorld, talk: Talk) -> None:
        self.world, self.talk, self.author = world, talk, talk.author
        self.stream = talk.notes
        self.documents: dict[str, Document] = {}
        self.epoch = self.cursor = self.acked = 0
        self.deltas: list = []
        self.staged: dict[str, bytes] = {}
        self.piece = b""
        self.after, self.to = "", 0

    def document(self, name: str) -> Document:
        """A document, made when it is new."""
        return self.documents.setdefault(name, Document(self.author.rid))

    def subscribe(self, stream: str) -> None:
        """Connect again if need be, and go on from the cursor."""
        if self.talk not in self.world.talks:
            self.talk = self.world.again(self.talk)
            self.talk.heard()
        self.stream = stream
        chain = self.author.chains.setdefault(stream, [CHAIN_START])
        granted = self.talk.subscribe(
            stream, epoch=self.epoch, cursor=self.cursor, last_n=self.acked, chain=chain[self.acked],
            after=self.after, to=self.to,
        )  # fmt: skip
        assert granted.status == "ok"
        assert granted.via in ("log", "state")
        assert granted.chain == chain[granted.last_n]
        if granted.via == "log" or not self.to:
            self.after, self.to, self.staged = "", 0, {}
        self.epoch = granted.epoch
        self.acked = max(self.acked, granted.last_n)

    def write(self, chance: random.Random) -> None:
        """Make a note or type into one; it is stored here before it is sent."""
        if not self.author.documents or chance.random() < 0.3:
            note, delta = self.author.note(self.stream, str(chance.random()))
        else:
            note = chance.choice(sorted(self.author.documents))
            delta = self.author.type(self.stream, note, f"{chance.randrange(99)} ")
        self.deltas.append(delta)
        self.document(note).apply(Delta.decode(delta.body))

    def push(self, chance: random.Random) -> None:
        """Push some of what is not acked; repeat some that is."""
        first = max(0, self.acked - chance.randrange(3))
        batch = self.deltas[first : first + chance.randrange(1, 5)]
        if batch:
            self.talk.do(self.author.push(self.stream, *batch, n0=first + 1))

    def listen(self, *, frames: int = 1_000) -> None:
        """Take so many messages, and do what a client does with them."""
        for message in self.talk.heard()[:frames]:
            if isinstance(message, m.Ack):
                assert message.rejected == ()
                self.acked = max(self.acked, message.n)
            elif isinstance(message, m.Deltas) and message.from_ == self.cursor:
                for row in message.deltas:
                    self.document(row.document).apply(Delta.decode(row.body))
                self.cursor = message.to
            elif isinstance(message, m.State):
                self._stage(message)
            else:
                assert not isinstance(message, (m.Error, m.Reset)), message

    def _stage(self, message: m.State) -> None:
        for chunk in message.documents:
            if chunk.offset == 0:
                self.piece = b""
            assert chunk.offset == len(self.piece)
            self.piece += chunk.chunk
            if len(self.piece) == chunk.total:
                self.staged[chunk.document] = self.piece
        self.after, self.to = message.after, message.to
        if message.end is not None:
            digest = CHAIN_START
            for name in sorted(self.staged)[len(self.staged) - message.end.documents :]:
                digest = chain_next(digest, name, self.staged[name])
            assert digest == message.end.digest
            for name, state in self.staged.items():
                self.document(name).merge(Document.decode(state, self.author.rid))
            self.cursor, self.after, self.to, self.staged = message.end.to, "", 0, {}


@FEWER
@given(seed=st.integers(0, 2**32))
def test_through_cuts_and_kills_every_device_ends_with_every_delta(tmp_path_factory, seed):
    chance = random.Random(seed)
    world = SessionWorld(tmp_path_factory.mktemp("world"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core_module, "LOG_ALWAYS_MAX", chance.choice([0, 3, 200]))
        patch.setattr(state_pages, "PAGE_DOCUMENTS_MAX", chance.choice([1, 500]))
        patch.setattr(state_pages, "PAGE_SIZE", chance.choice([100, 160_000]))
        patch.setattr(state_pages, "KEPT_SIZE_MAX", chance.choice([0, 8_000_000]))
        _live(world, chance)
    world.close()


def _live(world, chance):
    ann = world.signed_up("ann")
    stream = ann.notes
    devices = [Device(world, ann), *[Device(world, world.device(ann)) for _ in range(2)]]
    for device in devices:
        device.subscribe(stream)
    for _ in range(chance.randrange(10, 60)):
        device = chance.choice(devices)
        connected = device.talk in world.talks
        match chance.randrange(12):
            case 0 if connected:  # the connection is cut; what was under way is lost
                world.hub.disconnect(device.talk.link.conn)
                world.talks.remove(device.talk)
            case 1 if chance.random() < 0.3:
                world.restart()
            case 2:
                world.commits = not world.commits
            case 3:
                world.opened.core.documents.save(everything=True)
            case 4 | 5 if not connected:
                device.subscribe(stream)
            case 6 | 7 | 8 if connected:
                device.push(chance)
            case 9 if connected:
                device.listen(frames=chance.randrange(4))
                _reconnect(world, device, stream)  # frames that were not taken are lost
            case 10 if connected:
                device.listen()
            case _:
                device.write(chance)
    world.commits = True
    world.commit()
    _settle(world, devices, stream)


def _reconnect(world, device, stream):
    world.hub.disconnect(device.talk.link.conn)
    world.talks.remove(device.talk)
    device.subscribe(stream)


def _settle(world, devices, stream):
    for device in devices:
        device.subscribe(stream)
        while device.acked < len(device.deltas):
            device.push(random.Random(1))
            device.listen()
    for device in devices:
        device.listen()
        assert device.cursor == world.opened.core.stream(stream).head
    written = sorted(delta.body for device in devices for delta in device.deltas)
    assert sorted(row.body for row in world.log(stream)) == written
    world.check()
    for name in devices[0].documents:
        assert len({device.documents[name].encode() for device in devices}) == 1
    fresh = Device(world, world.hello(Author()))
    fresh.talk.enter("sign_in", email=devices[0].talk.email, password="correct horse battery")
    fresh.subscribe(stream)
    fresh.listen()
    assert {name: document.encode() for name, document in fresh.documents.items()} == {
        name: document.encode() for name, document in devices[0].documents.items()
    }
