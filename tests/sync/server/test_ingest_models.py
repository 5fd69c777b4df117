"""What becomes of deltas of an older model: translated on arrival, counted as they were pushed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt import Delta, Document
from sync.model import v1
from sync.model.lenses import Untranslatable
from sync.model.versions import chain, model_of
from sync.protocol.messages import Ack, Nack
from sync.protocol.rows import PushedDelta
from sync.server import ingest
from tests.support.core_world import CoreWorld, bodies
from tests.support.old_notes import edited
from tests.support.peer import Author, new_id
from tests.support.worlds import world_of

WAY = chain("notes", "1.0", "2.0")

# Each example is a folder with a real store.
FEWER = settings(max_examples=max(10, settings.default.max_examples // 4))

world = world_of(CoreWorld, data_model="2.0")


def state(world, note):
    return world.opened.core.state_of(note)[1]


def originals(world):
    return [(row[0], bytes(row[1])) for row in world.opened.store.db.all("SELECT model, body FROM originals")]


def test_a_note_of_the_older_model_begins_and_grows_as_it_would_have_been_migrated(world):
    ann, old = world.account("ann"), Author(model="1.0")
    stream = ann.personal + "/notes"
    note, first = old.note(stream, "Plan")
    pinned = old.edit(stream, note, lambda edit: v1.set_pinned(edit, True))
    tagged = old.edit(stream, note, lambda edit: v1.add_tag(edit, "work", 1))
    typed = old.type(stream, note, "words")
    assert world.push(ann, old, stream, first, pinned, tagged, typed) == Ack(stream, 1, 4, 5)
    assert state(world, note) == WAY.state(old.documents[note]).encode()
    summary = model_of("2.0").encoded_note_summary(state(world, note))
    assert (summary.title, summary.pinned, summary.tags, summary.text) == ("Plan", True, ["work"], "words")
    folded = Document(9)
    for row in world.log(stream):
        folded.apply(Delta.decode(row.body))
    assert folded.encode() == state(world, note), "who reads the log sees the same"
    world.check()


def test_numbers_and_chain_are_those_of_the_bytes_that_were_pushed(world):
    ann, old = world.account("ann"), Author(model="1.0")
    stream = ann.personal + "/notes"
    note, first = old.note(stream)
    second = old.edit(stream, note, lambda edit: v1.set_pinned(edit, True))
    typed = old.type(stream, note, "same in both")
    world.push(ann, old, stream, first, second, typed)
    key = world.opened.store.stream(stream).key
    assert world.opened.core.position(key, old.rid) == (3, old.chains[stream][3])
    assert originals(world) == [("1.0", first.body), ("1.0", second.body)]
    assert bodies(world.log(stream))[-1] == typed.body
    again = world.push(ann, old, stream, first, second, typed, n0=1)
    assert again == Ack(stream, 1, 3, 4), "a lost ack doubles nothing"
    world.reopen()
    assert world.push(ann, old, stream, old.type(stream, note, "!")) == Ack(stream, 1, 4, 5)
    world.check()


@pytest.mark.covers("reject untranslatable")
def test_a_delta_without_a_translation_is_refused_and_holds_up_nothing(world, monkeypatch):
    ann, old = world.account("ann"), Author(model="1.0")
    stream = ann.personal + "/notes"
    note, first = old.note(stream)
    pinned = old.edit(stream, note, lambda edit: v1.set_pinned(edit, True))
    typed = old.type(stream, note, "x")
    delta = type(WAY).delta

    def cannot(self, document, one):
        if one.start == Delta.decode(pinned.body).start:
            raise Untranslatable("planted")
        return delta(self, document, one)

    monkeypatch.setattr(type(WAY), "delta", cannot)
    answer = world.push(ann, old, stream, first, pinned, typed)
    assert [(told.n, told.code) for told in answer.rejected] == [(2, "untranslatable"), (3, "missing_ref")]
    assert answer.n == 3


def test_a_model_that_nobody_knows_any_more_is_refused_delta_by_delta(world):
    ann, old = world.account("ann"), Author(model="1.0")
    stream = ann.personal + "/notes"
    deltas = (old.note(stream)[1],)
    old.model = "0.4"
    assert [told.code for told in world.push(ann, old, stream, *deltas).rejected] == ["untranslatable"]


def test_what_the_newer_schema_forbids_is_refused_and_makes_no_note(world):
    ann, old = world.account("ann"), Author(model="1.0")
    stream = ann.personal + "/notes"
    note = new_id()
    old.documents[note] = Document(old.rid)
    bad = old.edit(stream, note, lambda edit: edit.set(("pinned",), "nonsense"))
    assert [told.code for told in world.push(ann, old, stream, bad).rejected] == ["schema"]
    assert world.log(stream) == []
    assert world.opened.core.state_of(note) is None


def test_a_newer_model_than_the_streams_waits(tmp_path):
    world = CoreWorld(tmp_path, "1.0")
    ann, new = world.account("ann"), Author(model="2.0")
    stream = ann.personal + "/notes"
    assert world.push(ann, new, stream, new.note(stream)[1]) == Nack(stream, 1, "migrating")
    world.close()


def test_writers_of_a_stream_that_is_just_being_switched_are_asked_to_wait(world):
    ann, author = world.account("ann"), Author(model="2.0")
    stream = ann.personal + "/notes"
    world.opened.core.closing.add(stream)
    first = author.note(stream)[1]
    assert world.push(ann, author, stream, first) == Nack(
        stream, 1, "migrating", after_ms=ingest.CLOSING_WAIT_MS
    )
    world.opened.core.closing.clear()
    assert world.push(ann, author, stream, first) == Ack(stream, 1, 1, 1)


def test_a_collection_without_a_lens_is_the_same_in_both_models(world):
    ann, old = world.account("ann"), Author(model="1.0")
    stream = ann.personal + "/folders"
    folder = new_id()
    old.documents[folder], delta = v1.new_folder(old.rid, old.clock.tick(world.now_ms), name="F", order="a")
    pushed = old.numbered(stream, folder, delta)
    assert world.push(ann, old, stream, pushed) == Ack(stream, 1, 1, 1)
    assert bodies(world.log(stream)) == [pushed.body]
    assert originals(world) == []


@FEWER
@given(seed=st.integers(0, 2**32))
def test_whatever_is_written_in_the_older_model_arrives_as_it_would_have_been_migrated(
    tmp_path_factory, seed
):
    chance = random.Random(seed)
    world = CoreWorld(tmp_path_factory.mktemp("models"), "2.0")
    try:
        ann, old = world.account("ann"), Author(model="1.0")
        stream = ann.personal + "/notes"
        note, first = old.note(stream, "Plan")
        pushed = [first]
        for _ in range(chance.randrange(1, 20)):
            pushed += edited(old, stream, note, chance)
        at = 0
        while at < len(pushed):
            count = chance.randrange(1, 5)
            assert not world.push(ann, old, stream, *pushed[at : at + count], n0=at + 1).rejected
            at += count
            if chance.random() < 0.3:
                world.reopen()
        assert state(world, note) == WAY.state(old.documents[note]).encode()
        world.check()
    finally:
        world.close()


def test_what_a_newer_minor_writes_is_kept_and_passed_on_byte_for_byte(world):
    ann, newer, older = world.account("ann"), Author(model="2.7"), Author(model="2.0")
    stream = ann.personal + "/notes"
    note, first = newer.note(stream, "Plan")
    odd = newer.edit(stream, note, lambda edit: edit.set(("mood",), {"colour": b"\0\xff", "list": [1, None]}))
    unknown = _unknown_op(newer, stream, note)
    assert world.push(ann, newer, stream, first, odd, unknown) == Ack(stream, 1, 3, 3)
    older.take(world.log(stream))
    theirs = older.type(stream, note, "typed by who does not know it")
    assert world.push(ann, older, stream, theirs) == Ack(stream, 1, 1, 4)
    assert bodies(world.log(stream)) == [one.body for one in (first, odd, unknown, theirs)]
    assert state(world, note) == older.documents[note].encode()
    seen = Document.decode(state(world, note), 3)
    assert seen.value(("mood",)) == {"colour": b"\0\xff", "list": [1, None]}
    world.check()


def _unknown_op(author: Author, stream: str, note: str) -> PushedDelta:
    """A delta with an op of a kind that this program does not know."""
    delta = author.edit(stream, note, lambda edit: edit.set(("mood",), 1))
    made = Delta.decode(delta.body)
    op = list(made.ops[0])
    author.chains[stream].pop()
    changed = Delta(made.rid, made.start, made.end, made.stamp, [[99, *op[1:3], b"\1\2", "whatever"]])
    return author.numbered(stream, note, Delta.decode(changed.encode()))
