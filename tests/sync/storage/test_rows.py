"""Stored documents are built whatever order their deltas stand in."""

from hypothesis import given
from hypothesis import strategies as st

from crdt import Delta, Document, Stamp
from sync.model import v1
from sync.storage.rows import StoredDocument, apply_all


def history(count=6):
    note, first = v1.new_note(5, Stamp(1, 0, 5), title="t", created_ms=1)
    deltas = [first]
    for number in range(count):
        deltas.append(
            note.edit(Stamp(2 + number, 0, 5), lambda e, n=number: e.text(("body",)).insert(n, chr(97 + n)))
        )
    return note, deltas


@given(st.permutations(range(7)))
def test_deltas_apply_in_any_order(order):
    note, deltas = history()
    stored = StoredDocument("s", None, [deltas[place].encode() for place in order])
    assert stored.build(9).encode() == note.encode()


def test_a_delta_without_its_cause_is_left_out_and_named():
    _, deltas = history()
    document = Document(9)
    late = apply_all(document, [*deltas[:3], *deltas[4:]])
    assert late == deltas[4:]
    assert document.text(("body",)).text() == "ab"


def test_a_delta_that_makes_no_sense_does_not_hide_the_rest_of_a_note():
    note, deltas = history()
    wrong = Delta(8, 0, 1, Stamp(99, 0, 8), [[16, 8, 0, Stamp(99, 0, 8).time, 5, 999, "key", 1]])
    stored = StoredDocument("s", None, [delta.encode() for delta in [deltas[0], wrong, *deltas[1:]]])
    assert stored.build(9).encode() == note.encode()


def test_a_snapshot_is_where_building_begins():
    note, deltas = history()
    half = Document(9)
    apply_all(half, deltas[:4])
    stored = StoredDocument("s", half.encode(), [delta.encode() for delta in deltas])
    assert stored.build(9).encode() == note.encode()
    assert isinstance(deltas[0], Delta)
