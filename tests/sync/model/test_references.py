from __future__ import annotations

import pytest

from crdt import Clock, Document
from sync.model.references import attachments_named, is_sha256
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
