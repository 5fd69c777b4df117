from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Clock, Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import MalformedOp
from crdt.object_ops import SET
from crdt.version import Version
from tests.support.builds import REFUSED, wrong_integers
from tests.support.document_world import KEYS, DocumentWorld
from tests.support.effort import examples, steps


def make(rid=1):
    document = Document(rid)

    def fill(edit):
        edit.make(("body",), "text")
        edit.make(("list",), "array")
        edit.text(("body",)).insert(0, "one two")
        edit.text(("body",)).format(0, 3, "bold", True)
        edit.text(("body",)).set_block(0, {"kind": "quote"})
        item = edit.append(("list",), 1)
        edit.set(("list", item), 2)
        edit.move_item(("list",), edit.append(("list",), 3), 0)
        edit.remove_item(("list",), item)

    deltas = [document.edit(Stamp(5, 0, rid), fill)]
    document.new_group()
    deltas.append(document.edit(Stamp(6, 0, rid), lambda edit: edit.text(("body",)).delete(0, 4)))
    deltas.append(document.undo(Stamp(7, 0, rid)))
    return document, deltas


def replay(deltas, rid=50):
    document = Document(rid)
    for delta in deltas:
        document.apply(Delta.decode(delta.encode()))
    return document


def test_a_delta_is_a_value():
    _, deltas = make()
    again = Delta.decode(deltas[0].encode())
    assert again == deltas[0]
    assert hash(again) == hash(deltas[0])
    assert again != deltas[1]
    assert again != 5
    assert (again.rid, again.start, again.end, again.stamp) == (1, 0, deltas[1].start, Stamp(5, 0, 1))
    assert "rid=1" in repr(again)
    assert not again.empty
    assert again.is_known_to(Version({1: again.end}))
    assert not again.is_known_to(Version({1: again.end - 1}))
    again.check()


def test_tuples_serve_as_lists():
    _, deltas = make()

    def frozen(value):
        return tuple(frozen(one) for one in value) if isinstance(value, (list, tuple)) else value

    for delta in deltas:
        twin = Delta(delta.rid, delta.start, delta.end, delta.stamp, frozen(delta.ops))
        assert twin.encode() == delta.encode()
    document = Document(9)
    for delta in deltas:
        document.apply(Delta(delta.rid, delta.start, delta.end, delta.stamp, frozen(delta.ops)))
    assert document.encode() == replay(deltas).encode()


def test_renumbered_deltas_make_the_same_document_under_another_id():
    _, deltas = make()
    twin = replay([delta.renumbered(1, 77) for delta in deltas])
    assert twin.to_value() == replay(deltas).to_value()
    assert list(twin.version()) == [77]
    assert replay([delta.renumbered(77, 1) for delta in deltas]).encode() == replay(deltas).encode()


def test_renumbering_reaches_what_others_refer_to():
    _, deltas = make()
    other = replay(deltas, 2)
    theirs = other.edit(Stamp(9, 0, 2), lambda edit: edit.text(("body",)).insert(3, "!"))
    twin = replay([delta.renumbered(1, 77) for delta in [*deltas, theirs]])
    assert twin.to_value() == other.to_value()
    assert list(twin.version()) == [2, 77]


@given(st.integers(0, 2**32))
@settings(max_examples=examples(20))
def test_h7_whatever_nobody_has_seen_shows_the_same_at_later_times_and_wins_by_them(seed):
    world = DocumentWorld(seed, 1)
    holder = world.holders[0]
    for _ in range(steps(15)):
        world.edit(holder)
    clock = Clock(holder.rid, Stamp(10**9, 0, holder.rid))
    deltas = [Delta.decode(body) for body in world.sent[holder.rid]]
    restamped = [delta.restamped(clock.tick(0)) for delta in deltas]
    document = replay(restamped)
    assert document.to_value() == holder.document.to_value()
    assert document.version() == holder.document.version()
    rival = Document(500)
    for key in KEYS:
        document.apply(rival.edit(Stamp(10**9 - 1, 0, 500), lambda edit, key=key: edit.set((key,), "rival")))
    written = holder.document.keys()
    assert {key: document.value((key,)) for key in written} == holder.document.to_value()
    document.check()


def test_h7_restamped_deltas_compete_at_the_new_time():
    _, deltas = make()
    restamped = [delta.restamped(Stamp(1_000 + n, 0, 1)) for n, delta in enumerate(deltas)]
    document = replay(restamped)
    assert document.to_value() == replay(deltas).to_value()
    assert document.stamp_of(("list",)) == Stamp(1_000, 0, 1)
    assert [delta.encode()[18:] for delta in restamped] == [delta.encode()[18:] for delta in deltas]
    assert all("327680" not in repr(delta.ops) for delta in restamped)


@pytest.mark.parametrize(
    "fields",
    [
        (0, 0, 0, Stamp(1, 0, 0)),
        (1, 0, 0, Stamp(1, 0, 2)),
        (1, 2, 1, Stamp(1, 0, 1)),
        (1, -1, 1, Stamp(1, 0, 1)),
        (1, 0, 1 << 41, Stamp(1, 0, 1)),
    ],
)
def test_numbers_that_do_not_fit_each_other_are_malformed(fields):
    rid, start, end, stamp = fields
    with pytest.raises(MalformedOp):
        Delta(rid, start, end, stamp, [])


@pytest.mark.parametrize("rid", wrong_integers([True, "1", 1.0, None]))
def test_a_replica_that_is_no_integer_is_refused(rid):
    with pytest.raises(REFUSED):
        Delta(rid, 0, 0, Stamp(1, 0, 1), [])


def test_check_finds_ops_that_do_not_fill_the_delta():
    op = [SET, 1, 0, 1, 0, 0, "k", 1]
    Delta(1, 0, 1, Stamp.at(1, 1), [op]).check()
    for delta in (
        Delta(1, 0, 2, Stamp.at(1, 1), [op]),
        Delta(1, 1, 2, Stamp.at(1, 1), [op]),
        Delta(2, 0, 1, Stamp.at(1, 2), [op]),
        Delta(1, 0, 1, Stamp.at(0, 1), [op]),
    ):
        with pytest.raises(MalformedOp):
            delta.check()


def pasted():
    document = Document(1)
    document.edit(Stamp(5, 0, 1), lambda edit: edit.make(("body",), "text"))
    delta = document.edit(Stamp(6, 0, 1), lambda edit: edit.text(("body",)).insert(0, "word " * 100))
    return document, delta


def test_a_long_delta_is_cut_into_pieces_that_follow_on_each_other_at_its_time():
    document, delta = pasted()
    assert delta.split(len(delta.encode())) == [delta]
    pieces = delta.split(len(delta.encode()) - 1)
    assert len(pieces) > 1
    assert (pieces[0].start, pieces[-1].end) == (delta.start, delta.end)
    assert all(one.end == other.start for one, other in pairwise(pieces))
    assert {(piece.rid, piece.stamp) for piece in pieces} == {(1, delta.stamp)}
    found = Document(2)
    found.merge(Document.decode(document.encode(), 3))
    assert found.value(("body",)) == "word " * 100


def test_in_fine_ops_each_character_is_an_op_and_the_delta_stays_as_long():
    _, delta = pasted()
    fine = delta.fine()
    assert len(fine.ops) == 500
    assert (fine.rid, fine.start, fine.end, fine.stamp) == (1, delta.start, delta.end, delta.stamp)
    fine.check()
