import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import LimitExceeded
from crdt.version import Version
from tests.support.effort import examples


def paste(text, values=0):
    document = Document(1)

    def fill(edit):
        edit.make(("body",), "text")
        for number in range(values):
            edit.set((f"k{number}",), "v" * number)
        edit.text(("body",)).insert(0, text)
        edit.text(("body",)).format(0, len(text), "bold", True)

    return document, document.edit(Stamp(5, 0, 1), fill)


@given(st.text("aé漢😀\n", min_size=1, max_size=600), st.integers(0, 60), st.integers(96, 400))
@settings(max_examples=examples(40))
def test_the_pieces_fit_and_make_the_same_document(text, values, size_bytes_max):
    document, delta = paste(text, values)
    pieces = delta.split(size_bytes_max)
    elsewhere = Document(2)
    for piece in pieces:
        body = piece.encode()
        assert len(body) <= size_bytes_max
        assert piece.stamp == delta.stamp
        elsewhere.apply(Delta.decode(body))
    assert elsewhere.encode() == document.encode()
    assert elsewhere.history() == document.history()


@given(st.text("aé漢😀\n", min_size=1, max_size=60), st.integers(0, 60))
@settings(max_examples=examples(40))
def test_fine_ops_can_be_applied_by_whoever_has_seen_a_part(text, seen):
    document = Document(1)
    first = document.edit(Stamp(5, 0, 1), lambda edit: edit.make(("body",), "text"))
    deltas = [
        document.edit(Stamp(6 + at, 0, 1), lambda edit, at=at: edit.text(("body",)).insert(at, text[at]))
        for at in range(len(text))
    ]
    whole = Document(2)
    whole.apply(first)
    whole.merge(document)
    (joined,) = [one for one in whole.deltas_since(Version({1: first.end})) if one.end == deltas[-1].end]
    reader = Document(3)
    reader.apply(first)
    for delta in deltas[:seen]:
        reader.apply(delta)
    reader.apply(Delta.decode(joined.fine().encode()))
    assert reader.to_value() == document.to_value()
    assert reader.version() == document.version()


def test_a_book_is_cut_in_linear_time():
    document, delta = paste("It was a dark and stormy night. " * 30_000)
    pieces = delta.split(64 << 10)
    assert 15 <= len(pieces) <= 80
    elsewhere = Document(2)
    for piece in pieces:
        elsewhere.apply(piece)
    assert elsewhere.encode() == document.encode()


def test_a_small_delta_stays_itself():
    _, delta = paste("word")
    assert delta.split(1_000) == [delta]


def test_one_op_that_cannot_be_cut_is_refused():
    document = Document(1)
    delta = document.edit(Stamp(5, 0, 1), lambda edit: edit.set(("k",), "v" * 500))
    with pytest.raises(LimitExceeded):
        delta.split(400)
