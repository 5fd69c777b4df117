from __future__ import annotations

import pytest

from crdt import clock
from sync import limits
from sync.errors import RemoteProtocolError
from sync.protocol import messages, rows, wire
from sync.server.link import Feed
from sync.server.session import PULLS_MAX
from tests.support.frames import DOCUMENT, EXAMPLES, STREAM
from tests.support.session_world import SessionWorld


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


@pytest.mark.parametrize(
    ("count", "make"),
    [
        (
            limits.SUBSCRIBE_STREAMS_MAX,
            lambda n: messages.Subscribe((rows.Wanted(STREAM, "head", 0, 0, 0, bytes(8)),) * n),
        ),
        (limits.PULL_DOCUMENTS_MAX, lambda n: messages.Pull(STREAM, 1, 0, (DOCUMENT,) * n)),
        (
            limits.BATCH_DELTAS_MAX,
            lambda n: messages.Push(STREAM, 1, "1.0", 1, bytes(8), (rows.PushedDelta(DOCUMENT, b"x"),) * n),
        ),
    ],
    ids=["subscribe", "pull", "push"],
)
def test_lists_are_taken_at_their_limit_and_not_one_past_it(count, make):
    assert wire.decode(wire.encode(make(count))) == make(count)
    with pytest.raises(RemoteProtocolError, match="list"):
        wire.decode(wire.encode(make(count + 1)))


@pytest.fixture
def ann(tmp_path):
    world = SessionWorld(tmp_path)
    talk = world.signed_up("ann")
    talk.subscribe(talk.notes)
    yield talk
    world.close()


@pytest.mark.parametrize(
    ("want", "most"),
    [("content", limits.CONTENT_SUBSCRIPTIONS_MAX), ("head", limits.HEAD_SUBSCRIPTIONS_MAX)],
)
def test_streams_are_followed_up_to_the_limit(ann, want, most):
    feeds = ann.link.feeds
    feeds.clear()
    for number in range(most - 1):
        feeds[f"s{number}"] = Feed(f"s{number}", want, 1, 0)
    assert ann.session._has_room(want, "another")
    feeds["last"] = Feed("last", want, 1, 0)
    assert not ann.session._has_room(want, "another")
    assert ann.session._has_room(want, "last")  # followed already
    feeds.clear()


def test_no_more_is_read_when_a_mebibyte_of_pushes_waits(ann):
    ann.session.in_flight_bytes = limits.IN_FLIGHT_SIZE_MAX - 1
    assert not ann.session.full
    ann.session.in_flight_bytes += 1
    assert ann.session.full


def test_pulls_by_name_wait_up_to_a_number(ann):
    for _ in range(PULLS_MAX):
        ann.do(messages.Pull(ann.notes, 0, 0, (DOCUMENT,), id=1))
    assert not [frame for frame in ann.link.control if isinstance(wire.decode(frame), messages.Error)]
    ann.do(messages.Pull(ann.notes, 0, 0, (DOCUMENT,), id=1))
    assert ann.heard().one(messages.Error).code == "busy"
