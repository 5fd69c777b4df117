from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.document_log import document_needs, document_ops_since
from crdt.object_ops import ITEM_INSERT, ITEM_MOVE, ITEM_REMOVE, MAKE, REMOVE, SET, TEXT, author_of
from crdt.version import Version
from tests.support.document_world import DocumentWorld
from tests.support.effort import examples, steps


def ops_since(document, version):
    return document_ops_since(document._tree, document._replicas, version)


@given(st.integers(0, 2**32))
@settings(max_examples=examples(15))
def test_every_op_follows_what_it_builds_on_and_none_that_was_seen_comes_again(seed):
    world = DocumentWorld(seed, 3)
    for _ in range(steps(25)):
        world.step(world.random.choice(world.holders))
    seen = world.holders[0].document.version()
    world.settle()
    document = world.holders[0].document
    passed: set = set()
    for op in ops_since(document, seen):
        rid, counter = author_of(op)
        assert counter >= seen.end(rid)
        for needed, end in document_needs(op):
            below = [author for author in passed if author[0] == needed]
            assert (
                needed in (rid, 0) or end <= seen.end(needed) or not later(document, needed, end, seen, below)
            )
        passed.add((rid, counter))
    assert ops_since(document, document.version()) == []


def later(document, rid, end, seen, passed):
    """Whether some op of ``rid`` before ``end`` is kept, unseen and not passed yet."""
    kept = [author_of(op) for op in ops_since(document, seen)]
    return any(author[0] == rid and author[1] < end and author not in passed for author in kept)


def test_what_was_superseded_is_not_kept_and_what_is_kept_gives_the_same_state():
    document = Document(1)
    names = []

    def fill(edit):
        edit.set(("k",), "old")
        edit.make(("list",), "array")
        names.append(edit.append(("list",), "first"))
        names.append(edit.append(("list",), "second"))

    document.edit(Stamp(1, 0, 1), fill)
    document.edit(Stamp(2, 0, 1), lambda edit: edit.set(("k",), "new"))
    document.edit(Stamp(3, 0, 1), lambda edit: edit.set(("list", names[0]), "changed"))
    document.edit(Stamp(4, 0, 1), lambda edit: edit.move_item(("list",), names[0], 1))
    document.edit(Stamp(5, 0, 1), lambda edit: edit.remove_item(("list",), names[1]))
    ops = ops_since(document, Version())
    assert [op[0] for op in ops] == [MAKE, ITEM_INSERT, ITEM_INSERT, SET, SET, ITEM_MOVE, ITEM_REMOVE]
    twin = Document(2)
    twin.merge(document)
    assert twin.encode() == document.encode()
    assert twin.to_value() == {"k": "new", "list": ["changed"]}


def test_what_an_op_needs():
    assert document_needs([SET, 1, 5, 9, 2, 3, "k", 1]) == [(2, 4)]
    assert document_needs([SET, 1, 5, 9, 2, 3, [4, 5], 1]) == [(2, 4), (4, 6)]
    assert document_needs([ITEM_MOVE, 1, 5, 9, 2, 3, 4, 5, "V"]) == [(2, 4), (4, 6)]
    assert document_needs([TEXT, 2, 3, [0, 1, 5, 1, "x", 6, 7, -2, 1]]) == [(2, 4), (6, 8)]
    assert document_needs([TEXT, 2, 3, [9, 1, 5]]) == [(2, 4)]
    assert document_needs([6, 1, 5, 9, 4, 0, 7, 1]) == [(4, 7)]
    assert document_needs([99, 1, 5, "unknown"]) == []


def test_two_who_answer_each_other_in_turn_are_merged_at_once():
    one, other = Document(1), Document(2)
    other.apply(one.edit(Stamp(1, 0, 1), lambda edit: edit.make(("t",), "text")))
    for turn in range(10):
        for writer, reader in ((one, other), (other, one)):
            stamp = Stamp(2 + turn, 0, writer.rid)
            reader.apply(
                writer.edit(stamp, lambda edit: edit.text(("t",)).insert(len(edit.text(("t",))), "x"))
            )
    fresh = Document(3)
    fresh.merge(one)
    assert fresh.encode() == one.encode()
    assert fresh.value(("t",)) == "x" * 20


def test_removals_and_what_is_unknown_are_ops_again():
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.set(("k",), 1))
    document.edit(Stamp(2, 0, 1), lambda edit: edit.remove(("k",)))
    ops = [[MAKE, 5, 0, 9, 0, 0, "g", "gauge"], [40, 5, 1, "new"], [SET, 5, 2, 9, 5, 0, "inside", 1]]
    document.apply(Delta(5, 0, 3, Stamp.at(9, 5), ops))
    found = ops_since(document, Version())
    assert [op for op in found if op[1] == 1] == [[REMOVE, 1, 1, Stamp(2, 0, 1).time, 0, 0, "k"]]
    assert [op for op in found if op[1] == 5] == ops
    assert ops_since(document, Version({1: 2, 5: 1})) == ops[1:]
