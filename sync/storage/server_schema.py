"""
The tables of a server, all that it keeps: migrations, oldest first.

What it is not: statements (server_store.py, account_store.py) or databases (server_database.py).

Invariants:
- A step that was shipped is never edited; a change is a new step.
- ``log`` is the truth: what ``states`` holds of a document equals its log folded up to ``states.seq``, and
what
  ``documents`` and ``positions`` say follows from the log and is committed with it.
- ``streams.head`` counts every accepted delta: seq is gapless and in the order of commits.
- Secrets are kept as hashes only: passwords as Argon2id, tokens as SHA-256.

Source: README, "Storage".
"""

from __future__ import annotations

from typing import Final

from sync.storage.blob_schema import SERVER_BLOBS
from sync.storage.model_schema import SERVER_MODELS
from sync.storage.sharing_schema import SERVER_HIDDEN, SERVER_SHARING

APPLICATION: Final = 0x434D4E53
"""PRAGMA application_id of a server's store, "CMNS"."""

_FIRST = """
CREATE TABLE meta(
    key TEXT PRIMARY KEY,
    value BLOB
) WITHOUT ROWID;

CREATE TABLE accounts(
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,             -- as auth.normal_email makes it
    name TEXT NOT NULL,
    password TEXT NOT NULL,                 -- an Argon2id hash with its parameters
    personal TEXT NOT NULL,                 -- the notebook made at sign-up
    created_ms INTEGER NOT NULL,
    disabled INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE devices(
    key INTEGER PRIMARY KEY,
    account TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    inst TEXT NOT NULL,                     -- what the installation calls itself in hello
    os TEXT NOT NULL,
    app TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    UNIQUE(account, inst)
);

CREATE TABLE sign_ins(
    key INTEGER PRIMARY KEY,
    token BLOB NOT NULL UNIQUE,             -- SHA-256 of it
    account TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    device INTEGER NOT NULL REFERENCES devices(key) ON DELETE CASCADE,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX sign_ins_account ON sign_ins(account);
CREATE INDEX sign_ins_device ON sign_ins(device);

CREATE TABLE replicas(
    rid INTEGER PRIMARY KEY,
    account TEXT NOT NULL,                  -- bound at first use, for ever; the server's own has none: ""
    device INTEGER NOT NULL
);

CREATE TABLE notebooks(
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES accounts(id),
    created_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE members(
    notebook TEXT NOT NULL REFERENCES notebooks(id) ON DELETE CASCADE,
    account TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (notebook, account)
) WITHOUT ROWID;
CREATE INDEX members_account ON members(account);

CREATE TABLE streams(
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    notebook TEXT NOT NULL REFERENCES notebooks(id) ON DELETE CASCADE,
    collection TEXT NOT NULL,
    epoch INTEGER NOT NULL,                 -- random; another one means another log
    model TEXT NOT NULL,
    head INTEGER NOT NULL DEFAULT 0,
    floor INTEGER NOT NULL DEFAULT 0,       -- the log holds what is behind this seq
    size_bytes INTEGER NOT NULL DEFAULT 0   -- of all bodies ever appended
);
CREATE INDEX streams_notebook ON streams(notebook);

CREATE TABLE positions(
    stream INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    rid INTEGER NOT NULL,
    last_n INTEGER NOT NULL,
    chain BLOB NOT NULL,                    -- after last_n
    PRIMARY KEY (stream, rid)
) WITHOUT ROWID;

CREATE TABLE rejections(                    -- until the replica has surely heard of them
    stream INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    rid INTEGER NOT NULL,
    n INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    document TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (stream, rid, n)
) WITHOUT ROWID;

CREATE TABLE documents(
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    stream INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    last_seq INTEGER NOT NULL,
    state_seq INTEGER NOT NULL DEFAULT 0,   -- of the row in states; 0: there is none
    state_bytes INTEGER NOT NULL DEFAULT 0,
    tail_bytes INTEGER NOT NULL DEFAULT 0,  -- of the log behind state_seq
    log_bytes INTEGER NOT NULL DEFAULT 0    -- of all its deltas ever
);
CREATE INDEX documents_id ON documents(stream, id);
CREATE INDEX documents_seq ON documents(stream, last_seq);

CREATE TABLE states(
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    state BLOB NOT NULL
);

CREATE TABLE log(
    stream INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    document INTEGER NOT NULL,
    rid INTEGER NOT NULL,
    n INTEGER NOT NULL,
    model TEXT NOT NULL,                    -- of the body as it is stored
    at_ms INTEGER NOT NULL,                 -- the server's clock at acceptance
    body BLOB NOT NULL,
    PRIMARY KEY (stream, seq)
) WITHOUT ROWID;
CREATE INDEX log_document ON log(document, seq);
"""

_WRITES = """
ALTER TABLE streams ADD COLUMN writes INTEGER NOT NULL DEFAULT 0;  -- grows with every transaction that wrote
"""

_PACES = """
CREATE TABLE paces(                         -- how often something was tried, where several processes count
    key TEXT PRIMARY KEY,
    parts INTEGER NOT NULL,                 -- thousandths of a try that are left
    at_ms INTEGER NOT NULL
);
"""

_LOOKED = """
ALTER TABLE streams ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;  -- up to here the trash was looked through
"""

STEPS: Final[tuple[str, ...]] = (
    _FIRST, SERVER_BLOBS, _WRITES, SERVER_SHARING, SERVER_MODELS, _PACES, _LOOKED, SERVER_HIDDEN,
)  # fmt: skip
"""
Every migration there is; a new server runs them all. Statements only, in SQLite's words; postgres_store.py
translates types.
"""

TOLD: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("members", "account", "INSERT OR UPDATE OR DELETE", "roles"),
    ("overrides", "account", "INSERT OR UPDATE OR DELETE", "roles"),
    ("members", "notebook", "INSERT OR UPDATE OR DELETE", "notebook"),
    ("notebooks", "id", "UPDATE OF name, note", "notebook"),
    ("sign_ins", "account", "UPDATE OF revoked, expires_ms", "sign_ins"),
    ("accounts", "id", "UPDATE OF disabled", "sign_ins"),
    ("streams", "id", "UPDATE OF epoch", "epoch"),
    ("meta", "key", "INSERT OR UPDATE", "fact"),
)
"""
(table, a column of it, what happens to a row, what is said of the column's value): where several processes
share a database, the transaction that does it tells all of them. Not for what is written all the time.
"""
