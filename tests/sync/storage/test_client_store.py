"""The client's store on real files: the barrier, what comes back after a crash, one transaction per call."""

import subprocess
import sys
import threading

import pytest

from crdt import LimitExceeded, Stamp
from sync.errors import StoreUnavailable
from sync.storage.rows import LocalChange, RemoteDelta
from tests.support.library import FOREIGN, NOTES, Desk, foreign_note


def test_what_append_stored_is_all_there_after_a_kill(desk):
    note = desk.new_note("Shopping", "milk")
    desk.type(note, " and bread")
    rid, mark = desk.store.rid, desk.ticker.high_water()
    desk.crash()
    desk.open()
    assert desk.store.rid == rid
    assert desk.store.clock_high_water() == mark
    assert desk.body(note) == "milk and bread"
    row = desk.store.stream(NOTES)
    assert (row.next_n, row.acked_n) == (4, 0)
    assert desk.store.outbox_count() == 3


def test_a_failed_append_leaves_everything_as_it_was(desk):
    note = desk.new_note("before")
    document = desk.note(note)
    fine = document.edit(desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, "x"))
    big = document.edit(desk.ticker.stamp(), lambda e: e.text(("body",)).insert(0, "y" * 70_000))
    before = desk.store.stream(NOTES)
    with pytest.raises(LimitExceeded):
        desk.store.append([LocalChange(NOTES, note, fine), LocalChange(NOTES, note, big)])
    assert desk.store.stream(NOTES) == before
    assert desk.body(note) == ""
    desk.store.append([LocalChange(NOTES, note, fine)])
    assert desk.body(note) == "x"


def test_the_stream_of_a_document_is_known_without_reading_it(desk):
    note = desk.new_note("a")
    assert desk.store.stream_of(note) == desk.store.load(note).stream
    with pytest.raises(StoreUnavailable, match="missing"):
        desk.store.stream_of("nothing")


def test_use_from_another_thread_is_our_own_bug(desk):
    seen = []

    def other():
        try:
            desk.store.notes()
        except AssertionError as error:
            seen.append(str(error))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert seen == ["the store belongs to the thread that opened it"]


def test_remote_and_local_edits_of_one_note_merge_and_the_outbox_is_untouched(desk):
    theirs, bodies = foreign_note("world")
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, body, n) for n, body in enumerate(bodies, 1)], 2)
    desk.type(FOREIGN, "hello ", 0)
    before = desk.store.unsent(NOTES, 0, count=9, size=1 << 20)
    third = theirs.edit(Stamp(1_760_000_000_002, 0, 99), lambda e: e.text(("body",)).insert(5, "!"))
    desk.store.append_remote(NOTES, [RemoteDelta(FOREIGN, third.encode(), 3)], 3)
    assert desk.body(FOREIGN) == "hello world!"
    assert desk.store.unsent(NOTES, 0, count=9, size=1 << 20) == before


WRITER = """
import sys
from pathlib import Path
from tests.support.library import Desk
desk = Desk(Path(sys.argv[1]))
note = desk.new_note("typing")
for number in range(10_000):
    desk.type(note, "x")
    print(number + 1, flush=True)
"""


def test_what_was_said_to_be_stored_survives_kill_9(tmp_path):
    path = tmp_path / "killed.sqlite3"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        said = [int(child.stdout.readline()) for _ in range(40)]
        child.kill()
        said += [int(line) for line in child.stdout]
    desk = Desk(path)
    note = desk.store.document_ids(NOTES)[0]
    assert len(desk.body(note)) >= said[-1]
    assert desk.store.outbox_count() == 1 + len(desk.body(note))
    desk.crash()
