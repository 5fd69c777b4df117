"""A real server goes to another data model while real connections push, and is killed in the middle of it."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from sync.model import v1
from sync.model.versions import chain, model_of
from sync.protocol import messages as m
from sync.server import migration
from tests.support.command_line import ROOT, environment
from tests.support.peer import Author, Peer
from tests.support.running_server import run, running_server
from tests.support.server_process import administer

WAY = chain("notes", "1.0", "2.0")

KILLS = int(os.environ.get("MIGRATION_KILLS", "1"))


def _states(heard: list[m.Message]) -> dict[str, bytes]:
    """The whole states that a connection was sent."""
    states: dict[str, bytes] = {}
    for message in heard:
        for chunk in message.documents if isinstance(message, m.State) else ():
            states[chunk.document] = states.get(chunk.document, b"") + chunk.chunk
    return states


def test_edits_of_an_old_client_reach_an_upgraded_one_and_it_is_sent_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(migration, "DOCUMENTS_A_STEP", 3)

    async def play() -> None:
        async with running_server(tmp_path, data_model="1.0") as server:
            bob = await server.signed_up("bob", Author(model="1.0"))
            made = [bob.author.note(bob.notes, f"note {n}") for n in range(40)]
            await bob.push(bob.notes, *[delta for _, delta in made])
            note = made[0][0]
            await bob.subscribe(bob.notes)
            ann = await server.peer(Author(model="2.0"))
            await ann.sign_in(bob.email)
            migrating = asyncio.create_task(server.administer("migrate run"))
            count = 0
            while not migrating.done():
                answer = await bob.push(bob.notes, bob.author.type(bob.notes, note, f"{count} "))
                assert isinstance(answer, m.Ack)
                assert not answer.rejected
                count += 1
            assert (await migrating)["ok"]
            assert (await ann.wait(m.Welcome)).model.mode == "full"
            assert (await bob.wait(m.Welcome)).model.mode == "send_only"
            assert (await bob.wait(m.Unsubscribe)).why == "migrated"
            granted = await ann.subscribe(bob.notes)
            assert granted.via == "state"
            await ann.wait(m.State, lambda page: page.end is not None)
            await bob.quiet()
            bob.heard.clear()
            typed = bob.author.edit(bob.notes, note, lambda edit: v1.add_tag(edit, "late", 1))
            assert isinstance(await bob.push(bob.notes, typed), m.Ack)
            told = await ann.wait(m.Deltas)
            assert told.model == "2.0"
            assert told.deltas[-1].document == note
            await bob.quiet()
            assert bob.heard == [], "who is behind is sent nothing"
            row, state = await server.in_store(lambda: server.opened.core.state_of(note))
            assert state == WAY.state(bob.author.documents[note]).encode()
            summary = model_of(row.model).encoded_note_summary(state)
            assert (summary.text, summary.tags) == ("".join(f"{n} " for n in range(count)), ["late"])

    run(play())


def test_the_mode_changes_on_an_open_connection_when_less_is_taken(tmp_path):
    async def play() -> None:
        async with running_server(tmp_path, data_model="2.0") as server:
            bob = await server.signed_up("bob", Author(model="1.0"))
            asked = await server.administer("migrate min-push", version="2.0")
            assert [row["email"] for row in asked["cut_off"]] == [bob.email]
            await server.administer("migrate min-push", version="2.0", yes=True)
            assert (await bob.wait(m.Welcome)).model == m.ModelSaid("2.0", "2.0", "blocked")
            refused = await bob.push(bob.notes, bob.author.note(bob.notes)[1])
            assert (refused.code, refused.after_ms) == ("migrating", None)

    run(play())


class _Killable:
    """A server as a process that can be killed, and a command that runs beside it."""

    def __init__(self, folder) -> None:
        self.folder = folder

    def start(self) -> str:
        self.server = self._spawn("serve", "--port", "0")
        return self.server.stdout.readline().removeprefix("listening on ").strip()

    def migrate(self) -> None:
        self.command = self._spawn("migrate", "run", "--json")

    def kill(self) -> None:
        """No warning, no goodbye."""
        for process in (self.command, self.server):
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=30)

    def stop(self) -> None:
        self.server.terminate()
        self.server.communicate(timeout=30)

    def _spawn(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "sync.server", *words, "--data", str(self.folder)],
            cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="commands reach a running server over a local socket")
def test_a_killed_server_comes_back_with_everything_and_goes_on(tmp_path):
    """Killed at some moment of its migration, again and again, while somebody types; every ack is kept."""
    folder, chance = tmp_path / "server", random.Random(3)
    folder.mkdir()
    administer(folder, "--data-model", "1", "stats")
    killable, author = _Killable(folder), Author(model="1.0")
    written: list[str] = []

    async def type_until(peer: Peer, end_s: float, note: str) -> None:
        while time.monotonic() < end_s:
            answer = await peer.push(peer.notes, author.type(peer.notes, note, f"{len(written)} "))
            assert isinstance(answer, m.Ack)
            written.append(f"{len(written)} ")

    async def play() -> None:
        peer = await Peer.open(killable.start(), author)
        await peer.sign_up("bob@example.org")
        note = ""
        for _ in range(5):
            made = [author.note(peer.notes, f"note {n}") for n in range(100)]
            note = made[0][0]
            await peer.push(peer.notes, *[delta for _, delta in made])
        for _ in range(KILLS):
            killable.migrate()
            await type_until(peer, time.monotonic() + chance.uniform(0.2, 1.2), note)
            killable.kill()
            await peer.close()
            peer, token = await Peer.open(killable.start(), author, token=peer.token), peer
            peer.token, peer.personal = token.token, token.personal
            granted = await peer.subscribe(peer.notes, last_n=len(written))
            assert granted.last_n == len(author.chains[peer.notes]) - 1
            assert granted.chain == author.chains[peer.notes][-1]
        assert json.loads(administer(folder, "migrate", "run", "--json"))["ok"]
        await type_until(peer, time.monotonic() + 0.1, note)
        await peer.close()
        killable.stop()
        assert json.loads(administer(folder, "migrate", "status", "--json"))["state"] == "current"
        assert json.loads(administer(folder, "verify", "--json")) == {"ok": True, "documents": 500}
        shown = json.loads(administer(folder, "note", "show", note, "--json"))
        assert shown["text"] == "".join(written)
        assert shown["text"] == author.documents[note].value(("body",))

    run(play())
