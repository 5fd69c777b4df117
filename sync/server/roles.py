"""
Who may do what: one table for the kinds of messages, one for calls, one for the collections.

What it is not: where roles are kept (account_store.py). Denied is the default: what has no row is refused,
and a server in which a kind of message has no row does not start (``check_tables``). Source: README, "Roles".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sync.protocol import blobs as b
from sync.protocol import messages as m
from sync.protocol.rows import ID_PATTERN

ROLES: Final = ("viewer", "commenter", "editor", "owner")
"""Weakest first; each may do all that the ones before it may."""

ANYONE: Final = "anyone"
"""Before signing in, but after hello."""

FIRST: Final = "first"
"""Only as the first message of a connection."""

SIGNED_IN: Final = "signed_in"
MEMBER: Final = "member"
"""Signed in, with any role in the notebook of the message's stream, or that a call names."""

EDITOR: Final = "editor"
"""Signed in, and an editor of the notebook that a call names; what else it touches it looks at itself."""

OWNER: Final = "owner"
"""Signed in, and an owner of the notebook that a call names."""

WRITER: Final = "writer"
"""Signed in, with the role that the stream's collection asks for; ingest decides it for each delta."""

BLOB_WRITER: Final = "blob_writer"
"""On the connection for attachments: signed in, may write the document, and the document names the blob."""

BLOB_READER: Final = "blob_reader"
"""On the connection for attachments: signed in, may read the document, and the document names the blob."""

NEVER: Final = "never"
"""Said by servers only."""

MESSAGE_RIGHTS: Final[Mapping[type[m.Message], str]] = {
    m.Hello: FIRST,
    m.Welcome: NEVER,
    m.Subscribe: MEMBER,
    m.Subscribed: NEVER,
    m.Unsubscribe: SIGNED_IN,
    m.Push: WRITER,
    m.Ack: NEVER,
    m.Nack: NEVER,
    m.Deltas: NEVER,
    m.Received: SIGNED_IN,
    m.Poke: NEVER,
    m.Pull: MEMBER,
    m.State: NEVER,
    m.Reset: NEVER,
    m.Presence: MEMBER,
    m.Auth: ANYONE,
    m.AuthState: NEVER,
    m.Call: ANYONE,  # each call has a row of its own below
    m.Result: NEVER,
    m.Error: ANYONE,
    m.Bye: ANYONE,
    m.Notice: NEVER,
    m.Ping: ANYONE,
    m.Pong: ANYONE,
    b.BlobOffer: BLOB_WRITER,
    b.BlobHave: NEVER,
    b.BlobPut: BLOB_WRITER,
    b.BlobDone: BLOB_WRITER,
    b.BlobGet: BLOB_READER,
    b.BlobChunk: NEVER,
    b.BlobError: NEVER,
}

BLOB_SOCKET: Final = frozenset(
    {m.Hello, m.Auth, m.Error, m.Bye, m.Ping, m.Pong, b.BlobOffer, b.BlobPut, b.BlobDone, b.BlobGet}
)
"""What may be said on the connection for attachments; on the other one, no blob message may."""

CALL_RIGHTS: Final[Mapping[str, str]] = {
    "sign_up": ANYONE,
    "sign_in": ANYONE,
    "sign_out": SIGNED_IN,
    "devices": SIGNED_IN,
    "create_notebook": SIGNED_IN,
    "change_password": SIGNED_IN,
    "redeem": SIGNED_IN,
    "members": MEMBER,
    "authors": MEMBER,
    "leave": MEMBER,
    "move": EDITOR,
    "rename_notebook": OWNER,
    "hide_notebook": OWNER,
    "share": OWNER,
    "set_role": OWNER,
    "create_invite": OWNER,
    "invites": OWNER,
    "revoke_invite": OWNER,
    "check": MEMBER,
    "give_back": WRITER,
}

CALL_ROLES: Final[Mapping[str, str]] = {MEMBER: "viewer", EDITOR: "editor", OWNER: "owner"}
"""The weakest role in the notebook that a call names which has a right."""

READ_ROLE: Final = "viewer"
INVITED_ROLES: Final = ("viewer", "commenter", "editor")
"""What an invite may give, and a collection may have of its own."""

NO_ROLE: Final = "none"
"""In a call: take the role away; of a collection: it cannot even be read."""

WRITE_ROLE: Final[Mapping[str, str]] = {"notes": "editor", "folders": "editor", "comments": "commenter"}
"""
The weakest role that may write a collection. A collection that is not here cannot be written by anybody.
"""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one account may do in one notebook: a role, and another one where a collection has its own."""

    role: str
    collections: Mapping[str, str] = field(default_factory=dict)

    def of(self, collection: str) -> str:
        """Return the role in a collection. An owner is one everywhere."""
        return self.role if self.role == "owner" else self.collections.get(collection, self.role)


def at_least(role: str | None, needed: str) -> bool:
    """Whether a role (None: no member) is as strong as the needed one. An unknown role is no role."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def may_read(role: str | None) -> bool:
    """Whether a role may follow streams of its notebook, and be seen in it."""
    return at_least(role, READ_ROLE)


def may_write(role: str | None, collection: str) -> bool:
    """Whether a role may write deltas into a collection."""
    needed = WRITE_ROLE.get(collection)
    return needed is not None and at_least(role, needed)


def is_id(text: str) -> bool:
    """Whether a text has the form of a document's or notebook's id."""
    return re.fullmatch(ID_PATTERN, text) is not None


def check_tables(calls: set[str]) -> None:
    """
    Check that every kind of message and every call that is answered has a row.

    Args:
        calls: The names of the calls that the server answers.

    Raises:
        AssertionError: One has none; the server must not start.
    """
    missing = set(m.KINDS.values()) - set(MESSAGE_RIGHTS)
    assert not missing, f"no right is given for {sorted(kind.__name__ for kind in missing)}"
    assert calls == set(CALL_RIGHTS), f"calls and rights differ: {sorted(calls ^ set(CALL_RIGHTS))}"
