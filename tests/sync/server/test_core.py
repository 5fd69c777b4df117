from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Document
from sync.errors import StoreUnavailable
from sync.protocol.chain import chain_next
from sync.protocol.messages import Ack, Nack
from sync.protocol.rows import PushedDelta
from sync.server import core as core_module
from sync.storage.server_store import HeadMoved
from tests.support.core_world import CoreWorld, bodies
from tests.support.peer import Author
from tests.support.worlds import world_of

# Each example is a folder with a real store.
FEWER = settings(max_examples=max(10, settings.default.max_examples // 4))

world = world_of(CoreWorld)


def test_an_ack_comes_after_the_commit_and_the_log_holds_the_bytes_pushed(world):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    delta = author.note(stream, "Hi")[1]
    answer = world.push(ann, author, stream, delta)
    assert answer == Ack(stream, 1, 1, 1)
    world.reopen()
    assert bodies(world.log(stream)) == [delta.body]
    world.check()


def test_a_group_of_many_authors_is_one_commit_in_the_order_of_arrival(world):
    ann = world.account("ann")
    stream = ann.personal + "/notes"
    authors = [Author() for _ in range(5)]
    batches = []
    for author in authors:
        delta = author.note(stream)[1]
        batches.append(world.batch(ann, author, stream, (delta,), 1, conn=author.rid))
    commits = _count_commits(world)
    written = world.write(*batches)
    assert commits() == 1
    assert [answer.own for answer in written.answers] == [(n, n + 1) for n in range(1, 6)]
    assert [segment.last for segment in written.segments] == [5]
    assert bodies(world.log(stream)) == [batch.deltas[0].body for batch in batches]


def test_two_batches_of_one_author_in_one_group_build_on_each_other(world):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    second = author.type(stream, note, "x")
    written = world.write(
        world.batch(ann, author, stream, (first,), 1), world.batch(ann, author, stream, (second,), 2)
    )
    assert [answer.message.n for answer in written.answers] == [1, 2]
    assert [answer.own for answer in written.answers] == [(1, 2), (2, 3)]
    world.check()


@FEWER
@given(seed=st.integers(0, 2**32))
def test_duplicates_gaps_forks_and_kills_never_lose_or_double_a_delta(tmp_path_factory, seed):
    chance = random.Random(seed)
    world = CoreWorld(tmp_path_factory.mktemp("core"))
    try:
        _push_wildly(world, chance)
    finally:
        world.close()


def _push_wildly(world, chance):
    """Two replicas push slices of what they wrote, as a bad network and a bad memory would."""
    ann = world.account("ann")
    stream = ann.personal + "/notes"
    authors = [Author(), Author()]
    written: dict[int, list[PushedDelta]] = {}
    for author in authors:
        note, first = author.note(stream)
        written[author.rid] = [first] + [
            author.type(stream, note, f"w{n} ") for n in range(chance.randrange(1, 12))
        ]
    known = dict.fromkeys(written, 0)
    for _ in range(chance.randrange(5, 25)):
        author = chance.choice(authors)
        mine, last = written[author.rid], known[author.rid]
        n0 = chance.randrange(1, len(mine) + 1)
        deltas = tuple(mine[n0 - 1 : n0 - 1 + chance.randrange(1, 6)])
        forked = chance.random() < 0.2
        if forked:
            deltas = (PushedDelta(deltas[0].document, deltas[0].body + b"!"), *deltas[1:])
        answer = world.push(ann, author, stream, *deltas, n0=n0)
        end = n0 - 1 + len(deltas)
        if n0 > last + 1:
            assert answer == Nack(stream, 1, "gap", want_n=last + 1)
        elif forked and n0 <= last <= end:
            assert isinstance(answer, Nack)
            assert answer.code == "fork"
        elif forked and n0 == last + 1:  # new, and not what will be said later: its body is no delta
            assert [rejected.code for rejected in answer.rejected][:1] == ["schema"]
            return
        else:
            known[author.rid] = max(last, end)
            assert isinstance(answer, Ack)
            assert (answer.n, answer.rejected) == (known[author.rid], ())
        if chance.random() < 0.3:
            world.reopen()
        if chance.random() < 0.3:
            world.opened.core.idle()
    log = bodies(world.log(stream))
    for author in authors:
        mine = [delta.body for delta in written[author.rid]]
        assert [body for body in log if body in mine] == mine[: known[author.rid]]
    assert len(log) == sum(known.values())
    world.check()


@FEWER
@given(seed=st.integers(0, 2**32))
def test_rejected_deltas_consume_their_number_and_the_rest_flows(tmp_path_factory, seed):
    chance = random.Random(seed)
    world = CoreWorld(tmp_path_factory.mktemp("core"))
    try:
        ann, author = world.account("ann"), Author()
        stream = ann.personal + "/notes"
        note, first = author.note(stream)
        deltas, bad = [first], set()
        for n in range(2, 12):
            if chance.random() < 0.3:
                deltas.append(author.numbered_bytes(stream, note, chance.randbytes(12)))
                bad.add(n)
            else:
                deltas.append(author.type(stream, note, f"{n} "))
        answer = world.push(ann, author, stream, *deltas)
        assert isinstance(answer, Ack)
        assert {rejected.n for rejected in answer.rejected} == bad
        assert {rejected.code for rejected in answer.rejected} <= {"schema"}
        good = [delta.body for n, delta in enumerate(deltas, 1) if n not in bad]
        assert bodies(world.log(stream)) == good
        world.reopen()
        again = world.push(ann, author, stream, *deltas, n0=1)  # the ack was lost
        assert {rejected.n for rejected in again.rejected} == bad
        assert bodies(world.log(stream)) == good
        world.check()
    finally:
        world.close()


def test_a_rejection_tells_the_state_of_the_document_and_never_one_of_another_stream(world):
    ann, bob, author, mallory = world.account("ann"), world.account("bob"), Author(), Author()
    stream = ann.personal + "/notes"
    note, delta = author.note(stream, "secret")
    world.push(ann, author, stream, delta)
    broken = author.numbered_bytes(stream, note, b"no delta")
    rejected = world.push(ann, author, stream, broken).rejected[0]
    assert Document.decode(rejected.state, 9).value(("title",)) == "secret"
    theirs = bob.personal + "/notes"
    for body in (b"no delta", b"x" * 70_000):
        answer = world.push(bob, mallory, theirs, mallory.numbered_bytes(theirs, note, body))
        assert answer.rejected[0].state is None
        assert answer.rejected[0].seq is None


def test_a_group_that_cannot_be_stored_is_refused_and_forgotten(world, monkeypatch, expect_log):
    expect_log("not stored")
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    second = author.type(stream, note, "x")
    store = world.opened.store
    with monkeypatch.context() as patched:
        patched.setattr(store, "append", _raises(StoreUnavailable(world.folder, "no_space")))
        answer = world.push(ann, author, stream, second)
        assert isinstance(answer, Nack)
        assert answer.code == "internal"
        assert world.opened.core.trouble.reason == "no_space"
    assert world.push(ann, author, stream, second) == Ack(stream, 1, 2, 2)
    assert world.opened.core.trouble is None
    world.check()


def test_one_batch_that_cannot_be_stored_does_not_stop_those_beside_it(world, monkeypatch, expect_log):
    expect_log("not stored")
    ann, good, bad = world.account("ann"), Author(), Author()
    stream = ann.personal + "/notes"
    fine, broken = good.note(stream)[1], bad.note(stream)[1]
    find = world.opened.core.documents.find

    def fails(document):
        if document == broken.document:
            raise StoreUnavailable(world.folder, "damaged")
        return find(document)

    monkeypatch.setattr(world.opened.core.documents, "find", fails)
    written = world.write(
        world.batch(ann, bad, stream, (broken,), 1), world.batch(ann, good, stream, (fine,), 1)
    )
    assert isinstance(written.answers[0].message, Nack)
    assert written.answers[1].message == Ack(stream, 1, 1, 1)
    world.check()


def test_what_our_own_bug_left_in_memory_is_forgotten(world, monkeypatch):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    batch = world.batch(
        ann, author, stream, [author.type(stream, note, "x"), author.type(stream, note, "y")], 2
    )
    seen = []

    def breaks(model, collection, document, delta):
        seen.append(delta)
        assert len(seen) < 2, "planted"

    with monkeypatch.context() as patched:
        patched.setattr(world.opened.core, "check", breaks)
        with pytest.raises(AssertionError, match="planted"):
            world.write(batch)
    (answer,) = world.opened.core.give_up([batch]).answers
    assert answer.message.code == "internal"
    assert world.opened.core.documents.find(note).document.value(("body",)) == ""
    assert world.write(batch).answers[0].message == Ack(stream, 1, 3, 3)
    world.check()


def test_another_writer_in_between_means_planning_again(world, monkeypatch):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    append, failures = world.opened.store.append, [HeadMoved("test")]

    def moved_once(additions, at_ms):
        if failures:
            raise failures.pop()
        append(additions, at_ms)

    monkeypatch.setattr(world.opened.store, "append", moved_once)
    assert world.push(ann, author, stream, author.note(stream)[1]) == Ack(stream, 1, 1, 1)


def test_a_long_growth_becomes_several_segments_without_gaps(world, monkeypatch):
    monkeypatch.setattr(core_module, "SEGMENT_ROWS_MAX", 3)
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    deltas = [first] + [author.type(stream, note, "x") for _ in range(9)]
    segments = world.write(world.batch(ann, author, stream, deltas, 1)).segments
    assert [(segment.first, segment.last) for segment in segments] == [(1, 3), (4, 6), (7, 9), (10, 10)]
    assert [row.seq for segment in segments for row in segment.rows] == list(range(1, 11))


def test_reading_the_log_in_pages_skips_nothing(world, monkeypatch):
    monkeypatch.setattr(core_module, "SEGMENT_ROWS_MAX", 4)
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    deltas = [first] + [author.type(stream, note, "x") for _ in range(10)]
    world.push(ann, author, stream, *deltas)
    read, cursor = [], 0
    while (page := world.opened.core.log_page(stream, cursor)) is not None:
        assert page.first == cursor + 1
        read += page.rows
        cursor = page.last
    assert bodies(read) == [delta.body for delta in deltas]


def test_a_long_log_on_few_documents_is_cheaper_by_state_and_a_short_one_is_not(world):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    for _ in range(5):
        world.push(ann, author, stream, *[author.type(stream, note, "typing ") for _ in range(100)])
    world.opened.core.documents.save(everything=True)
    row = world.opened.core.stream(stream)
    assert world.opened.core.cheaper_by_state(row, 0)
    assert not world.opened.core.cheaper_by_state(row, row.head - 50)


def test_the_servers_own_clock_is_never_behind_what_it_accepted(world):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.now_ms = author.documents[note].updated_ms()
    ahead = author.edit(stream, note, lambda e: e.set(("pinned",), True), now_ms=world.now_ms + 200_000)
    world.push(ann, author, stream, first, ahead)
    assert world.opened.core.clock.tick(world.now_ms).ms >= world.now_ms + 200_000


def test_the_cost_of_a_delta_does_not_grow_with_its_document(world, monkeypatch):
    """A document that is typed into is neither loaded nor encoded for each frame."""
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    encoded = []
    encode = Document.encode
    monkeypatch.setattr(Document, "encode", lambda self: encoded.append(1) or encode(self))
    monkeypatch.setattr(Document, "decode", _raises(AssertionError("decoded again")))
    for _ in range(300):
        world.push(ann, author, stream, author.type(stream, note, "typing along "))
        world.opened.core.idle()
    assert len(encoded) <= 12  # more with the logarithm of the length


def test_every_chain_link_covers_document_and_body(world):
    ann, author = world.account("ann"), Author()
    stream = ann.personal + "/notes"
    note, first = author.note(stream)
    world.push(ann, author, stream, first)
    row = world.opened.store.stream(stream)
    assert world.opened.store.position(row.key, author.rid).chain == chain_next(bytes(8), note, first.body)


def _count_commits(world):
    calls = []
    append = world.opened.store.append

    def counted(additions, at_ms):
        calls.append(1)
        append(additions, at_ms)

    world.opened.store.append = counted
    return lambda: len(calls)


def _raises(error):
    def fails(*_args, **_options):
        raise error

    return fails
