import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Clock, Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import MalformedOp
from crdt.rotate import rotate
from tests.support.document_world import DocumentWorld
from tests.support.effort import examples, steps

NEW = 7_777


def shown(document):
    texts = {document._tree.path_of(node): node.text.blocks() for node in document._tree.texts}
    texts.pop(None, None)
    value = document.to_value()
    return value, {path: blocks for path, blocks in sorted(texts.items()) if "-" not in str(path)}


@given(st.integers(0, 2**32))
@settings(max_examples=examples(25))
def test_what_was_not_handed_over_shows_the_same_under_a_new_id(seed):
    world = DocumentWorld(seed, 2)
    for _ in range(steps(25)):
        world.step(world.random.choice(world.holders))
    world.settle()
    holder = world.holders[0]
    base = Document.decode(holder.document.encode(), holder.rid)
    have = len(world.sent[holder.rid])
    for _ in range(steps(12)):
        world.edit(holder)
    pending = [Delta.decode(body) for body in world.sent[holder.rid][have:]]
    rotated = rotate(base, pending, NEW)
    document = Document.decode(base.encode(), NEW)
    for delta in rotated:
        document.apply(Delta.decode(delta.encode()))
    assert shown(document) == shown(holder.document)
    assert [delta.stamp.time for delta in rotated] == [delta.stamp.time for delta in pending]
    assert document.version().end(holder.rid) == base.version().end(holder.rid)
    if pending:
        assert rotated[0].start == 0
        assert document.version().end(NEW) == rotated[-1].end
    document.check()


def typed(document, clock, index, text):
    return document.edit(clock.tick(1), lambda edit: edit.text(("t",)).insert(index, text))


def test_a_run_a_range_and_a_group_across_the_cut_become_two():
    clock, document = Clock(1), Document(1)
    document.edit(clock.tick(1), lambda edit: edit.make(("t",), "text"))
    typed(document, clock, 0, "ab")
    base = Document.decode(document.encode(), 1)
    deltas = [typed(document, clock, 2, "cd")]
    deltas.append(document.edit(clock.tick(1), lambda edit: edit.text(("t",)).delete(1, 2)))
    deltas.append(document.undo(clock.tick(2)))
    assert document.value(("t",)) == ""
    deltas.append(document.redo(clock.tick(2)))
    found = Document.decode(base.encode(), NEW)
    values = []
    for delta in rotate(base, deltas, NEW):
        found.apply(delta)
        values.append(found.value(("t",)))
    assert values == ["abcd", "ad", "", "ad"]


def test_what_does_not_follow_is_refused():
    clock, document = Clock(1), Document(1)
    first = document.edit(clock.tick(1), lambda edit: edit.make(("t",), "text"))
    second = typed(document, clock, 0, "a")
    assert rotate(document, [], NEW) == []
    for base, deltas, rid in (
        (Document(2), [second], NEW),
        (Document(2), [first, first], NEW),
        (Document(2), [first], 1),
        (document, [second], NEW),
    ):
        with pytest.raises(MalformedOp):
            rotate(base, deltas, rid)


def test_what_a_newer_version_wrote_is_carried_under_the_new_id():
    base = Document(1)
    unknown = Delta(1, 0, 1, Stamp(1, 0, 1), [[40, 1, 0, "f", [1]]])

    rotated = rotate(base, [unknown], NEW)

    assert [delta.ops for delta in rotated] == [[[40, NEW, 0, "f", [1]]]]


def test_an_op_of_another_than_its_delta_is_refused():
    forged = Delta(1, 0, 1, Stamp(1, 0, 1), [[40, 2, 0, "f"]])
    with pytest.raises(MalformedOp):
        rotate(Document(1), [forged], NEW)
