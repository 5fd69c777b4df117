from __future__ import annotations

from sync.storage import blob_schema, schema, server_schema


def test_both_stores_take_their_step():
    assert blob_schema.SERVER_BLOBS in server_schema.STEPS
    assert blob_schema.CLIENT_BLOBS in schema.STEPS


def test_the_servers_step_is_plain_sql():
    text = blob_schema.SERVER_BLOBS.upper()
    assert not any(word in text for word in ("WITHOUT ROWID", "OR IGNORE", "OR REPLACE", "AUTOINCREMENT"))
