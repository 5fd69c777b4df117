import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.clock import Stamp
from crdt.delta import Delta
from crdt.document import Document
from crdt.errors import LimitExceeded
from crdt.object_ops import TEXT
from crdt.ops import COUNTER_MAX, INSERT, RID_MAX, TYPE
from crdt.split import PIECE_SIZE_MIN
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


@given(st.text("aé漢😀\n", min_size=1, max_size=600), st.integers(0, 60), st.integers(PIECE_SIZE_MIN, 400))
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


def far(place, rid=0):
    """An element of a replica with the longest id and a counter near the last one."""
    return [RID_MAX - rid, COUNTER_MAX - place]


@given(st.text("a漢😀", min_size=1, max_size=300), st.integers(PIECE_SIZE_MIN, 200), st.booleans())
@settings(max_examples=examples(40))
def test_any_text_fits_into_pieces_of_the_least_size_whoever_wrote_around_it(text, size_bytes_max, typed):
    first = COUNTER_MAX - 500
    inner = [TYPE, RID_MAX, first, text]
    if not typed:
        inner = [INSERT, RID_MAX, first, 1, text, *far(600, 2), *far(700, 3)]
    stamp = Stamp.at((1 << 64) - 1, RID_MAX)
    delta = Delta(RID_MAX, first, first + len(text), stamp, [[TEXT, *far(800, 1), inner]])
    pieces = delta.split(size_bytes_max)
    assert all(len(piece.encode()) <= size_bytes_max for piece in pieces)
    assert "".join(op[3][3] if op[3][0] == TYPE else op[3][4] for piece in pieces for op in piece.ops) == text


def test_pieces_have_a_least_size():
    _, delta = paste("word " * 100)
    assert max(len(piece.encode()) for piece in delta.split(PIECE_SIZE_MIN)) <= PIECE_SIZE_MIN
    with pytest.raises(LimitExceeded, match=f"at least {PIECE_SIZE_MIN} bytes"):
        delta.split(PIECE_SIZE_MIN - 1)


def test_one_op_that_cannot_be_cut_is_refused():
    document = Document(1)
    delta = document.edit(Stamp(5, 0, 1), lambda edit: edit.set(("k",), "v" * 500))
    with pytest.raises(LimitExceeded):
        delta.split(400)
