"""Several processes that write one stream of one database; here: threads with a core each."""

from __future__ import annotations

import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Document
from sync.errors import AuthFailed, StoreUnavailable
from sync.protocol.messages import Ack
from sync.server import admin
from sync.server.moving import Moving
from sync.storage.server_store import HeadMoved
from tests.support.core_world import CoreWorld
from tests.support.peer import Author
from tests.support.postgres import DATABASES, cluster

pytestmark = pytest.mark.one_database

FEWER = settings(max_examples=max(4, settings.default.max_examples // 25))


@pytest.fixture(scope="module", autouse=True)
def _cluster():
    cluster()


class Processes:
    """Some worlds on one database, and the people who come to any of them."""

    def __init__(self, folder, count):
        DATABASES.kind = "postgresql"
        self.worlds = [CoreWorld(folder) for _ in range(count)]
        self.ann = self.worlds[0].account("ann")
        self.stream = self.ann.personal + "/notes"

    def push(self, world, author, *deltas):
        answer = world.push(self.ann, author, self.stream, *deltas)
        assert isinstance(answer, Ack), answer
        assert not answer.rejected, answer
        return answer

    def close(self):
        for world in self.worlds:
            world.close()
        DATABASES.end()


@FEWER
@given(seed=st.integers(0, 2**32))
def test_whoever_answers_everybody_builds_on_what_everybody_wrote(tmp_path_factory, seed):
    """Each delta depends on the latest of all: a process that lags would call it a missing reference."""
    chance, processes = random.Random(seed), Processes(tmp_path_factory.mktemp("several"), 2)
    try:
        authors = [Author() for _ in range(2)]
        note, first = authors[0].note(processes.stream)
        processes.push(processes.worlds[0], authors[0], first)
        cursors = dict.fromkeys([author.rid for author in authors], 0)
        for turn in range(chance.randrange(5, 40)):
            author, world = chance.choice(authors), chance.choice(processes.worlds)
            rows = processes.worlds[0].log(processes.stream)
            mine = author.rid
            for row in rows[cursors[mine] :]:
                if _rid_of(row) != mine:
                    author.take((row,))
            cursors[mine] = len(rows)
            said = author.type(processes.stream, note, f"{turn} ")
            assert processes.push(world, author, said).head == len(rows) + 1
            if chance.random() < 0.2:
                chance.choice(processes.worlds).opened.core.documents.save(everything=True)
            if chance.random() < 0.1:
                world.reopen()
        for world in processes.worlds:
            world.check()
    finally:
        processes.close()


def _rid_of(row):
    from crdt import Delta

    return Delta.decode(row.body).rid


def test_threads_that_write_one_stream_lose_and_repeat_nothing(tmp_path):
    processes = Processes(tmp_path, 3)
    try:
        note, first = (shared := Author()).note(processes.stream)
        processes.push(processes.worlds[0], shared, first)
        failed = []

        def write(world, seed):
            try:
                chance, author = random.Random(seed), Author()
                author.take(tuple(world.log(processes.stream)[:1]))
                for number in range(25):
                    deltas = [author.type(processes.stream, note, f"<{seed}.{number}>")]
                    if chance.random() < 0.3:
                        deltas.append(author.note(processes.stream, str(seed))[1])
                    processes.push(world, author, *deltas)
                    if chance.random() < 0.2:
                        world.opened.core.documents.save(everything=True)
            except BaseException as error:
                failed.append(error)

        threads = [
            threading.Thread(target=write, args=(world, seed)) for seed, world in enumerate(processes.worlds)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        for world in processes.worlds:
            world.check()
            text = world.opened.core.documents.find(note).document.value(("body",))
            for seed in range(3):
                assert all(text.count(f"<{seed}.{number}>") == 1 for number in range(25))
    finally:
        processes.close()


def test_streams_written_in_any_order_never_wait_for_each_other_for_ever(tmp_path):
    processes = Processes(tmp_path, 2)
    try:
        notebooks = [processes.worlds[0].notebook(processes.ann) for _ in range(4)]
        failed = []

        def write(world, seed):
            try:
                chance, authors = random.Random(seed), {name: Author() for name in notebooks}
                for _ in range(20):
                    chance.shuffle(notebooks_here := list(notebooks))
                    batches = []
                    for name in notebooks_here:
                        stream, author = f"{name}/notes", authors[name]
                        delta = author.note(stream)[1]
                        n0 = len(author.chains[stream]) - 1
                        batches.append(world.batch(processes.ann, author, stream, (delta,), n0))
                    for answer in world.write(*batches).answers:
                        assert isinstance(answer.message, Ack), answer
                    world.opened.core.documents.save(everything=True)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=write, args=(w, n)) for n, w in enumerate(processes.worlds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        processes.worlds[1].check()
    finally:
        processes.close()


def test_of_sign_ups_at_two_processes_one_makes_the_account(tmp_path):
    processes = Processes(tmp_path, 2)
    try:
        together, came = threading.Barrier(2), []

        def sign_up(world, turn):
            together.wait()
            try:
                came.append(world.account(f"bob{turn}").id)
            except AuthFailed as error:
                came.append(error.code)

        for turn in range(20):
            threads = [threading.Thread(target=sign_up, args=(w, turn)) for w in processes.worlds]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            (made,) = set(came) - {"taken"}
            assert len(came) == 2
            for world in processes.worlds:
                account = world.opened.accounts.account_of(f"bob{turn}@example.org")
                assert account.id == made
                assert set(world.opened.people.roles(made)) == {account.personal}
            came.clear()
    finally:
        processes.close()


def test_a_note_that_another_process_has_made_elsewhere_is_another_streams(tmp_path):
    processes = Processes(tmp_path, 2)
    try:
        one, other = processes.worlds
        author, stranger = Author(), Author()
        note, first = author.note(processes.stream)
        processes.push(one, author, first)
        elsewhere = other.notebook(processes.ann) + "/notes"
        answer = other.push(processes.ann, stranger, elsewhere, stranger.note(elsewhere, document=note)[1])
        assert [rejected.code for rejected in answer.rejected] == ["forbidden"]
    finally:
        processes.close()


def test_a_plan_that_another_process_overtook_is_made_again(tmp_path, monkeypatch):
    """What the row lock makes impossible is still looked for: a head that moved stores nothing."""
    processes = Processes(tmp_path, 2)
    try:
        one, _ = processes.worlds
        author = Author()
        note, first = author.note(processes.stream)
        processes.push(one, author, first)
        append, failures = one.opened.store.append, [HeadMoved("test")]

        def moved_once(additions, at_ms):
            if failures:
                raise failures.pop()
            append(additions, at_ms)

        monkeypatch.setattr(one.opened.store, "append", moved_once)
        processes.push(one, author, author.type(processes.stream, note, "x"))
        one.check()
    finally:
        processes.close()


def test_a_stream_that_is_compacted_elsewhere_is_read_and_written_on(tmp_path):
    from sync.server.compaction import Compacted, compact

    processes = Processes(tmp_path, 2)
    try:
        one, other = processes.worlds
        author = Author()
        note, first = author.note(processes.stream)
        processes.push(one, author, first)
        processes.push(other, author, author.type(processes.stream, note, "a"))
        for number in range(60):
            processes.push(one, author, author.type(processes.stream, note, f"{number} "))
        for _ in compact(one.opened.core, one.now_ms + 10**12, Compacted(), keep_deltas=5, keep_ms=0):
            pass
        processes.push(other, author, author.type(processes.stream, note, "end"))
        row, state = other.opened.core.state_of(note)
        assert (row.last_seq, other.opened.core.stream(processes.stream).floor > 0) == (63, True)
        assert state == author.documents[note].encode() == one.opened.core.state_of(note)[1]
    finally:
        processes.close()


def test_who_lost_its_place_does_not_write_as_the_servers_replica(tmp_path):
    processes = Processes(tmp_path, 2)
    try:
        one, other = processes.worlds
        assert one.opened.core.rid != other.opened.core.rid
        arguments = {"notebook": processes.ann.personal, "text": "x"}
        with cluster().connection() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND application_name = 'commonplace-server'"
            )
        third = CoreWorld(tmp_path)  # takes the place that the first one had
        assert third.opened.core.rid == one.opened.core.rid
        with pytest.raises(StoreUnavailable):
            admin.run(one.opened, "note add", arguments, one.now_ms)
        third.close()
        while True:  # until the pool has found the database again
            try:
                admin.run(one.opened, "note add", arguments, one.now_ms)
                break
            except StoreUnavailable:
                continue
        one.check()
    finally:
        processes.close()


def test_each_note_of_a_stream_is_brought_up_to_what_another_process_wrote(tmp_path):
    processes = Processes(tmp_path, 2)
    try:
        one, other = processes.worlds
        here, there = Author(), Author()
        made = [here.note(processes.stream) for _ in range(2)]
        notes = [note for note, _ in made]
        processes.push(one, here, *[first for _, first in made])
        for note in notes:
            there.documents[note] = Document.decode(one.opened.core.state_of(note)[1], there.rid)
            processes.push(other, there, there.type(processes.stream, note, "there "))
        for note in notes:  # the one tells that the stream was written elsewhere, for the other too
            processes.push(one, here, here.type(processes.stream, note, "here "))
        for note in notes:
            states = [world.opened.core.state_of(note)[1] for world in processes.worlds]
            assert states[0] == states[1]
            text = Document.decode(states[0], 1).value(("body",))
            assert sorted(text.split()) == ["here", "there"]
        one.check()
    finally:
        processes.close()


def test_a_check_takes_nothing_for_damaged_that_another_process_writes_meanwhile(tmp_path, monkeypatch):
    processes = Processes(tmp_path, 2)
    try:
        one, other = processes.worlds
        author = Author()
        note, first = author.note(processes.stream)
        processes.push(other, author, first)
        fold, folded = one.opened.core.documents.fold, []

        def written_before(row):
            if not folded:
                processes.push(other, author, author.type(processes.stream, note, "meanwhile"))
            folded.append(row.id)
            return fold(row)

        monkeypatch.setattr(one.opened.core.documents, "fold", written_before)
        outcome = admin.run(one.opened, "verify", {}, one.now_ms)
        outcome.finish()
        assert (outcome.value, folded) == ({"ok": True, "documents": 1}, [note, note])
    finally:
        processes.close()


def test_late_edits_of_a_note_that_was_moved_build_on_what_is_written_where_it_is(tmp_path):
    """In one group: an edit in the notebook that the note is in now, and one in the notebook that it left."""
    processes = Processes(tmp_path, 2)
    try:
        one, other = processes.worlds
        ann, late, there = processes.ann, Author(), Author()
        note, first = late.note(processes.stream)
        processes.push(one, late, first)
        processes.push(one, late, late.type(processes.stream, note, "first "))
        there.documents[note] = Document.decode(one.opened.core.state_of(note)[1], there.rid)
        notebook = one.notebook(ann)
        moving = Moving(other.opened.core, other.opened.people)
        assert moving.move(ann.id, note, notebook, other.now_ms).value["outcome"] == "moved"
        home = f"{notebook}/notes"
        for number in range(3):
            edits = [
                one.batch(ann, there, home, [there.type(home, note, "there ")], number + 1),
                one.batch(
                    ann, late, processes.stream, [late.type(processes.stream, note, "late ")], number + 3
                ),
            ]
            answers = one.write(*edits).answers
            assert [(type(a.message), a.message.rejected) for a in answers] == [(Ack, ())] * 2
        state = one.opened.core.state_of(note)[1]
        assert state == other.opened.core.state_of(note)[1]
        words = Document.decode(state, 1).value(("body",)).split()
        assert sorted(words) == ["first"] + ["late"] * 3 + ["there"] * 3
    finally:
        processes.close()


@pytest.mark.parametrize("known", [True, False])
def test_a_note_that_is_moved_while_it_is_read_is_read_again(tmp_path, monkeypatch, known):
    processes = Processes(tmp_path, 2)
    try:
        one, other = processes.worlds
        ann, author = processes.ann, Author()
        note, first = author.note(processes.stream)
        processes.push(one if known else other, author, first)
        processes.push(other, author, author.type(processes.stream, note, "a "))
        home = f"{other.notebook(ann)}/notes"
        moving = Moving(other.opened.core, other.opened.people)
        tail, later = one.opened.store.tail, []

        def moved_before(document, after):
            if not later:
                later.append(note)
                moving.move(ann.id, note, home.partition("/")[0], other.now_ms)
                for word in "bcde":
                    other.push(ann, author, home, author.type(home, note, f"{word} "))
            return tail(document, after)

        monkeypatch.setattr(one.opened.store, "tail", moved_before)
        folded = one.opened.core.documents.find(note)
        assert folded.document.value(("body",)) == "a b c d e "
        assert folded.stream == other.opened.store.stream(home).key
        assert folded.last_seq == other.opened.store.stream(home).head == 5
    finally:
        processes.close()
