import pytest
from hypothesis import strategies as st

from crdt.clock import Clock, Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import CausalGap, MalformedOp, OutOfRange
from crdt.object_ops import MAKE, SET, TEXT
from crdt.ops import EDGE
from crdt.patch import Deleted, Inserted, ValueSet
from crdt.version import Version
from tests.support.builds import wrong_integers

seeds = st.integers(0, 2**32)


@pytest.fixture
def clock():
    return Clock(1)


def two_texts(clock):
    document = Document(1)

    def make(edit):
        edit.make(("title",), "text")
        edit.make(("body",), "text")

    return document, [document.edit(clock.tick(1), make)]


def test_undo_takes_back_a_burst_in_all_texts_at_once(clock):
    document, deltas = two_texts(clock)

    def burst(edit):
        edit.text(("title",)).insert(0, "T")
        edit.text(("body",)).insert(0, "b")

    deltas.append(document.edit(clock.tick(2), burst))
    document.new_group()
    deltas.append(document.edit(clock.tick(3), lambda edit: edit.text(("body",)).insert(1, "c")))
    deltas.append(document.undo(clock.tick(4)))
    assert document.to_value() == {"title": "T", "body": "b"}
    assert document.last_patches == [(("body",), Deleted(1, 1))]
    deltas.append(document.undo(clock.tick(5)))
    assert document.to_value() == {"title": "", "body": ""}
    assert not document.can_undo
    assert document.undo(clock.tick(6)).empty
    document = Document.decode(document.encode(), 1)
    deltas.append(document.redo(clock.tick(7)))
    assert document.to_value() == {"title": "T", "body": "b"}
    assert document.can_redo
    elsewhere = Document(2)
    for delta in deltas:
        elsewhere.apply(delta)
    assert elsewhere.encode() == document.encode()


def test_a_gap_changes_nothing_and_is_healed_by_what_was_missing(clock):
    document, deltas = two_texts(clock)
    deltas.append(document.edit(clock.tick(2), lambda edit: edit.text(("body",)).insert(0, "x")))
    elsewhere = Document(2)
    with pytest.raises(CausalGap):
        elsewhere.apply(deltas[1])
    assert elsewhere.encode() == Document(3).encode()
    assert elsewhere.apply(deltas[0]) == [((), ValueSet("title", "")), ((), ValueSet("body", ""))]
    assert elsewhere.apply(deltas[1]) == [(("body",), Inserted(0, "x", {}))]
    assert elsewhere.apply(deltas[1]) == []


def test_m4_editing_a_note_that_someone_else_trashed_keeps_both(clock):
    document, deltas = two_texts(clock)
    other = Document(2)
    other.apply(deltas[0])
    trashed = document.edit(clock.tick(2), lambda edit: edit.set(("trashed_ms",), 5))
    typed = other.edit(Stamp(2, 0, 2), lambda edit: edit.text(("body",)).insert(0, "late"))
    document.apply(typed)
    other.apply(trashed)
    assert document.to_value() == other.to_value() == {"body": "late", "title": "", "trashed_ms": 5}
    assert document.encode() == other.encode()


def test_m3_of_two_containers_made_at_one_key_one_wins_and_the_other_can_be_recovered():
    one, other = Document(1), Document(2)
    first = one.edit(Stamp(1, 0, 1), lambda edit: edit.make(("a",), "text"))
    filled = one.edit(Stamp(1, 1, 1), lambda edit: edit.text(("a",)).insert(0, "mine"))
    second = other.edit(Stamp(5, 0, 2), lambda edit: edit.make(("a",), "map"))
    for delta in (second, first, filled):
        one.apply(delta)
        other.apply(delta)
    late = one.edit(Stamp(6, 0, 1), lambda edit: edit.set(("a", "k"), 1))
    other.apply(late)
    for document in (one, other):
        assert document.to_value() == {"a": {"k": 1}}
        assert document.losers(("a",)) == [(1, 0, "text", "mine")]
        assert document.losers(("b",)) == document.losers(()) == []
        assert document.place_of((1, 0)) == ("a",)


