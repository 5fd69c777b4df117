"""
Every bound of the protocol and of what is stored, in one place. Each is tested at the limit and one past it.

Sizes are bytes and times milliseconds unless the name says otherwise. The comment at each says what would
break on either side of it. The ones in LIMITS_SAID are told to the client in ``welcome``.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# --- frames -----------------------------------------------------------------------------------------------
FRAME_SIZE_MAX: Final = 256 * KIB
"""Codec byte and payload. Larger delays a keystroke behind it; smaller splits an ordinary paste."""
HELLO_SIZE_MAX: Final = 4 * KIB
"""The only frame that a stranger may send."""
HELLO_WAIT_MS: Final = 10_000
"""A connection that has not said hello by then is closed."""
COMPRESS_SIZE_MIN: Final = 1 * KIB
"""Below it zlib costs more time than it saves on the wire."""

# --- msgpack ----------------------------------------------------------------------------------------------
DEPTH_MAX: Final = 32
ARRAY_LENGTH_MAX: Final = 4_096
MAP_LENGTH_MAX: Final = 256
STRING_SIZE_MAX: Final = 128 * KIB

# --- deltas and states ------------------------------------------------------------------------------------
DELTA_SIZE_MAX: Final = 64 * KIB
"""One encoded delta. A paste is split below it; one delta must leave room for the frame around it."""
BATCH_DELTAS_MAX: Final = 200
BATCH_SIZE_MAX: Final = 128 * KIB
"""Sum of the bodies of one push. Bounds what one transaction may be made to wait for."""
IN_FLIGHT_BATCHES_MAX: Final = 8
IN_FLIGHT_SIZE_MAX: Final = 1 * MIB
STATE_CHUNK_SIZE_MAX: Final = 128 * KIB
"""A larger document state travels in several chunks."""
DOCUMENT_SIZE_WARN: Final = 1 * MIB
"""From here on ``stats`` counts a document as large: opening it is felt, and it is a way to the bound."""
DOCUMENT_SIZE_MAX: Final = 16 * MIB

# --- attachments ------------------------------------------------------------------------------------------
BLOB_SIZE_MAX: Final = 100 * MIB
"""One attachment. Larger ones would take minutes of an ordinary line, and memory at both ends."""
BLOB_QUOTA: Final = 5 * 1024 * MIB
"""What one account may keep on a server, over all its notebooks."""
BLOB_CHUNK_SIZE_MAX: Final = 64 * KIB
"""Bytes of one put or chunk: what a cut costs; smaller pays more frames than it saves."""
BLOB_CONNECTIONS_PER_ACCOUNT: Final = 8
"""Connections of ``/v1/blobs``: one for each running device."""

# --- delivery ---------------------------------------------------------------------------------------------
CREDIT_SIZE_MAX: Final = 1 * MIB
"""Bytes of deltas and states that may be under way to one client before it says ``received``."""
CONTENT_SUBSCRIPTIONS_MAX: Final = 500
HEAD_SUBSCRIPTIONS_MAX: Final = 5_000
SUBSCRIBE_STREAMS_MAX: Final = 500
"""Streams in one subscribe frame."""
PULL_DOCUMENTS_MAX: Final = 200
CHECK_DOCUMENTS_MAX: Final = 200
"""Documents of one check, and of its answer: what differs can be pulled at once."""

# --- budgets ----------------------------------------------------------------------------------------------
DELTAS_PER_SECOND: Final = 1_000
DELTAS_BURST: Final = 60_000
"""
Per account; beyond it a push is answered by nack ``rate``, never by closing. The burst lets a library of ten
thousand notes, or a long time offline, through in one go; the rate is a third of what two cores commit.
"""
CONNECTIONS_PER_ACCOUNT: Final = 16
CONNECTIONS_PER_ADDRESS: Final = 64

# --- keep-alive -------------------------------------------------------------------------------------------
PING_EVERY_MS: Final = 15_000
SILENCE_MS_MAX: Final = 45_000
"""Three pings: a connection that was silent for longer is dead."""
SWEEP_EVERY_MS: Final = 2_000
"""How often cursors are compared with heads, so that a lost wake costs at most this."""

# --- clock ------------------------------------------------------------------------------------------------
CLOCK_AHEAD_MS_MAX: Final = 300_000
"""Stamps beyond the server's now plus this are refused; equals crdt.clock.DRIFT_MS_MAX."""

# --- drivers ----------------------------------------------------------------------------------------------
SYNC_MINUTES_MIN: Final = 1
"""Of a client that connects now and then; more often than this is what a connection that stays is for."""
SYNC_MINUTES_MAX: Final = 24 * 60
"""A day: the time of day then says when the next one is."""

# --- presence ---------------------------------------------------------------------------------------------
PRESENCE_SIZE_MAX: Final = 1 * KIB
PRESENCE_INTERVAL_MS_MIN: Final = 100
"""10 Hz: faster is not seen, slower makes other people's carets jump."""
PRESENCE_HEARTBEAT_MS: Final = 15_000
PRESENCE_GONE_MS: Final = 45_000

# --- names and accounts -----------------------------------------------------------------------------------
ID_LENGTH: Final = 22
"""Documents and notebooks: 16 random bytes in url-safe base64."""
STREAM_LENGTH_MAX: Final = 64
NAME_LENGTH_MAX: Final = 200
"""Code points of a person's, notebook's or device's name."""
EMAIL_LENGTH_MAX: Final = 254
PASSWORD_SIZE_MIN: Final = 8
PASSWORD_SIZE_MAX: Final = 1_024
"""Bytes of UTF-8. Argon2 hashes any length; the bound keeps a stranger from making it hash megabytes."""
TOKEN_LENGTH_MAX: Final = 128
NOTEBOOKS_PER_ACCOUNT: Final = 1_000
MEMBERS_PER_NOTEBOOK: Final = 1_000
"""Everybody is told when somebody comes or goes."""
AUTHORS_ASKED_MAX: Final = 200
"""Replicas of which one call may ask whose they are."""
INVITES_PER_NOTEBOOK: Final = 100
"""Links that can still be used; older ones are revoked first, by whoever makes more."""
INVITE_LIFE_MS: Final = 7 * 24 * 3_600_000
"""How long an invite lives unless another time is given."""
INVITE_LIFE_MS_MAX: Final = 365 * 24 * 3_600_000
INVITE_USES_MAX: Final = 1_000

LIMITS_SAID: Final[dict[str, int]] = {
    "frame": FRAME_SIZE_MAX,
    "delta": DELTA_SIZE_MAX,
    "batch_deltas": BATCH_DELTAS_MAX,
    "batch": BATCH_SIZE_MAX,
    "in_flight_batches": IN_FLIGHT_BATCHES_MAX,
    "in_flight": IN_FLIGHT_SIZE_MAX,
    "credit": CREDIT_SIZE_MAX,
    "content_subscriptions": CONTENT_SUBSCRIPTIONS_MAX,
    "head_subscriptions": HEAD_SUBSCRIPTIONS_MAX,
    "deltas_per_second": DELTAS_PER_SECOND,
    "deltas_burst": DELTAS_BURST,
    "document": DOCUMENT_SIZE_MAX,
    "presence": PRESENCE_SIZE_MAX,
    "blob": BLOB_SIZE_MAX,
    "blob_chunk": BLOB_CHUNK_SIZE_MAX,
    "blob_quota": BLOB_QUOTA,
}
"""What ``welcome.limits`` carries; clients keep to these numbers, not to their own copy."""
