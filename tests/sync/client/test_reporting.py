"""The status says what the parts know, and what cannot be read stays as it was said."""

from sync.client import events as e
from sync.errors import StoreUnavailable
from sync.protocol import messages as m
from sync.protocol.rows import NotebookRow
from tests.support.engine_bench import ACCOUNT, PERSONAL, URL


def test_each_axis_follows_its_part(bench):
    note = bench.desk.new_note("note")
    bench.live()
    status = bench.engine.status
    assert (status.link, status.auth, status.mode, status.inbound) == ("live", "ok", "full", "up_to_date")
    assert (status.server, status.account, status.email) == (URL, ACCOUNT.id, ACCOUNT.email)
    assert (status.outbox, status.held, status.quarantine, status.model) == (1, 0, 0, "1.0")
    assert status.up_to_date_ms == bench.desk.wall.ms
    assert bench.store.has(note)


def test_a_connection_has_the_servers_number_while_it_is_there(bench):
    bench.live()
    assert bench.engine.status.conn == bench.welcome().conn > 0
    bench.feed(e.Lost("closed"))
    assert bench.engine.status.conn == 0


def test_what_may_not_be_sent_is_counted_apart(bench):
    bench.live()
    bench.hear(bench.notice(NotebookRow(PERSONAL, "Personal", "viewer")))
    bench.desk.notebook = PERSONAL
    bench.desk.new_note("note")
    bench.feed(e.Written())
    assert (bench.engine.status.outbox, bench.engine.status.held) == (1, 1)


def test_since_when_one_is_signed_out_survives_a_restart(bench):
    bench.live()
    bench.desk.wall.ms += 5_000
    bench.hear(m.AuthState("expired"))
    since = bench.engine.status.signed_out_ms
    assert since == bench.desk.wall.ms
    bench.desk.wall.ms += 60_000
    bench.make()
    bench.connect()
    bench.hear(bench.welcome("expired"))
    assert bench.engine.status.signed_out_ms == since
    bench.feed(e.TokenSet(URL, "another"))
    bench.hear(m.AuthState("ok", 100, ACCOUNT))
    assert bench.engine.status.signed_out_ms is None


def test_a_store_that_cannot_be_read_leaves_the_counts_as_they_were(bench, monkeypatch):
    bench.desk.new_note("note")
    bench.feed(e.Written())

    def broken():
        raise StoreUnavailable(bench.store.path, "io", "")

    monkeypatch.setattr(bench.store, "streams", broken)
    bench.feed(e.Nudged())
    assert (bench.engine.status.outbox, bench.engine.status.store) == (1, "io")