def test_an_edit_aimed_at_a_replaced_container_goes_to_the_replaced_one():
    one, other = Document(1), Document(2)
    made = one.edit(Stamp(1, 0, 1), lambda edit: edit.make(("a",), "text"))
    other.apply(made)
    typed = other.edit(Stamp(9, 0, 2), lambda edit: edit.text(("a",)).insert(0, "old"))
    replaced = one.edit(Stamp(2, 0, 1), lambda edit: edit.make(("a",), "text"))
    assert one.apply(typed) == []
    other.apply(replaced)
    assert one.value(("a",)) == other.value(("a",)) == ""
    assert one.losers(("a",)) == [(1, 0, "text", "old")]
    assert one.encode() == other.encode()


def test_what_a_failed_intent_did_travels_with_the_next_delta(clock):
    document, deltas = two_texts(clock)

    def fail(edit):
        edit.text(("body",)).insert(0, "kept")
        edit.set(("pinned",), True)
        edit.text(("body",)).insert(99, "out of range")

    with pytest.raises(OutOfRange):
        document.edit(clock.tick(2), fail)
    assert document.value(("body",)) == "kept"
    deltas.append(document.edit(clock.tick(5_000), lambda edit: edit.set(("pinned",), False)))
    elsewhere = Document(2)
    for delta in deltas:
        elsewhere.apply(Delta.decode(delta.encode()))
    assert elsewhere.to_value() == document.to_value() == {"body": "kept", "pinned": False, "title": ""}
    assert elsewhere.encode() == document.encode()
    document.check()


def test_nothing_changed_is_an_empty_delta(clock):
    document, _ = two_texts(clock)
    document.edit(clock.tick(2), lambda edit: edit.set(("n",), 1))
    for intent in (
        lambda edit: None,
        lambda edit: edit.set(("n",), 1),
        lambda edit: edit.remove(("nothing",)),
        lambda edit: edit.text(("body",)).insert(0, ""),
    ):
        delta = document.edit(clock.tick(3), intent)
        assert delta.empty
        assert delta.start == delta.end == document.version().end(1)
    assert not document.edit(clock.tick(3), lambda edit: edit.set(("n",), True)).empty
    assert delta.empty, "an empty delta stays empty"


def test_own_deltas_loaded_from_a_store_go_on_where_they_stopped(clock):
    document, deltas = two_texts(clock)
    state = document.encode()
    deltas.append(document.edit(clock.tick(2), lambda edit: edit.text(("body",)).insert(0, "ab")))
    loaded = Document.decode(state, 1)
    loaded.apply(deltas[1])
    for one in (document, loaded):
        one.new_group()
        one.edit(Stamp(9, 0, 1), lambda edit: edit.text(("body",)).insert(2, "c"))
    assert loaded.encode() == document.encode()
    loaded.undo(Stamp(10, 0, 1))
    assert loaded.value(("body",)) == "ab"


def test_reading_by_path(clock):
    document, _ = two_texts(clock)
    names = []

    def fill(edit):
        edit.make(("list",), "array")
        names.append(edit.append(("list",), {"a": [1]}))
        names.append(edit.append(("list",), kind="map"))
        edit.set(("list", names[1], "deep"), 2)

    document.edit(clock.tick(2), fill)
    assert document.keys() == ["body", "list", "title"]
    assert document.keys(("list", names[1])) == ["deep"]
    assert document.items(("list",)) == [(names[0], {"a": [1]}), (names[1], {"deep": 2})]
    assert document.value(("list",)) == [{"a": [1]}, {"deep": 2}]
    assert document.value(("list", names[1], "deep")) == 2
    assert document.value(()) == document.to_value()
    assert document.value(("nowhere", "at", "all"), "default") == "default"
    assert document.has(())
    assert document.has(("list", names[0]))
    assert not document.has(("list", "0-99"))
    assert not document.has(("list", "no item"))
    assert document.kind(("list",)) == "array"
    assert document.kind(("nowhere",)) is None
    assert document.stamp_of(("list",)) == Stamp(2, 0, 1)
    assert document.stamp_of(("nowhere",)) is None
    assert document.place_of((9, 9)) is None
    for read in (document.keys, document.items, document.text):
        with pytest.raises(OutOfRange):
            read(("list", names[0]))
    with pytest.raises(OutOfRange):
        document.keys(("body",))
    with pytest.raises(OutOfRange):
        document.items(("body",))
    with pytest.raises(OutOfRange):
        document.text(("list",))


