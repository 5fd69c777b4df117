"""Real processes, really killed, in the middle of a session of two hundred edits."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

from crdt import Clock
from sync.client.session import Client
from sync.client.ticker import Ticker
from sync.model import v1
from sync.server.opening import open_server
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange
from tests.support.library import NOTEBOOK, NOTES, named
from tests.support.processes import ROOT, Server, environment
from tests.support.running_server import run

EDITS = 200
EVERY = 50
"""Edits between two kills."""

WRITES = """
import sys
from pathlib import Path
from tests.support.library import Desk
desk = Desk(Path(sys.argv[1]))
note = desk.store.document_ids("N" * 22 + "/notes")[0]
while True:
    desk.type(note, "x")
    print(desk.store.outbox_count(), flush=True)
"""


class Writer:
    """A person at one computer, with the real client."""

    def __init__(self, path: Path) -> None:
        self.store = ClientStore.open(path)
        if not self.store.notebooks():
            self.store.add_notebook(named(1, "L"), "Personal")
            self.store.set_personal(named(1, "L"))
        self.ticker = Ticker(
            Clock(self.store.rid, self.store.clock_high_water()), lambda: time.time_ns() // 1_000_000
        )
        self.client = Client(self.store, self.ticker)
        self.note, made = v1.new_note(self.store.rid, self.ticker.stamp(), title="", created_ms=1)
        self.client.submit([LocalChange(self.stream, named(2), made)])

    @property
    def stream(self) -> str:
        return f"{self.store.personal()}/notes"

    def write(self, token: str) -> None:
        delta = self.note.edit(
            self.ticker.stamp(), lambda edit: edit.text(("body",)).insert(len(edit.text(("body",))), token)
        )
        self.client.submit([LocalChange(self.stream, named(2), delta)], now=True)


def test_a_server_that_is_killed_again_and_again_loses_no_edit_and_doubles_none(tmp_path):
    async def play():
        server = Server(tmp_path / "server")
        writer = Writer(tmp_path / "library.sqlite3")
        try:
            await writer.client.sign_in(server.url, "ana@example.org", "correct horse", sign_up_name="Ana")
            await writer.client.start()
            for number in range(EDITS):
                writer.write(f"[{number}]")
                await asyncio.sleep(0)
                if number % EVERY == EVERY - 1:
                    # Somewhere between the first byte of these and the ack of the last.
                    await asyncio.sleep(0.001 * (number % 40))
                    server.stop(signal.SIGKILL)
                    server.start()
                    writer.client.nudge()
            assert await writer.client.drained(60)
        finally:
            await writer.client.stop()
            server.stop()
        expected = "".join(f"[{number}]" for number in range(EDITS))
        assert writer.store.outbox_count() == 0
        stream = writer.stream
        writer.store.close()
        opened = open_server(tmp_path / "server")
        try:
            row = opened.store.stream(stream)
            assert row.head == EDITS + 1
            document = opened.core.documents.find(named(2)).document
            assert document.value(("body",)) == expected
        finally:
            opened.close()

    run(play())


def test_a_client_that_is_killed_while_it_writes_has_all_that_it_said_was_saved(tmp_path):
    path = tmp_path / "library.sqlite3"
    store = ClientStore.open(path, newest=v1.MODEL)
    store.add_notebook(NOTEBOOK, "Personal")
    store.set_personal(NOTEBOOK)
    _, made = v1.new_note(store.rid, Clock(store.rid).tick(1), title="", created_ms=1)
    store.append([LocalChange(NOTES, named(1), made)])
    store.close()
    said = 1
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITES, str(path)],
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        for _ in range(EDITS // 4):
            said = int(process.stdout.readline())
        process.kill()
        process.communicate()
        store = ClientStore.open(path, newest=v1.MODEL)
        there = store.outbox_count()
        body = store.document(named(1), store.rid).value(("body",))
        rows = store.unsent(NOTES, 0, count=10_000, size=1 << 30)
        store.close()
        assert said <= there
        assert len(body) == there - 1
        assert [row.n for row in rows] == list(range(1, there + 1))
