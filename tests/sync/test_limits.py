from __future__ import annotations

from crdt import clock
from sync import limits
from sync.protocol import messages, rows, wire
from tests.support.frames import DOCUMENT, EXAMPLES, STREAM


def test_the_clock_bound_is_that_of_the_core():
    assert limits.CLOCK_AHEAD_MS_MAX == clock.DRIFT_MS_MAX


def test_a_full_batch_and_the_longest_delta_fit_a_frame():
    batch = (rows.PushedDelta(DOCUMENT, bytes(range(256)) * 256),)
    assert len(batch[0].body) == limits.DELTA_SIZE_MAX
    wire.encode(messages.Push(STREAM, 1, "1.0", 1, bytes(8), batch))
    each = limits.BATCH_SIZE_MAX // limits.BATCH_DELTAS_MAX
    full = tuple(rows.PushedDelta(DOCUMENT, bytes(each)) for _ in range(limits.BATCH_DELTAS_MAX))
    wire.encode(messages.Push(STREAM, 1, "1.0", 1, bytes(8), full))


def test_hello_fits_its_limit():
    longest = messages.Hello(
        (1, 1),
        "a" * 64,
        "o" * 64,
        2**63 - 1,
        "i" * 64,
        "1.0",
        "t" * limits.TOKEN_LENGTH_MAX,
        ("c" * 64,) * 40,
    )
    assert len(wire.encode(longest)) <= limits.HELLO_SIZE_MAX


def test_presence_fits_its_limit_with_the_longest_name():
    said = messages.Presence(
        STREAM, DOCUMENT, (2**63 - 1, 2**40, "after"), (2**63 - 1, 2**40, "before"),
        conn=2**63 - 1, account="A" * 22, name="\U0001f642" * limits.NAME_LENGTH_MAX,
    )  # fmt: skip
    assert len(wire.encode(said)) <= 1.25 * limits.PRESENCE_SIZE_MAX


def test_what_is_said_of_limits_is_what_holds():
    assert limits.LIMITS_SAID["frame"] == limits.FRAME_SIZE_MAX
    assert EXAMPLES["welcome"]
    assert all(isinstance(value, int) and value > 0 for value in limits.LIMITS_SAID.values())


def test_silence_is_several_pings():
    assert limits.SILENCE_MS_MAX >= 3 * limits.PING_EVERY_MS
    assert limits.PRESENCE_GONE_MS >= 3 * limits.PRESENCE_HEARTBEAT_MS