def test_what_is_read_is_a_copy(clock):
    document, _ = two_texts(clock)
    given_value = {"a": [1]}
    document.edit(clock.tick(2), lambda edit: edit.set(("v",), given_value))
    given_value["a"].append(2)
    document.value(("v",))["a"].append(3)
    assert document.value(("v",)) == {"a": [1]}


def test_the_version_says_what_was_seen(clock):
    document, deltas = two_texts(clock)
    assert document.version() == Version({1: 2})
    assert document.rid == 1
    assert deltas[0].is_known_to(document.version())
    assert not deltas[0].is_known_to(Version())


def test_history_lists_bursts_by_person(clock):
    document, _ = two_texts(clock)
    document.edit(clock.tick(500), lambda edit: edit.text(("body",)).insert(0, "ab"))
    document.edit(clock.tick(5_000), lambda edit: edit.set(("pinned",), True))
    bursts = document.history()
    assert [(burst.rid, burst.start, burst.end, burst.ms) for burst in bursts] == [
        (1, 0, 2, 1),
        (1, 2, 4, 500),
        (1, 4, 5, 5_000),
    ]
    assert document.updated_ms() == 5_000
    assert document.text_at(("body",), Version({1: 3})) == "a"


def test_a_document_is_written_by_a_positive_replica_with_its_own_stamps():
    for rid in (0, -1, 1 << 63, *wrong_integers([True])):
        with pytest.raises(MalformedOp):
            Document(rid)
    with pytest.raises(MalformedOp):
        Document(1).edit(Stamp(1, 0, 2), lambda edit: None)


def test_redo_with_nothing_to_redo_is_an_empty_delta():
    document = Document(1)
    assert document.redo(Stamp(1, 0, 1)).empty
    assert document.undo(Stamp(2, 0, 1)).empty


def test_no_edit_has_the_time_zero():
    with pytest.raises(MalformedOp):
        Document(1).edit(Stamp(0, 0, 1), lambda edit: edit.set(("k",), 1))


def test_what_an_edit_that_failed_wrote_travels_with_the_next_at_its_time():
    document, other = Document(1), Document(2)
    other.apply(document.edit(Stamp(1, 0, 1), lambda edit: edit.make(("t",), "text")))
    other.apply(document.edit(Stamp(2, 0, 1), lambda edit: edit.text(("t",)).insert(0, "one ")))

    def half(edit):
        edit.text(("t",)).insert(4, "two ")
        raise RuntimeError

    document.new_group()
    with pytest.raises(RuntimeError):
        document.edit(Stamp(3, 0, 1), half)
    document.new_group()
    delta = document.edit(Stamp(4, 0, 1), lambda edit: edit.text(("t",)).insert(8, "three"))

    other.apply(delta)
    assert other.value(("t",)) == "one two three"
    assert other.encode() == document.encode()


