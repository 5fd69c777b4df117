"""
The tables of `library.sqlite3`, the one file in which a profile keeps its library: migrations, oldest first.

What it is not: statements (the modules beside this one) or settings (database.py).

Invariants:
- A step that was shipped is never edited; a change is a new step.
- `documents.snapshot` holds nothing that the server has not confirmed, so that a document can be built again
  when its unsent deltas are given new ids or new stamps.
- `deltas.key` and `outbox.key` come from one sequence: their order is the order in which this store learnt of
  the deltas, and so never puts an effect before its cause.
- A row of the outbox is unsent exactly when its n exceeds its stream's acked_n; an ack is one small update.
- What `notes`, `folders`, `texts` and `search` hold is derived and may be thrown away and built again.

Source: design of sync, section 1.
"""

from __future__ import annotations

from typing import Final

from sync.storage.blob_schema import CLIENT_BLOBS
from sync.storage.database import Step
from sync.storage.sharing_schema import CLIENT_SHARING
from sync.storage.trait_schema import TRAITS

APPLICATION: Final = 0x434D4E50
"""PRAGMA application_id of a library, "CMNP": tells a person's library from any other SQLite file."""

_FIRST = """
CREATE TABLE meta(
    key TEXT PRIMARY KEY,
    value BLOB
) WITHOUT ROWID;

CREATE TABLE notebooks(
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,                     -- owner editor commenter viewer, or none after a revocation
    local INTEGER NOT NULL,                 -- 0 on the server, 1 to be made there, 2 to stay here
    position INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE streams(
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    notebook TEXT NOT NULL REFERENCES notebooks(id) ON UPDATE CASCADE,
    collection TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER NOT NULL DEFAULT 0,      -- everything up to this seq is in documents
    role TEXT NOT NULL DEFAULT 'owner',
    next_n INTEGER NOT NULL DEFAULT 1,
    chain BLOB NOT NULL,                    -- after next_n - 1
    acked_n INTEGER NOT NULL DEFAULT 0,
    acked_chain BLOB NOT NULL,              -- after acked_n
    staged_to INTEGER NOT NULL DEFAULT 0,   -- a state transfer under way: the cursor it will end at; 0: none
    staged_after TEXT NOT NULL DEFAULT ''   -- the last document of it that is complete
);
CREATE INDEX streams_notebook ON streams(notebook);

CREATE TABLE documents(
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    stream INTEGER NOT NULL REFERENCES streams(key),
    snapshot BLOB,                          -- confirmed deltas, folded
    whole BLOB,                             -- a cache: everything up to whole_key, what is unsent included
    whole_key INTEGER NOT NULL DEFAULT 0,
    dirty INTEGER NOT NULL DEFAULT 1,       -- 0 projected, 1 to be projected, 2 cannot be read
    updated_ms INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX documents_stream ON documents(stream);
CREATE INDEX documents_dirty ON documents(key) WHERE dirty = 1;

CREATE TABLE deltas(
    key INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    body BLOB NOT NULL
);
CREATE INDEX deltas_document ON deltas(document);

CREATE TABLE outbox(
    key INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams(key),
    n INTEGER NOT NULL,
    document INTEGER NOT NULL REFERENCES documents(key),
    size INTEGER NOT NULL,                  -- of body
    model TEXT NOT NULL,
    stamp BLOB NOT NULL,
    chain BLOB NOT NULL,                    -- after this row
    folded INTEGER NOT NULL DEFAULT 0,      -- 1 once in the snapshot
    rejected INTEGER NOT NULL DEFAULT 0,    -- 1 when the server refused it; kept, because its n is spent
    seen_ms INTEGER,                        -- when the tail was first tidied with this row acked
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX outbox_order ON outbox(stream, n, document, size);
CREATE INDEX outbox_document ON outbox(document, folded);

CREATE TABLE quarantine(
    key INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    document TEXT NOT NULL,
    rid INTEGER NOT NULL,
    n INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    model TEXT NOT NULL,
    stamp BLOB NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE staging(
    key INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    document TEXT NOT NULL,
    whole INTEGER NOT NULL,                 -- 1: body is a state, 0: a delta
    body BLOB NOT NULL
);
CREATE INDEX staging_stream ON staging(stream, key);

CREATE TABLE attachments(
    sha256 TEXT PRIMARY KEY,
    mime TEXT NOT NULL,
    size INTEGER NOT NULL,
    state TEXT NOT NULL,                    -- local sent
    body BLOB NOT NULL
);

CREATE TABLE undo(
    document TEXT PRIMARY KEY,
    body BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE notes(
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE,
    title TEXT NOT NULL,
    preview TEXT NOT NULL,
    words INTEGER NOT NULL,
    tags TEXT NOT NULL,                     -- sorted, separated by newlines
    folder TEXT,
    pinned INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    trashed_ms INTEGER
);

CREATE TABLE texts(
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE,
    body TEXT NOT NULL
);

CREATE TABLE folders(
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    parent TEXT,
    position TEXT NOT NULL
);

CREATE VIRTUAL TABLE search USING fts5(
    title, body, tags, content='', tokenize="unicode61 remove_diacritics 2"
);
CREATE VIRTUAL TABLE search_words USING fts5vocab(search, row);
"""

_SHOWN_OF_NOTES = """
ALTER TABLE notes ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notes ADD COLUMN icon TEXT NOT NULL DEFAULT '';
ALTER TABLE notes ADD COLUMN colours TEXT NOT NULL DEFAULT '';     -- of tags that have one, as JSON
"""

_LEFT_SINCE = """
ALTER TABLE documents ADD COLUMN left_ms INTEGER NOT NULL DEFAULT 0;   -- since when that is known; 0: not yet
CREATE INDEX documents_left ON documents(left_ms) WHERE left = 1;
"""

STEPS: Final[tuple[Step, ...]] = (
    _FIRST, CLIENT_BLOBS, _SHOWN_OF_NOTES, TRAITS, CLIENT_SHARING, _LEFT_SINCE,
)  # fmt: skip
"""Step i leads from version i to i + 1."""
