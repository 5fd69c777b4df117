"""
How many ops a document takes: edits of its holder up to a bound, what others wrote up to one twice as high.
"""

import pytest

from crdt.clock import Stamp
from crdt.codec import Writer
from crdt.document import Document
from crdt.errors import LimitExceeded
from crdt.ops import EDGE, ERASE, INSERT, INSERT_LENGTH_MAX, SELF, TYPE
from crdt.ops_codec import encode_ops
from crdt.replicas import COUNTERS_MAX, WRITABLE_MAX
from crdt.text import RichText
from tests.crdt.test_document_load import parts, whole
from tests.crdt.test_text_load import snapshot
from tests.support.meeting import reloaded, shown

OWNER = 5


def crowded(total: int, rid: int = 1) -> RichText:
    """A text that shows "abc", held by ``rid``, of a document with so many counters."""
    return RichText.decode(snapshot(end=9, others=(total - 9,)), rid)


EDITS = {
    "insert": lambda text: text.insert(0, "x"),
    "insert with marks": lambda text: text.insert(0, "x", {"bold": True}),
    "embed": lambda text: text.insert_embed(0, {"type": "divider"}),
    "delete": lambda text: text.delete(0, len(text)),
    "replace": lambda text: text.replace(0, len(text), "x"),
    "format": lambda text: text.format(0, len(text), "bold", True),
    "block": lambda text: text.set_block(0, {"kind": "quote"}),
    "undo of theirs": lambda text: text.switch_group(OWNER, 0, False),
}


@pytest.mark.parametrize("name", EDITS)
def test_the_last_edit_is_taken_and_the_next_one_is_refused_and_changes_nothing(name):
    text = crowded(WRITABLE_MAX)
    assert EDITS[name](text)
    text.check()
    before = shown(reloaded(text))
    assert before == shown(text)
    for edit in EDITS.values():
        with pytest.raises(LimitExceeded, match="copy"):
            edit(text)
    text.check()
    assert shown(text) == before


def test_typing_on_is_refused_as_well():
    text = crowded(WRITABLE_MAX - 2)
    for _ in range(3):
        assert text.insert(3 + text.text().count("x"), "x")
    with pytest.raises(LimitExceeded):
        text.insert(6, "x")
    with pytest.raises(LimitExceeded):
        text.undo()
    assert text.text() == "abcxxx"
    assert shown(reloaded(text)) == shown(text)


def test_what_the_last_edit_adds_is_read_again():
    text = crowded(WRITABLE_MAX)
    text.insert(3, "x" * INSERT_LENGTH_MAX)
    assert len(reloaded(text)) == INSERT_LENGTH_MAX + 3


def crowded_document(total: int, rid: int = 1) -> Document:
    """A document with so many counters, all but nothing of which were ops that later ones made void."""
    made = Document(OWNER)
    made.edit(Stamp(1, 0, OWNER), lambda edit: edit.set(("title",), "full"))
    front, history = parts(made.encode())
    head = Writer()
    head.uint(1)
    head.raw(OWNER.to_bytes(8, "big"))
    assert history.startswith(head.written() + b"\x01")
    end = Writer()
    end.uint(total)
    return Document.decode(whole(front, head.written() + end.written() + history[10:]), rid)


def test_a_document_takes_an_edit_or_undo_at_the_bound_and_none_past_it():
    full = crowded_document(WRITABLE_MAX)
    stamps = iter(Stamp(time, 0, 1) for time in range(2, 99))
    assert full.edit(next(stamps), lambda edit: edit.set(("title",), "fuller")).ops
    before = full.encode()
    with pytest.raises(LimitExceeded):
        full.edit(next(stamps), lambda edit: edit.set(("title",), "fullest"))
    assert full.encode() == before
    assert full.to_value() == Document.decode(before, 2).to_value() == {"title": "fuller"}


def test_an_undo_past_the_bound_is_refused():
    full = crowded_document(WRITABLE_MAX - 2)
    stamps = iter(Stamp(time, 0, 1) for time in range(2, 99))

    def write(edit):
        edit.make(("body",), "text")
        edit.text(("body",)).insert(0, "xy")

    full.edit(next(stamps), write)
    with pytest.raises(LimitExceeded):
        full.undo(next(stamps))
    assert full.to_value() == {"title": "full", "body": "xy"}


def test_a_document_takes_in_what_others_wrote_up_to_the_bound_of_all():
    full, theirs = crowded_document(COUNTERS_MAX - 1), Document(7)
    first = theirs.edit(Stamp(1, 0, 7), lambda edit: edit.set(("a",), 1))
    second = theirs.edit(Stamp(2, 0, 7), lambda edit: edit.set(("a",), 2))
    third = Document.decode(full.encode(), 2)
    full.apply(first)
    before = full.encode()
    for beyond in (lambda: full.apply(second), lambda: full.merge(theirs), lambda: third.merge(theirs)):
        with pytest.raises(LimitExceeded):
            beyond()
    assert full.encode() == before
    assert Document.decode(before, 3).to_value() == {"a": 1, "title": "full"}


@pytest.mark.parametrize("encoded", [False, True])
def test_what_others_wrote_is_taken_up_to_the_bound_of_all(encoded):
    text, theirs = crowded(COUNTERS_MAX - 4), 7000

    def hear(*ops):
        return text.apply_encoded(encode_ops(list(ops))) if encoded else text.apply(ops)

    assert hear([INSERT, theirs, 0, 1, "xy", EDGE, 0, EDGE, 1])
    assert hear([TYPE, theirs, 2, "zu"])
    before = shown(text)
    with pytest.raises(LimitExceeded):
        hear([TYPE, theirs, 4, "v"])
    with pytest.raises(LimitExceeded):
        hear([INSERT, theirs, 4, 1, "v", EDGE, 0, EDGE, 1])
    with pytest.raises(LimitExceeded):
        hear([ERASE, theirs, 4, 1, SELF, 0, 1])
    text.check()
    assert shown(text) == before == shown(reloaded(text))
