from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.version import Version
from tests.support.document_world import DocumentWorld
from tests.support.effort import examples, steps

READER = 1_000


def received(document: Document, base: Document) -> Document:
    for delta in document.deltas_since(base.version()):
        base.apply(Delta.decode(delta.encode()))
    return base


def assert_shows_the_same(made: Document, document: Document) -> None:
    made.check()
    assert made.version() == document.version()
    assert made.to_value() == document.to_value()
    for node in document._tree.texts:
        twin = next(other for other in made._tree.texts if other.id == node.id)
        assert twin.text.spans() == node.text.spans()
        assert twin.text.blocks() == node.text.blocks()
        assert twin.text.authors() == node.text.authors()


@given(st.integers(0, 2**32))
@settings(max_examples=examples(20))
def test_the_deltas_of_a_state_make_what_it_shows_for_whoever_has_seen_nothing_or_some(seed):
    world = DocumentWorld(seed, 3)
    for _ in range(steps(25)):
        world.step(world.random.choice(world.holders))
    behind = Document.decode(world.holders[1].document.encode(), READER)
    world.settle()
    document = world.holders[0].document
    assert_shows_the_same(received(document, Document(READER)), document)
    assert_shows_the_same(received(document, behind), document)
    assert document.deltas_since(document.version()) == []


@given(st.integers(0, 2**32))
@settings(max_examples=examples(10))
def test_whoever_goes_on_from_them_still_converges_with_whoever_has_the_real_ones(seed):
    world = DocumentWorld(seed, 2)
    for _ in range(steps(20)):
        world.step(world.random.choice(world.holders))
    world.settle()
    real = world.holders[0].document
    made = received(real, Document(READER))
    delta = made.edit(Stamp(10**9, 0, READER), world.intent)
    real.apply(delta)
    assert_shows_the_same(made, real)


@given(st.integers(0, 2**32))
@settings(max_examples=examples(10))
def test_undo_and_past_texts_come_along(seed):
    world = DocumentWorld(seed, 2)
    for _ in range(steps(20)):
        world.step(world.random.choice(world.holders))
    world.settle()
    document = world.holders[0].document
    made = Document.decode(received(document, Document(READER)).encode(), document.rid)
    twin = Document.decode(document.encode(), document.rid)
    assert made.can_undo == twin.can_undo
    for burst in document.history():
        version = Version({burst.rid: burst.end})
        for node in document._tree.texts:
            other = next(found for found in made._tree.texts if found.id == node.id)
            assert other.text.text_at(version) == node.text.text_at(version)
    stamp = Stamp(10**9, 0, document.rid)
    made.undo(stamp)
    twin.undo(stamp)
    assert made.to_value() == twin.to_value()


def test_counters_of_superseded_writes_are_taken_by_stand_ins_that_show_nothing():
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.set(("k",), "old"))
    document.edit(Stamp(2, 0, 1), lambda edit: edit.set(("k",), "new"))
    document.edit(Stamp(3, 0, 1), lambda edit: edit.set(("k",), "newest"))
    assert [(delta.start, delta.end) for delta in document.deltas_since(Version())] == [(0, 2), (2, 3)]
    made = received(document, Document(READER))
    assert made.to_value() == {"k": "newest"}
    assert made.updated_ms() == 3


def test_a_slot_of_containers_takes_a_removal_for_a_stand_in():
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.make(("m",), "map"))
    document.edit(Stamp(2, 0, 1), lambda edit: edit.set(("m", "k"), 1))
    document.edit(Stamp(3, 0, 1), lambda edit: edit.set(("m", "k"), 2))
    made = received(document, Document(READER))
    assert made.to_value() == {"m": {"k": 2}}


def test_bursts_keep_their_times_and_a_delta_is_cut_where_time_went_on():
    document = Document(1)
    document.edit(Stamp(1_000, 0, 1), lambda edit: edit.make(("t",), "text"))
    document.edit(Stamp(2_000, 0, 1), lambda edit: edit.text(("t",)).insert(0, "one"))
    document.edit(Stamp(2_500, 0, 1), lambda edit: edit.text(("t",)).format(0, 2, "bold", True))
    document.edit(Stamp(9_000, 0, 1), lambda edit: edit.set(("k",), 1))
    deltas = document.deltas_since(Version())
    assert [delta.stamp.ms for delta in deltas] == [1_000, 2_000, 2_500, 9_000]
    made = received(document, Document(READER))
    assert made.history() == document.history()
    assert made.encode() == document.encode()
