from __future__ import annotations

from sync.client import events as e
from sync.limits import ID_LENGTH
from sync.model import v1
from sync.protocol import messages as m
from sync.protocol.rows import NotebookRow, Rejected, SharedRow
from sync.storage.rows import LocalChange
from tests.support.engine_bench import PERSONAL
from tests.support.library import named

SHARED = "S" * 22
THEIRS = f"{SHARED}/notes"
OWN = f"{PERSONAL}/notes"
MINE = NotebookRow(PERSONAL, "Personal", "owner")


def shared(role):
    return NotebookRow(SHARED, "Shared", role)


def joined(bench):
    """A library with a notebook of others in which one note is on the server."""
    bench.live()
    bench.hear(bench.notice(MINE, shared("editor")))
    bench.grant()
    bench.desk.notebook = SHARED
    note = bench.desk.new_note("Plan", "beans ")
    bench.feed(e.Written(now=True))
    (push,) = bench.sent(m.Push)
    bench.hear(m.Ack(push.stream, push.batch, push.n0 + len(push.deltas) - 1, 9))
    bench.sent()
    return note


def kept(bench):
    return [effect for effect in bench.effects if isinstance(effect, e.CopyKept)]


def test_unsent_edits_of_a_lost_notebook_are_kept_as_a_note_of_ones_own(bench):
    note = joined(bench)
    bench.desk.type(note, "and peas ")
    bench.hear(bench.notice(MINE))
    (copy,) = [name for name in bench.store.document_ids(OWN) if name != note]
    assert kept(bench) == [e.CopyKept(note, copy)]
    assert bench.desk.body(copy) == "beans and peas "
    assert bench.desk.body(note) == "beans ", "it shows what others have"
    assert len(copy) == ID_LENGTH
    assert bench.store.stream(THEIRS).next_n == bench.store.stream(THEIRS).acked_n + 1
    assert {push.stream for push in bench.sent(m.Push)} <= {OWN}
    assert bench.engine.status.held == 0


def test_when_the_role_comes_back_nothing_is_sent_twice(bench):
    note = joined(bench)
    bench.desk.type(note, "and peas ")
    bench.hear(bench.notice(MINE))
    bench.hear(bench.notice(MINE, shared("editor")))
    bench.grant()
    bench.sent()
    bench.desk.type(note, "and corn ")
    bench.feed(e.Written(now=True))
    (push,) = [push for push in bench.sent(m.Push) if push.stream == THEIRS]
    assert push.n0 == bench.store.stream(THEIRS).acked_n + 1
    assert len(push.deltas) == 1


def test_what_is_under_way_is_answered_before_it_is_kept(bench):
    note = joined(bench)
    bench.desk.type(note, "and peas ")
    bench.feed(e.Written(now=True))
    (push,) = bench.sent(m.Push)
    bench.hear(bench.notice(MINE, shared("viewer")))
    assert kept(bench) == []
    bench.hear(m.Ack(push.stream, push.batch, push.n0, 10))
    assert kept(bench) == []
    assert bench.desk.body(note) == "beans and peas ", "it was on time"


def test_edits_that_the_server_forbids_are_kept_as_one_copy(bench):
    note = joined(bench)
    bench.desk.type(note, "and peas ")
    bench.feed(e.Written(now=True))
    (push,) = bench.sent(m.Push)
    bench.desk.type(note, "and corn ")
    bench.hear(m.Ack(push.stream, push.batch, push.n0, 9, (Rejected(push.n0, "forbidden", "", note),)))
    (told,) = kept(bench)
    assert bench.desk.body(told.copy) == "beans and peas and corn "
    assert bench.desk.body(note) == "beans "
    assert bench.store.quarantine() == []
    bench.hear(bench.notice(MINE, shared("viewer")))
    assert len(kept(bench)) == 1, "the rest is in the copy already"


def test_folders_that_may_not_be_written_go_to_the_quarantine(bench):
    joined(bench)
    _, delta = v1.new_folder(bench.store.rid, bench.desk.ticker.stamp(), name="Beds")
    bench.store.append([LocalChange(f"{SHARED}/folders", named(7), delta)])
    bench.hear(bench.notice(MINE, shared("viewer")))
    assert [(row.stream, row.code) for row in bench.store.quarantine()] == [
        (f"{SHARED}/folders", "forbidden")
    ]


def test_a_collection_with_a_weaker_role_is_kept_alone(bench):
    note = joined(bench)
    bench.desk.type(note, "and peas ")
    notice = bench.notice(MINE, shared("editor"))
    bench.hear(m.Notice("account", notice.notebooks, notice.personal, shared=(
        SharedRow(SHARED, 2, "", (("notes", "viewer"),)),
    )))  # fmt: skip
    assert len(kept(bench)) == 1
    assert bench.store.stream(f"{SHARED}/folders").role == "editor"
