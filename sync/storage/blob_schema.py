"""
The tables of attachments: on a server and in a library. Migrations, one each.

What it is not: the bytes on a server, which are files (blob_files.py). Invariant: a step that was shipped is
never edited.
"""

from __future__ import annotations

from typing import Final

SERVER_BLOBS: Final = """
CREATE TABLE blobs(                         -- what is whole and verified, for each notebook that has it
    sha256 TEXT NOT NULL,
    notebook TEXT NOT NULL REFERENCES notebooks(id) ON DELETE CASCADE,
    size_bytes INTEGER NOT NULL,
    account TEXT NOT NULL,                  -- who sent it, whose quota it counts for
    created_ms INTEGER NOT NULL,
    unused_ms INTEGER NOT NULL DEFAULT 0,   -- since when no document of the notebook names it; 0: one does
    PRIMARY KEY (sha256, notebook)
);
CREATE INDEX blobs_account ON blobs(account);

CREATE TABLE blob_uploads(                  -- begun and not whole
    account TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    begun_ms INTEGER NOT NULL,
    PRIMARY KEY (account, sha256)
);
"""

CLIENT_BLOBS: Final = """
CREATE TABLE attachment_uses(               -- which documents name it; derived from them
    sha256 TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    PRIMARY KEY (sha256, document)
) WITHOUT ROWID;
CREATE INDEX attachment_uses_document ON attachment_uses(document);

CREATE TABLE attachment_places(             -- what the server said of it, for each notebook
    sha256 TEXT NOT NULL,
    notebook TEXT NOT NULL,
    state TEXT NOT NULL,                    -- sent refused
    why TEXT NOT NULL DEFAULT '',           -- of refused: too_big quota forbidden
    PRIMARY KEY (sha256, notebook)
) WITHOUT ROWID;

CREATE TABLE attachment_pieces(             -- of what is being fetched
    key INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL,
    at INTEGER NOT NULL,                    -- its first byte
    body BLOB NOT NULL,
    UNIQUE (sha256, at)
);

UPDATE documents SET dirty = 1 WHERE dirty = 0;
"""
