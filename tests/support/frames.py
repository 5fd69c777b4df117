"""
One example of every kind of message, with every optional part set: what golden frames and fuzzing start from.
"""

from __future__ import annotations

from sync.protocol import blobs as b
from sync.protocol import messages as m
from sync.protocol import rows

NOTEBOOK = "N" * 21 + "A"
STREAM = NOTEBOOK + "/notes"
DOCUMENT = "D" * 21 + "A"
OTHER = "D" * 21 + "B"
ACCOUNT = "P" * 21 + "A"
CHAIN = bytes(range(8))
HASH = bytes(range(32))

EXAMPLES: dict[str, m.Message] = {
    "hello": m.Hello((1, 1), "commonplace 0.1", "linux", 2**62, "inst-1", "1.0", "token", ("zlib",), 7),
    "hello-short": m.Hello((1, 1), "a", "b", 1, "c", "1.0"),
    "welcome": m.Welcome(
        1,
        ("srv", 1),
        1_795_000_000_000,
        3,
        m.ModelSaid("1.0", "1.0", "full"),
        m.AuthSaid("ok", 900),
        {"frame": 262_144},
        15_000,
        m.AccountSaid(ACCOUNT, "ann@example.org", "Ann"),
        7,
    ),
    "subscribe": m.Subscribe(
        (
            rows.Wanted(STREAM, "content", 5, 9, 2, CHAIN, DOCUMENT, 12),
            rows.Wanted(STREAM, "head", 0, 0, 0, CHAIN),
        )
    ),
    "subscribed": m.Subscribed((rows.Granted(STREAM, "ok", "owner", 5, 9, 0, 2, CHAIN, "log"),)),
    "unsubscribe": m.Unsubscribe(STREAM, "revoked"),
    "push": m.Push(STREAM, 4, "1.0", 3, CHAIN, (rows.PushedDelta(DOCUMENT, b"body"),)),
    "ack": m.Ack(
        STREAM,
        4,
        3,
        10,
        (
            rows.Rejected(3, "schema", "title: no text", DOCUMENT, 8, b"state"),
            rows.Rejected(4, "too_big", ""),
        ),
    ),
    "nack": m.Nack(STREAM, 4, "gap", 100, 2, 1_795_000_000_000),
    "deltas": m.Deltas(STREAM, 9, 11, "1.0", (rows.LoggedDelta(10, DOCUMENT, b"body"),), ((11, 12),), True),
    "received": m.Received((rows.Cursor(STREAM, 11),), 4096),
    "poke": m.Poke((rows.Head(STREAM, 12),)),
    "pull": m.Pull(STREAM, 5, 9, (DOCUMENT,), True, 2),
    "state": m.State(
        STREAM,
        5,
        12,
        (rows.StateChunk(DOCUMENT, 8, 0, 5, b"state"),),
        DOCUMENT,
        rows.StateEnd(12, 1, CHAIN),
        2,
    ),
    "reset": m.Reset(STREAM, 5, "epoch", 12),
    "presence": m.Presence(
        STREAM, DOCUMENT, (2**62, 4, "after"), (-2, 1, "before"), False, 3, ACCOUNT, "Ann"
    ),
    "presence-gone": m.Presence(STREAM, gone=True),
    "auth": m.Auth("token"),
    "auth-state": m.AuthState("ok", 900, m.AccountSaid(ACCOUNT)),
    "call": m.Call(1, "sign_in", {"email": "ann@example.org", "password": "not a real one"}),
    "result": m.Result(1, "rate", "too many attempts", None, 1000),
    "error": m.Error("bad_frame", "not a message", "never", 20),
    "bye": m.Bye("stopping", "", 1000),
    "notice": m.Notice("account", (rows.NotebookRow(NOTEBOOK, "Personal", "owner"),), NOTEBOOK, ""),
    "notice-shared": m.Notice(
        "account",
        (rows.NotebookRow(NOTEBOOK, "Garden", "viewer"),),
        NOTEBOOK,
        shared=(rows.SharedRow(NOTEBOOK, 2, DOCUMENT, (("comments", "none"),)),),
    ),
    "notice-hidden": m.Notice(
        "account", (rows.NotebookRow(NOTEBOOK, "Garden", "owner"),), ACCOUNT, hidden=(NOTEBOOK,)
    ),
    "ping": m.Ping(7),
    "pong": m.Pong(7, 1_795_000_000_000),
    "blob-offer": b.BlobOffer(HASH, 70_000, STREAM, DOCUMENT),
    "blob-have": b.BlobHave(HASH, 65_536),
    "blob-have-stored": b.BlobHave(HASH, 70_000, True),
    "blob-put": b.BlobPut(HASH, 65_536, b"the last bytes"),
    "blob-done": b.BlobDone(HASH),
    "blob-get": b.BlobGet(HASH, STREAM, DOCUMENT, 65_536),
    "blob-chunk": b.BlobChunk(HASH, 65_536, 70_000, b"the last bytes"),
    "blob-error": b.BlobError(HASH, "quota", "5 GiB are used", 1000),
    "deltas-long": m.Deltas(
        STREAM, 0, 60, "1.0", tuple(rows.LoggedDelta(n, DOCUMENT, b"a small delta") for n in range(1, 61))
    ),
}
