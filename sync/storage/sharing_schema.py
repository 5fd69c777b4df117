"""
The tables of sharing: on a server roles that differ in one collection, invites, and what was moved away; in
a library what the server said of notebooks, and notes that shall be moved.

What it is not: statements (sharing_store.py, moving_store.py). Invariants: a step that was shipped is never
edited; of an invite's secret only the SHA-256 is here.
"""

from __future__ import annotations

from typing import Final

SERVER_SHARING: Final = """
ALTER TABLE notebooks ADD COLUMN note TEXT NOT NULL DEFAULT '';    -- the note that is shared by itself

ALTER TABLE streams ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0; -- the last seq at which a document came

CREATE TABLE overrides(                     -- a member's role in one collection, where it is another
    notebook TEXT NOT NULL,
    account TEXT NOT NULL,
    collection TEXT NOT NULL,
    role TEXT NOT NULL,                     -- none viewer commenter editor
    PRIMARY KEY (notebook, account, collection),
    FOREIGN KEY (notebook, account) REFERENCES members(notebook, account) ON DELETE CASCADE
);
CREATE INDEX overrides_account ON overrides(account);

CREATE TABLE invites(
    id TEXT PRIMARY KEY,
    secret BLOB NOT NULL,                   -- SHA-256 of it
    notebook TEXT REFERENCES notebooks(id) ON DELETE CASCADE,      -- NULL: to the server alone
    role TEXT NOT NULL,
    author TEXT NOT NULL,                   -- the account that made it; empty: the administrator
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,            -- 0: never
    uses_max INTEGER NOT NULL,              -- 0: any number
    uses INTEGER NOT NULL DEFAULT 0,
    revoked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX invites_notebook ON invites(notebook);

CREATE TABLE redemptions(                   -- who has used which; once each
    invite TEXT NOT NULL REFERENCES invites(id) ON DELETE CASCADE,
    account TEXT NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (invite, account)
);

CREATE TABLE departures(                    -- documents that were moved out of a stream
    stream INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    document TEXT NOT NULL,
    seq INTEGER NOT NULL,                   -- of the row in the stream's log that says so
    moved_to INTEGER NOT NULL REFERENCES streams(key) ON DELETE CASCADE,
    PRIMARY KEY (stream, document)
);
CREATE INDEX departures_seq ON departures(stream, seq);
"""

SERVER_HIDDEN: Final = """
ALTER TABLE members ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;  -- 1: this member has deleted the notebook
"""

CLIENT_SHARING: Final = """
ALTER TABLE notebooks ADD COLUMN members INTEGER NOT NULL DEFAULT 1;

ALTER TABLE notebooks ADD COLUMN note TEXT NOT NULL DEFAULT '';    -- the note that is shared by itself

ALTER TABLE documents ADD COLUMN left INTEGER NOT NULL DEFAULT 0;  -- 1: moved to where this account is not

CREATE TABLE moves(                         -- notes that shall be elsewhere, as the server has not yet said
    document INTEGER PRIMARY KEY REFERENCES documents(key) ON DELETE CASCADE,
    notebook TEXT NOT NULL REFERENCES notebooks(id) ON UPDATE CASCADE,
    at_ms INTEGER NOT NULL
);
"""