def test_a_copy_gets_its_own_lost_edits_back_by_a_merge():
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.make(("t",), "text"))
    document.edit(Stamp(2, 0, 1), lambda edit: edit.text(("t",)).insert(0, "a"))
    old = Document.decode(document.encode(), 1)
    document.edit(Stamp(3, 0, 1), lambda edit: edit.text(("t",)).insert(1, "b"))

    old.merge(document)

    assert old.encode() == document.encode()
    old.edit(Stamp(4, 0, 1), lambda edit: edit.text(("t",)).insert(2, "c"))
    assert old.undo(Stamp(5, 0, 1)).ops
    assert old.value(("t",)) == "ab"


def test_the_right_origin_of_what_is_no_element_is_refused():
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.make(("t",), "text"))
    document.edit(Stamp(2, 0, 1), lambda edit: edit.text(("t",)).insert(0, "a"))
    assert document.right_origin((1, 0), (1, 1)) == (EDGE, 1)
    for container, element in (((1, 0), (1, 9)), ((1, 0), (7, 0)), ((7, 0), (1, 1))):
        with pytest.raises(MalformedOp):
            document.right_origin(container, element)


def test_what_only_a_newer_version_knows_is_kept_and_counted():
    document = Document(1)
    document.edit(Stamp(1, 0, 1), lambda edit: edit.make(("t",), "text"))
    ops = [[TEXT, 1, 0, [9, 5, 0, 1, "new"]], [40, 5, 1, "newer"], [MAKE, 5, 2, 9, 0, 0, "g", "gauge"]]
    ops.append([SET, 5, 3, 9, 5, 2, "inside", 1])
    delta = Delta(5, 0, 4, Stamp.at(9, 5), ops)
    assert document.apply(delta) == [((), ValueSet("g", None))]
    assert document._tree.unknown == {(5, 0): ops[0], (5, 1): ops[1], (5, 3): ops[3]}
    assert document.version().end(5) == 4
    assert document._replicas.group_starts[document._replicas.find(5)] == [0]
    document.check()


def test_what_somebody_has_not_seen_can_be_had_as_deltas_again(clock):
    document, deltas = two_texts(clock)
    deltas.append(document.edit(clock.tick(2), lambda edit: edit.text(("body",)).insert(0, "x")))
    assert document.deltas_since(Version()) == deltas
    assert document.deltas_since(Version({1: 2})) == deltas[1:]
    assert document.written_ms() == {1: 2}
    assert Document(7).written_ms() == {}


def test_the_right_origin_of_what_was_typed_in_between_is_an_element():
    document, other = Document(1), Document(2)
    other.apply(document.edit(Stamp(1, 0, 1), lambda edit: edit.make(("t",), "text")))
    other.apply(document.edit(Stamp(2, 0, 1), lambda edit: edit.text(("t",)).insert(0, "ab")))
    typed = other.edit(Stamp(3, 0, 2), lambda edit: edit.text(("t",)).insert(1, "x"))
    document.apply(typed)
    assert document.right_origin((1, 0), (2, 0)) == (1, 2)


def test_a_merge_brings_what_is_missing_with_its_groups_and_bursts():
    document, other = Document(1), Document(2)
    other.apply(document.edit(Stamp(1, 0, 1), lambda edit: edit.make(("t",), "text")))
    document.edit(Stamp(2_000, 0, 1), lambda edit: edit.text(("t",)).insert(0, "one "))
    document.new_group()
    document.edit(Stamp(5_000, 0, 1), lambda edit: edit.text(("t",)).insert(4, "two"))
    other.edit(Stamp(3_000, 0, 2), lambda edit: edit.text(("t",)).insert(0, "more "))
    assert [path for path, _ in other.merge(document)] == [("t",), ("t",)]
    assert other.merge(document) == other.merge(Document(3)) == []
    document.merge(other)
    assert other.encode() == document.encode()
    assert [(burst.rid, burst.ms) for burst in other.history()] == [
        (1, 1),
        (1, 2_000),
        (2, 3_000),
        (1, 5_000),
    ]
    document.undo(Stamp(6_000, 0, 1))
    assert "two" not in document.value(("t",))
