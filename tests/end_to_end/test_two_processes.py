"""
Two server processes on one PostgreSQL, killed in turn while people type at both: nothing that was
acknowledged is lost, nothing is there twice, and whoever lost a process goes on at the other.
"""

from __future__ import annotations

import asyncio
import random
import signal
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from crdt import Delta
from sync.protocol import messages as m
from tests.support.peer import Author, Peer
from tests.support.postgres import cluster
from tests.support.processes import Server as Process
from tests.support.processes import processes, until

EDITS = 60
KILLS = 4


@pytest.fixture
def servers(tmp_path):
    """Two processes that share a folder and a database."""
    address = cluster().tables()
    with processes() as running:
        for _ in range(2):
            running.append(Process(tmp_path / "data", "--data-model", "1.0", database=address))
        yield running
    cluster().give_back(address)


class Person:
    """Somebody with one device, who goes to the other server when the connection ends."""

    def __init__(self, servers, place, author, token, stream):
        self.servers, self.place, self.token, self.stream = servers, place, token, stream
        self.author, self.acked, self.moves = author, 0, 0
        self.peer = None

    async def connected(self):
        """A connection that follows the stream, at either process."""
        while self.peer is None or self.peer.closed.is_set():
            with suppress(OSError, InvalidHandshake, ConnectionClosed, ConnectionError):
                self.peer = None
                peer = await Peer.open(self.servers[self.place].url, self.author, token=self.token)
                granted = await peer.subscribe(self.stream)
                assert granted.last_n >= self.acked
                assert granted.chain == self.author.chains[self.stream][granted.last_n]
                self.acked, self.peer = granted.last_n, peer
                continue
            self.place, self.moves = 1 - self.place, self.moves + 1
            await asyncio.sleep(0.01)
        return self.peer

    async def types(self, note, count, pause):
        """Type so many words, each until it is acknowledged."""
        for number in range(count):
            said = self.author.type(self.stream, note, f"<{self.author.rid}.{number}>")
            n = len(self.author.chains[self.stream]) - 1
            while self.acked < n:
                peer = await self.connected()
                if self.acked >= n:  # the ack was lost, and the server says that it has it
                    break
                try:
                    answer = await peer.push(self.stream, said, n0=n)
                except (ConnectionClosed, ConnectionError):
                    self.peer = None  # it may not have heard of its end yet, and would be asked for ever
                    await peer.close()
                    continue
                if isinstance(answer, m.Ack):
                    assert not answer.rejected
                    self.acked = answer.n
                else:
                    assert answer.code in ("busy", "internal"), answer
            await asyncio.sleep(pause())

    async def close(self):
        if self.peer is not None:
            await self.peer.close()


def test_killing_either_process_loses_nothing_and_repeats_nothing(servers):
    async def play():
        chance = random.Random(7)
        first = await Peer.open(servers[0].url, author := Author())
        await first.sign_up("ann@example.org")
        stream, token = first.notes, first.token
        note, made = author.note(stream)
        await first.push(stream, made)
        second = await Peer.open(servers[1].url)
        await second.sign_in("ann@example.org")
        await second.subscribe(stream)
        second.author.take(tuple(await second.wait_for_log(stream, 1)))
        people = [
            Person(servers, 0, author, token, stream),
            Person(servers, 1, second.author, second.token, stream),
        ]
        people[0].acked = 1
        for peer in (first, second):
            await peer.close()

        async def kills():
            for turn in range(KILLS):
                await asyncio.sleep(chance.uniform(0.1, 0.4))
                server = servers[turn % 2]
                await asyncio.to_thread(server.stop, signal.SIGKILL)
                await asyncio.to_thread(server.start)

        def pause():
            return chance.uniform(0, 0.05)

        await asyncio.gather(kills(), *[person.types(note, EDITS, pause) for person in people])
        assert sum(person.moves for person in people) >= 1
        head = 1 + 2 * EDITS
        for server in servers:
            reader = await Peer.open(server.url, token=token)
            assert (await reader.subscribe(stream)).head == head
            rows = await reader.wait_for_log(stream, head)
            text = _text_of(rows, note)
            for person in people:
                assert [row for row in rows if Delta.decode(row.body).rid == person.author.rid]
                for number in range(EDITS):
                    assert text.count(f"<{person.author.rid}.{number}>") == 1
            await reader.close()
        for person in people:
            await person.close()

    asyncio.run(play())
    assert '"ok": true' in servers[0].command("verify", "--json")


def _text_of(rows, note):
    reader = Author()
    reader.take(tuple(rows))
    return reader.documents[note].value(("body",))


def test_an_administrators_command_reaches_windows_at_any_process(servers):
    async def play():
        peers = []
        first = await Peer.open(servers[0].url)
        await first.sign_up("ann@example.org")
        peers.append(first)
        other = await Peer.open(servers[1].url)
        await other.sign_in("ann@example.org")
        peers.append(other)
        for peer in peers:
            await peer.subscribe(first.notes)
        note = (await asyncio.to_thread(servers[0].command, "note", "add", first.personal, "one")).strip()
        for peer in peers:
            await peer.wait_for_log(first.notes, 2)
        await asyncio.to_thread(servers[1].command, "note", "append", note, " two")
        for peer in peers:
            await peer.wait_for_log(first.notes, 3, cursor=2)
        await asyncio.to_thread(servers[1].command, "session", "revoke", "ann@example.org")
        for peer in peers:
            assert (await peer.wait(m.AuthState)).state == "revoked"
            await peer.close()
        assert await asyncio.to_thread(servers[0].command, "note", "show", note) == "one two\n"

    asyncio.run(play())
    until(lambda: "ann@example.org" in servers[1].command("user", "list"), "the account is there")
