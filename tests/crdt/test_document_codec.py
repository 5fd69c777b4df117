import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.codec import Reader, Writer, deflate, inflate
from crdt.delta import Delta
from crdt.document import Document
from crdt.document_codec import FORMAT, MAGIC, read_glance, read_texts, read_version, read_visible
from crdt.errors import CrdtError, MalformedOp
from crdt.object_ops import MAKE
from tests.support.document_world import DocumentWorld
from tests.support.effort import examples, steps


def filled(rid=1):
    document = Document(rid)

    def fill(edit):
        edit.make(("title",), "text")
        edit.make(("list",), "array")
        item = edit.append(("list",), kind="map")
        edit.append(("list",), None)
        edit.make(("list", item, "body"), "text")
        edit.text(("list", item, "body")).insert(0, "deep\ntext")
        edit.text(("list", item, "body")).set_block(0, {"kind": "quote"})
        edit.text(("title",)).insert(0, "Title")
        edit.text(("title",)).format(0, 3, "bold", True)
        edit.set(("pinned",), True)

    document.edit(Stamp(5, 0, rid), fill)
    return document


@given(st.integers(0, 2**32))
@settings(max_examples=examples(15))
def test_g1_the_bytes_depend_on_the_set_of_ops_alone(seed):
    world = DocumentWorld(seed, 3)
    for _ in range(steps(25)):
        world.step(world.random.choice(world.holders))
    world.settle()
    state = world.holders[0].document.encode()
    assert Document.decode(state, 77_777).encode() == state
    assert Document.decode(state, world.holders[1].rid).encode() == state


def test_a_document_is_read_without_its_history():
    document = filled()
    state = document.encode()
    assert read_visible(state) == document.to_value()
    cut = state[: len(state) - 20]
    assert read_visible(cut) == document.to_value()
    texts = read_texts(cut)
    assert list(texts) == [("title",), ("list", "2-1", "body")]
    assert texts["title",].spans == [("Tit", {"bold": True}), ("le", {})]
    assert texts["list", "2-1", "body"].attributes == [{"kind": "quote"}, {}]
    with pytest.raises(CrdtError):
        Document.decode(cut, 1)


def test_a_text_that_lost_its_place_is_kept_and_not_read():
    document = filled()
    document.edit(Stamp(9, 0, 1), lambda edit: edit.set(("title",), "plain now"))
    state = document.encode()
    assert read_visible(state)["title"] == "plain now"
    assert ("title",) not in read_texts(state)
    assert Document.decode(state, 2).losers(("title",)) == [(1, 0, "text", "Title")]


def test_nothing_of_the_holder_is_in_the_bytes():
    assert Document(1).encode() == Document(2).encode()
    document = filled()
    state = document.encode()
    document.new_group()
    document.can_undo  # noqa: B018 - asking must not change the state
    assert document.encode() == state


@given(st.binary(max_size=100))
def test_c2_what_is_no_document_raises_only_crdt_errors(data):
    for state in (data, MAGIC + data, MAGIC + bytes((FORMAT,)) + data):
        with pytest.raises(CrdtError):
            Document.decode(state, 1)
        with pytest.raises(CrdtError):
            read_visible(state)


def test_a_newer_format_is_refused():
    state = bytearray(filled().encode())
    state[2] += 1
    with pytest.raises(MalformedOp, match="newer"):
        Document.decode(bytes(state), 1)


def with_a_text_at(visible, steps):
    """A document whose front says that an empty text stands there."""
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.make(("t",), "text"))
    reader = Reader(document.encode())
    reader.raw(3)
    front, history = inflate(reader.block()), reader.raw(reader.left())
    honest, forged = Writer(), Writer()
    for writer, root, place in ((honest, {"t": ""}, ["t"]), (forged, visible, steps)):
        writer.value(root)
        writer.uint(1)
        writer.value(place)
    assert front.startswith(honest.written())
    whole = Writer()
    whole.raw(MAGIC + bytes((FORMAT,)))
    whole.block(deflate(forged.written() + front[len(honest.written()) :]))
    whole.raw(history)
    return whole.written()


