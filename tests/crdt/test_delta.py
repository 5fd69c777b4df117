import pytest

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import MalformedOp
from crdt.object_ops import SET
from crdt.version import Version
from tests.support.builds import REFUSED, wrong_integers


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
