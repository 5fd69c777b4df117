"""A client with a thousand edits, one of which makes no sense, against a real server."""

from __future__ import annotations

import time

from crdt import Clock
from sync.client.session import Client
from sync.client.ticker import Ticker
from sync.model import v1
from sync.storage.client_store import ClientStore
from sync.storage.rows import LocalChange
from tests.support.library import named
from tests.support.running_server import run, running_server

COUNT = 1_000
BAD = 500


def test_of_a_thousand_deltas_one_is_refused_and_all_others_are_acked(tmp_path):
    async def play():
        store = ClientStore.open(tmp_path / "library.sqlite3", newest=v1.MODEL)
        store.add_notebook(named(1, "L"), "Personal")
        store.set_personal(named(1, "L"))
        clock, now_ms = Clock(store.rid), time.time_ns() // 1_000_000
        stream = f"{store.personal()}/notes"
        note, first = v1.new_note(store.rid, clock.tick(now_ms), title="n", created_ms=now_ms)
        changes = [LocalChange(stream, named(2), first)]
        while len(changes) < COUNT:
            if len(changes) + 1 == BAD:  # of a note of its own, so that nothing builds on it
                bad, delta = v1.new_note(store.rid, clock.tick(now_ms), title="bad", created_ms=now_ms)
                delta = bad.edit(clock.tick(now_ms), lambda edit: edit.set(("pinned",), "no truth value"))
                changes.append(LocalChange(stream, named(3), delta))
            else:
                delta = note.edit(clock.tick(now_ms), lambda edit: edit.text(("body",)).insert(0, "x"))
                changes.append(LocalChange(stream, named(2), delta))
        store.append(changes)
        async with running_server(tmp_path / "server") as server:
            ticker = Ticker(Clock(store.rid, store.clock_high_water()), lambda: time.time_ns() // 1_000_000)
            client = Client(store, ticker, newest=v1.MODEL)
            url = server.url
            await client.sign_in(url, "ana@example.org", "correct horse battery", sign_up_name="Ana")
            status = await client.sync_once(60)
            (row,) = [row for row in store.streams() if row.collection == "notes"]
            head = await server.in_store(lambda: server.opened.store.stream(row.id).head)
            position = await server.in_store(
                lambda: server.opened.store.position(server.opened.store.stream(row.id).key, store.rid)
            )
        assert (status.outbox, status.quarantine) == (0, 1)
        assert (row.acked_n, position.last_n, head) == (COUNT, COUNT, COUNT - 1)
        (refused,) = store.quarantine()
        assert (refused.n, refused.document) == (BAD, named(3))
        assert refused.code in ("schema", "missing_ref")
        assert refused.message
        assert refused.body == changes[BAD - 1].delta.encode()
        assert store.document(named(2), store.rid).value(("body",)) == "x" * (COUNT - 2)
        store.close()

    run(play())