def test_a_text_stands_in_what_is_visible():
    assert read_visible(with_a_text_at({"l": [{}]}, ["l", [0, "2-1"], "t"])) == {"l": [{"t": ""}]}
    for visible, place in (
        ({}, [[0, 3]]),
        ({"l": [1]}, ["l", [5, "2-1"]]),
        ({"l": [1]}, ["l", ["0", "2-1"]]),
        ({"l": 5}, ["l", "x"]),
        ({"l": [1]}, ["l", []]),
    ):
        with pytest.raises(MalformedOp):
            read_visible(with_a_text_at(visible, place))


@given(st.integers(0, 2**32))
@settings(max_examples=examples(15))
def test_the_version_is_read_without_the_history(seed):
    world = DocumentWorld(seed, 3)
    for _ in range(steps(25)):
        world.step(world.random.choice(world.holders))
    for holder in world.holders:
        assert read_version(holder.document.encode()) == holder.document.version()
    assert read_version(Document(7).encode()) == Document(7).version()


@given(st.integers(0, 2**32))
@settings(max_examples=examples(15))
def test_a_glance_shows_what_a_decoded_document_shows(seed):
    world = DocumentWorld(seed, 3)
    for _ in range(steps(25)):
        world.step(world.random.choice(world.holders))
    for holder in world.holders:
        document = Document.decode(holder.document.encode(), 77)
        seen = read_glance(holder.document.encode())
        assert seen.value == document.to_value()
        assert (seen.written_ms, seen.updated_ms) == (document.written_ms(), document.updated_ms())
        for path, front in seen.texts.items():
            text = document.text(path)
            assert (front.text, front.spans) == (text.text(), text.spans())


def test_a_glance_at_what_is_no_document_is_refused():
    for damaged in (b"", b"CD", b"XX" + Document(1).encode()[2:], Document(1).encode()[:-1]):
        with pytest.raises(CrdtError):
            read_glance(damaged)


@pytest.mark.parametrize(("root", "place"), [([], ["t"]), (5, ["t"]), ({"t": ""}, "t"), ({"t": ""}, {})])
def test_a_front_that_is_no_map_or_whose_text_has_no_place_is_refused(root, place):
    with pytest.raises(MalformedOp):
        read_visible(with_a_text_at(root, place))


def test_what_is_unknown_is_written_in_the_order_of_its_ids():
    ops = [[40, 5, 0, "b"], [MAKE, 5, 1, 9, 0, 0, "g", "gauge"], [41, 5, 2, "a"]]
    document, other = filled(), Document(9)
    document.apply(Delta(5, 0, 3, Stamp.at(9, 5), ops))
    document.apply(Delta(4, 0, 1, Stamp.at(9, 4), [[40, 4, 0, "c"]]))
    again = Document.decode(document.encode(), 2)
    assert list(again._tree.unknown) == [(4, 0), (5, 0), (5, 2)]
    assert again._tree.unknown == document._tree.unknown
    assert again.kind(("g",)) == "gauge"
    other.merge(document)
    assert other.encode() == again.encode() == document.encode()


def test_items_that_were_moved_or_taken_out_are_read_back_with_the_times_of_that():
    document = filled()
    first = document.edit(Stamp(6, 0, 1), lambda edit: edit.move_item(("list",), "2-1", 1))
    document.edit(Stamp(7, 0, 1), lambda edit: edit.remove_item(("list",), "2-1"))
    assert not first.empty
    again = Document.decode(document.encode(), 2)
    assert again.to_value() == document.to_value()
    assert again.encode() == document.encode()
    # An older move of the same item still loses, as it does where the state was not read back.
    older = Document(3)
    older.merge(filled(1))
    late = older.edit(Stamp(5, 1, 3), lambda edit: edit.move_item(("list",), "2-1", 1))
    for one in (document, again):
        one.apply(late)
    assert again.encode() == document.encode()
