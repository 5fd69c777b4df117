"""
The tables with which a server's data goes from one data model to the next: a migration of the server's file.

What it is not: statements (model_store.py). Invariants: a document has at most one state of each model; the
one of ``documents.model`` is the living one, those of older models are the archive, and those of a newer one
are being prepared. See server_schema.py.
"""

from __future__ import annotations

from typing import Final

SERVER_MODELS: Final = """
ALTER TABLE documents ADD COLUMN model TEXT NOT NULL DEFAULT '1.0';
ALTER TABLE devices ADD COLUMN model TEXT NOT NULL DEFAULT '1.0';    -- of its last hello

CREATE TABLE states_of_models(
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    model TEXT NOT NULL,
    seq INTEGER NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (document, model)
);
INSERT INTO states_of_models(document, model, seq, state) SELECT document, '1.0', seq, state FROM states;
DROP TABLE states;
ALTER TABLE states_of_models RENAME TO states;

CREATE TABLE breaks(                        -- when a stream went from one model to the next
    stream INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    model TEXT NOT NULL,                    -- the one that ended
    epoch INTEGER NOT NULL,                 -- of its log
    head INTEGER NOT NULL,                  -- up to here the log is of that model
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (stream, model)
);

CREATE TABLE originals(                     -- what was pushed in an older model, as it was pushed
    stream INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    model TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (stream, seq)
);
CREATE INDEX originals_at ON originals(at_ms);
"""
