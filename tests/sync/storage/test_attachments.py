"""Bytes under their hash, once."""

import hashlib


def test_bytes_are_stored_once_under_their_hash(desk):
    body = b"picture" * 1000
    name = desk.store.save_attachment(body, "image/png")
    assert name == hashlib.sha256(body).hexdigest()
    assert desk.store.save_attachment(body, "image/png") == name
    assert desk.store.load_attachment(name) == body
    assert desk.store.load_attachment("0" * 64) is None
    row = desk.store.attachments()[0]
    assert (row.sha256, row.mime, row.size_bytes, row.state) == (name, "image/png", 7000, "local")


def test_what_undo_needs_is_kept_per_document(desk):
    assert desk.store.load_undo("a") is None
    desk.store.save_undo("a", b"one")
    desk.store.save_undo("a", b"two")
    desk.close()
    desk.open()
    assert desk.store.load_undo("a") == b"two"
