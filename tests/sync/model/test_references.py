from __future__ import annotations

import pytest

from crdt import Clock, Document, Stamp, read_glance
from sync.model.references import (
    NAME_LENGTH_MAX,
    Content,
    attachments_glanced,
    attachments_named,
    content_glanced,
    content_of,
    content_of_blocks,
    is_sha256,
)
from sync.model.v1 import new_note

A, B = "a" * 64, "b" * 64


def note_with(intent):
    clock = Clock(7)
    document, _ = new_note(7, clock.tick(1), created_ms=1)
    document.edit(clock.tick(2), intent)
    return document


def test_a_note_names_what_its_map_and_its_body_name():
    def intent(edit):
        edit.make(("attachments", A), "map")
        edit.text(("body",)).insert(0, "x")
        edit.text(("body",)).insert_embed(1, {"type": "image", "src": f"attachment:{B}"})

    assert attachments_named(note_with(intent)) == {A, B}


@pytest.mark.parametrize("source", [None, 7, "attachment:", f"https://{B}", f"attachment:{B.upper()}", B])
def test_what_is_no_attachment_of_ours_names_none(source):
    document = note_with(
        lambda e: e.text(("body",)).insert_embed(0, {"type": "image", "src": source, "id": 1})
    )
    assert attachments_named(document) == set()


def test_an_embed_that_was_deleted_names_nothing():
    clock = Clock(7)
    document, _ = new_note(7, clock.tick(1), created_ms=1)
    document.edit(clock.tick(2), lambda e: e.text(("body",)).insert_embed(0, {"src": f"attachment:{A}"}))
    document.edit(clock.tick(3), lambda e: e.text(("body",)).delete(0, 1))
    assert attachments_named(document) == set()


def test_a_document_of_another_shape_names_nothing():
    assert attachments_named(Document(3)) == set()
    odd = Document(3)

    def intent(edit):
        edit.set(("attachments",), A)
        edit.set(("body",), 1)

    odd.edit(Clock(3).tick(1), intent)
    assert attachments_named(odd) == set()


def test_hashes_have_one_form():
    assert is_sha256(A)
    assert not is_sha256(A[:-1])
    assert not is_sha256("A" * 64)
    assert not is_sha256(None)


def test_what_a_note_has_is_read_off_its_blocks():
    content = content_of_blocks(
        [
            (
                [
                    ("a", {"link": "note:x1"}),
                    ("a", {"link": "note:x3#A place"}),
                    ("b", {"link": "https://example.org"}),
                ],
                {},
            ),
            ([("\ufffc", {"embed": {"type": "note", "id": "x2"}})], {"kind": "check", "checked": False}),
            ([("\ufffc", {"embed": {"type": "file", "name": "f"}})], {"kind": "check", "checked": True}),
            ([], {"kind": "code", "language": "table"}),
            ([], {"kind": "code"}),
            ([], {"kind": "quote"}),
        ]
    )
    assert content.links == {"x1", "x2", "x3"}
    assert content.traits == {
        *("link", "note", "file", "attachment", "task", "open", "table", "code", "quote"),
    }


def test_only_ticked_tasks_are_done_and_nothing_is_nothing():
    assert content_of_blocks([([], {"kind": "check", "checked": True})]).traits == {"task", "done"}
    assert content_of_blocks([([("text", {"bold": True})], {})]) == Content()


def test_what_a_stranger_put_there_is_read_as_nothing():
    odd = [
        ([("x", {"link": 7}), ("y", {"embed": "no"}), ("z", {"embed": {"type": "note", "id": 3}})], {}),
        ([("x", {"link": "note:" + "i" * (NAME_LENGTH_MAX + 1)})], {"kind": 5, "checked": "maybe"}),
        ([("x", {"link": "note:"})], {"kind": "check", "checked": "maybe"}),
    ]
    content = content_of_blocks(odd)
    assert content.links == frozenset()
    assert content.traits == {"link", "task", "open"}
    far = content_of_blocks([([("x", {"link": "note:x1#" + "i" * NAME_LENGTH_MAX})], {})])
    assert far.links == {"x1"}, "a place may be as long as it likes"
    at_the_limit = content_of_blocks([([("x", {"link": "note:" + "i" * NAME_LENGTH_MAX})], {})])
    assert at_the_limit.links == {"i" * NAME_LENGTH_MAX}


def test_a_document_says_the_same_as_its_blocks():
    note, _ = new_note(1, Stamp(5, 0, 1), title="t", created_ms=1)

    def write(edit):
        body = edit.text(("body",))
        body.insert(0, "see")
        body.format(0, 3, "link", "note:abc")

    note.edit(Stamp(6, 0, 1), write)
    assert content_of(note) == Content(frozenset({"abc"}), frozenset({"link", "note"}))
    assert content_of(Document(1)) == Content()


def test_a_glance_tells_the_same_as_the_document():
    def fill(edit):
        body = edit.text(("body",))
        body.insert(0, "see this\nand that\nlast")
        body.format(0, 3, "link", f"note:{A[:22]}")
        body.insert_embed(4, {"type": "image", "src": f"attachment:{B}"})
        body.set_block(0, {"kind": "check", "checked": True})
        body.set_block(12, {"kind": "quote"})
        edit.make(("attachments", A), "map")

    for note in (note_with(fill), Document(7)):
        seen = read_glance(note.encode())
        assert content_glanced(seen) == content_of(note)
        assert attachments_glanced(seen) == attachments_named(note)
