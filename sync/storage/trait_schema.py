"""
The tables of what notes refer to, what they have and who wrote in them: one migration of the library.

What it is not: filling them (traits.py). Invariants: a step that was shipped is never edited; `links`,
`traits` and `authors` are derived and may be thrown away; `people` and `looks` are not.
"""

from __future__ import annotations

from typing import Final

TRAITS: Final = """
CREATE TABLE links(                         -- which notes a note names; derived
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    target TEXT NOT NULL,                   -- a document's id, whether it is here or not
    PRIMARY KEY (document, target)
) WITHOUT ROWID;
CREATE INDEX links_target ON links(target);

CREATE TABLE traits(                        -- what a note has: image file link task open code ...; derived
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    trait TEXT NOT NULL,
    PRIMARY KEY (document, trait)
) WITHOUT ROWID;

CREATE TABLE authors(                       -- which replicas wrote in a note, and when last; derived
    document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE,
    rid INTEGER NOT NULL,
    last_ms INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (document, rid)
) WITHOUT ROWID;
CREATE INDEX authors_rid ON authors(rid);

CREATE TABLE people(                        -- whose replica it is, as a server said
    rid INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    name TEXT NOT NULL
);

CREATE TABLE looks(                         -- when this person last looked at a note, and what it was then
    document TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    version TEXT NOT NULL                   -- JSON: replica -> end
) WITHOUT ROWID;

UPDATE documents SET dirty = 1 WHERE dirty = 0;
"""
